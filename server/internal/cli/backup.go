package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"etuservices/server/internal/config"
	"etuservices/server/internal/store"
)

// Backup and Restore work on the embedded store's file, not on open stores: a
// server may hold the folder, or must not.
const (
	Backup  = "backup"
	Restore = "restore"
)

// ErrNotOurs is a backup of MySQL, which mysqldump backs up.
var ErrNotOurs = errors.New("MySQL se sauvegarde par mysqldump --single-transaction (voir server/docs/exploiter.md) ; Redis n'en a pas besoin")

// BackupOrRestore does backup FILE and restore FILE; done is false for another command.
func BackupOrRestore(ctx context.Context, words []string, cfg config.Config, out io.Writer) (done bool, err error) {
	if words[0] != Backup && words[0] != Restore {
		return false, nil
	}
	if cfg.MySQLDSN != "" {
		return true, ErrNotOurs
	}
	file := words[1]
	if words[0] == Backup {
		if err := store.Backup(ctx, cfg.Data, file); err != nil {
			return true, err
		}
		fmt.Fprintln(out, "sauvegardé dans", file)
		return true, nil
	}
	aside, err := store.Restore(ctx, cfg.Data, file)
	if err != nil {
		return true, err
	}
	fmt.Fprintln(out, "restauré depuis", file)
	if aside != "" {
		fmt.Fprintln(out, "ce qui était là est gardé :", aside)
	}
	return true, nil
}
