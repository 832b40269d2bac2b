//go:build unix

package screen

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// Raw takes line editing and echo off the terminal; ok is false where in or out
// is none. undo puts back what was.
func Raw(in, out *os.File) (undo func(), ok bool) {
	if !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return nil, false
	}
	was, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, false
	}
	return func() { _ = term.Restore(int(in.Fd()), was) }, true
}

// Sizes tells the size of the terminal now and whenever it changes, until ctx
// ends.
func Sizes(ctx context.Context, out *os.File, tell func(w, h int)) {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	defer signal.Stop(changed)
	for {
		if w, h, err := term.GetSize(int(out.Fd())); err == nil {
			tell(w, h)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
