package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"etuservices/server/internal/cli"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/store"
)

// errUnwell is the doctor's finding that something is wrong.
var errUnwell = errors.New("quelque chose ne va pas")

// RunCommand runs one of the server's own commands. With embedded stores, the
// server that has them open runs it, if there is one. A question for a password
// goes to prompts.
func RunCommand(ctx context.Context, words []string, cfg config.Config, hash hashing.Options, out, prompts io.Writer, log *slog.Logger) error {
	warnUnknown(log)
	terminal := cli.NewTerminal(words, os.Getenv, os.Stdin, out, prompts)
	if done, err := cli.BackupOrRestore(ctx, words, cfg, out); done {
		return err
	}
	if cfg.MySQLDSN == "" {
		if found, err := cli.Remote(ctx, cfg.Data, words, terminal); found {
			return err
		}
	}
	if words[0] == cli.Doctor {
		return diagnose(ctx, cfg, out, nil)
	}
	if err := storesExist(cfg); err != nil && words[0] != cli.Migrate {
		return err
	}
	stores, err := openStores(ctx, cfg, log)
	if err != nil {
		return fmt.Errorf("%w (etuservices-server doctor dit quoi faire)", err)
	}
	defer stores.Close()
	a := New(cfg, hash, stores, log)
	defer a.Close()
	return a.command(ctx, words, terminal)
}

// storesExist is an error where no store was named and the usual folder of the embedded
// ones has none. Commands do not make them there: those of a server were meant.
func storesExist(cfg config.Config) error {
	if cfg.MySQLDSN != "" || cfg.Data != config.DefaultData() {
		return nil
	}
	_, err := os.Stat(filepath.Join(cfg.Data, store.SQLiteFile))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("il n'y a pas de magasins dans %s : démarrez-y d'abord le serveur, ou donnez à la commande "+
			"l'environnement du serveur (ETU_MYSQL_DSN et ETU_REDIS_URL, ou ETU_DATA)", cfg.Data)
	}
	return err
}

// diagnose runs the doctor, on the stores of a running server where there is one.
func diagnose(ctx context.Context, cfg config.Config, out io.Writer, running *store.Stores) error {
	if !cli.Diagnose(ctx, cfg, out, running) {
		return errUnwell
	}
	return nil
}

// command runs one of the server's own commands on the stores of this process.
func (a *App) command(ctx context.Context, words []string, t cli.Terminal) error {
	if words[0] == cli.Doctor {
		return diagnose(ctx, a.cfg, t, a.Stores)
	}
	tool := cli.Tool{Terminal: t, Admin: a.Admin, Boards: a.Boards}
	return tool.Run(ctx, words)
}

// serveControl lets those commands reach this server while it has embedded stores
// open.
func (a *App) serveControl(ctx context.Context) error {
	if a.cfg.MySQLDSN != "" {
		return nil
	}
	listener, err := cli.ListenControl(a.cfg.Data)
	if err != nil {
		return fmt.Errorf("socket de commande : %w", err)
	}
	go cli.ServeControl(ctx, listener, a.command)
	return nil
}
