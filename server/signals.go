package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"etuservices/server/internal/app"
)

// Why a server stops; a Ctrl+C is app.ErrInterrupted.
var (
	// errStopped is SIGTERM.
	errStopped = errors.New("arrêt demandé (SIGTERM)")
	// errNoTerminal is the end of the terminal that the server was started from.
	errNoTerminal = errors.New("le terminal a disparu")
)

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
				cancel(app.ErrInterrupted)
			default:
				cancel(errStopped)
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

const (
	// terminal is what a process opens to reach the terminal it was started from.
	terminal = "/dev/tty"
	// terminalEnds is how long after SIGHUP the terminal may still be there: who
	// closes one sends the signal first.
	terminalEnds = 2 * time.Second
	terminalPoll = 50 * time.Millisecond
)

// onHangup gives a context that also ends at a SIGHUP that comes with the end of
// the terminal, and a channel for those that mean "read your files again".
func onHangup(parent context.Context) (ctx context.Context, again <-chan struct{}, stop context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	// Under nohup the process is to outlive its terminal.
	watched := hasTerminal() && !signal.Ignored(syscall.SIGHUP)
	// A log that nobody reads any more (a pipe whose reader left with the
	// terminal) ends no server.
	signal.Ignore(syscall.SIGPIPE)
	signals, asked := make(chan os.Signal, 2), make(chan struct{}, 1)
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		var watchUntil time.Time
		for {
			var look <-chan time.Time
			if watched && time.Now().Before(watchUntil) {
				look = time.After(terminalPoll)
			}
			select {
			case <-ctx.Done():
				return
			case <-look:
			case <-signals:
				watchUntil = time.Now().Add(terminalEnds)
				select {
				case asked <- struct{}{}:
				default: // one is asked for already
				}
			}
			if watched && !hasTerminal() {
				cancel(errNoTerminal)
				return
			}
		}
	}()
	// The signal stays caught: while the server stops it must not end it.
	return ctx, asked, func() { cancel(nil) }
}

func hasTerminal() bool {
	tty, err := os.OpenFile(terminal, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	_ = tty.Close()
	return true
}
