package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

const (
	// waitPause between two tries at start: short beside a container's start.
	waitPause = 250 * time.Millisecond
	// waitSayEvery: who watches a start learns soon what it waits for, and is
	// not flooded when it takes minutes.
	waitSayEvery = 5 * time.Second
)

// waitFor tries until try succeeds, ctx ends, or the error is one that time
// does not mend.
func waitFor(ctx context.Context, log *slog.Logger, what, addr string, try func(context.Context) error) error {
	start := time.Now()
	var said time.Time
	for {
		err := Classify(try(ctx))
		if err == nil {
			if !said.IsZero() {
				log.Info("le magasin répond", "magasin", what, "attente", time.Since(start).Round(time.Millisecond))
			}
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("gave up waiting for %s: %w", addr, errors.Join(context.Cause(ctx), err))
		}
		if !errors.Is(err, ErrUnavailable) || refused(err) {
			return err
		}
		if time.Since(said) >= waitSayEvery {
			log.Warn("en attente du magasin", "magasin", what, "adresse", addr, "cause", err)
			said = time.Now()
		}
		select {
		case <-ctx.Done():
		case <-time.After(waitPause):
		}
	}
}
