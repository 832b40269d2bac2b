package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/alexedwards/argon2id"

	"etuservices/server/config"
	"etuservices/server/shell"
	"etuservices/server/store"
)

// errUnwell is a doctor who found something.
var errUnwell = errors.New("quelque chose ne va pas")

// runCommand does one of the server's own commands and ends.
func runCommand(ctx context.Context, words []string, cfg config.Config, cost argon2id.Params, out, logs io.Writer) error {
	log := slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelWarn}))
	open := func(ctx context.Context) (*store.Stores, error) {
		return store.Open(ctx, store.Options{
			MySQLDSN: cfg.MySQLDSN, RedisURL: cfg.RedisURL,
			DataDir: cfg.Data, EmbeddedRedisAddr: cfg.EmbeddedRedisAddr, Log: log,
		})
	}
	if words[0] == shell.Doctor {
		if !shell.Examine(ctx, cfg, out, open) {
			return errUnwell
		}
		return nil
	}
	if done, err := shell.Copy(ctx, words, cfg, out); done {
		return err
	}
	stores, err := open(ctx)
	if err != nil {
		return fmt.Errorf("%w (etuservices-server doctor dit quoi faire)", err)
	}
	defer stores.Close()
	house := build(cfg, cost, stores, log)
	defer house.quota.Close()
	tool := shell.House{
		Accounts: house.accounts, Admin: house.admin, Boards: house.boards, Out: out,
		Password: func() (string, error) { return shell.Ask(os.Getenv, os.Stdin, logs) },
	}
	return tool.Run(ctx, words)
}
