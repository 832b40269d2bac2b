package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// errAtOnce is why a person's Ctrl+C ends a server: without spreading the
// goodbyes as SIGTERM does.
var errAtOnce = errors.New("interrupted")

// untilStopped gives a context that ends at the first SIGTERM or Ctrl+C. While
// the server then stops, a further SIGTERM changes nothing and a Ctrl+C ends
// the process there and then.
func untilStopped(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for s := range signals {
			switch {
			case ctx.Err() != nil && s == os.Interrupt:
				os.Exit(1)
			case s == os.Interrupt:
				cancel(errAtOnce)
			default:
				cancel(nil)
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}
