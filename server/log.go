package main

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"etuservices/server/internal/config"
	"etuservices/server/internal/store"
)

// newLog makes the server's log, in the form that the settings ask for.
func newLog(cfg config.Config, logs io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	if cfg.Debug {
		o.Level = slog.LevelDebug
	}
	if cfg.LogFormat == config.LogJSON {
		return slog.New(episodes{slog.NewJSONHandler(logs, o)})
	}
	return slog.New(episodes{slog.NewTextHandler(logs, o)})
}

// commandLog is the log of the server's own commands: warnings only.
func commandLog(logs io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// episodes keeps what a store's outage makes everybody say out of the log: the
// outage itself stands there once (store.Health), each of its warnings only at
// DEBUG. An error that is nil is left out.
type episodes struct{ slog.Handler }

func (h episodes) Handle(ctx context.Context, r slog.Record) error {
	kept := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if a.Value.Kind() == slog.KindAny {
			err, isError := a.Value.Any().(error)
			switch {
			case a.Value.Any() == nil:
				return true
			case isError && r.Level == slog.LevelWarn && (store.Unavailable(err) || errors.Is(err, context.Canceled)):
				kept.Level = slog.LevelDebug
			}
		}
		kept.AddAttrs(a)
		return true
	})
	if !h.Enabled(ctx, kept.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, kept)
}

func (h episodes) WithAttrs(attrs []slog.Attr) slog.Handler {
	return episodes{h.Handler.WithAttrs(attrs)}
}
func (h episodes) WithGroup(name string) slog.Handler { return episodes{h.Handler.WithGroup(name)} }
