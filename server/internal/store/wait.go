package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
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
	var last atomic.Value // the latest error, as text
	say := func() {
		log.Warn("en attente du magasin", "magasin", what, "adresse", addr, "cause", last.Load())
	}
	defer ticker(waitSayEvery, say)() // beside the tries, for one may hang

	for {
		err := Classify(try(ctx))
		if err == nil {
			if last.Load() != nil {
				log.Info("le magasin répond", "magasin", what, "attente", time.Since(start).Round(time.Millisecond))
			}
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("attente de %s (%s) abandonnée (%w) : %w", what, addr, context.Cause(ctx), err)
		}
		if !errors.Is(err, ErrUnavailable) || refused(err) {
			return err
		}
		if last.Swap(err.Error()) == nil {
			say() // the first time at once
		}
		select {
		case <-ctx.Done():
		case <-time.After(waitPause):
		}
	}
}

// ticker calls f at each period until the returned function is called.
func ticker(period time.Duration, f func()) (stop func()) {
	ticker, done := time.NewTicker(period), make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				f()
			}
		}
	}()
	return func() { ticker.Stop(); close(done) }
}
