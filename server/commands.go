package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"etuservices/server/internal/cli"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/store"
)

// errUnwell is a doctor who found something.
var errUnwell = errors.New("quelque chose ne va pas")

// runCommand does one of the server's own commands and ends. With embedded
// stores, the server that holds them does it, if there is one.
func runCommand(ctx context.Context, words []string, cfg config.Config, hash hashing.Options, out, logs io.Writer) error {
	log := slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelWarn}))
	for _, sentence := range config.Unknown(os.Environ()) {
		log.Warn("variable inconnue, sans effet : " + sentence)
	}
	password := func() (string, error) { return cli.ReadPassword(os.Getenv, os.Stdin, logs) }
	if done, err := cli.BackupOrRestore(ctx, words, cfg, out); done {
		return err
	}
	if cfg.MySQLDSN == "" {
		if found, err := cli.Remote(ctx, cfg.Data, words, out, password); found {
			return err
		}
	}
	if words[0] == cli.Doctor {
		if !cli.Diagnose(ctx, cfg, out, nil) {
			return errUnwell
		}
		return nil
	}
	stores, err := store.Open(ctx, store.Options{
		MySQLDSN: cfg.MySQLDSN, RedisURL: cfg.RedisURL,
		DataDir: cfg.Data, EmbeddedRedisAddr: cfg.EmbeddedRedisAddr, Log: log,
	})
	if err != nil {
		return fmt.Errorf("%w (etuservices-server doctor dit quoi faire)", err)
	}
	defer stores.Close()
	house := newApp(cfg, hash, stores, log)
	defer house.quota.Close()
	return house.command(cfg)(ctx, words, out, password)
}

// command runs the server's own commands on the stores of this process.
func (h *app) command(cfg config.Config) cli.Command {
	return func(ctx context.Context, words []string, out io.Writer, password func() (string, error)) error {
		if words[0] == cli.Doctor {
			if !cli.Diagnose(ctx, cfg, out, h.stores) {
				return errUnwell
			}
			return nil
		}
		tool := cli.House{Accounts: h.accounts, Admin: h.admin, Boards: h.boards, Out: out, Password: password}
		return tool.Run(ctx, words)
	}
}

// control lets those commands reach a server that holds embedded stores.
func (h *app) control(ctx context.Context, cfg config.Config) error {
	if cfg.MySQLDSN != "" {
		return nil
	}
	listener, err := cli.ListenControl(cfg.Data)
	if err != nil {
		return fmt.Errorf("socket de commande : %w", err)
	}
	go cli.ServeControl(ctx, listener, h.command(cfg))
	return nil
}
