//go:build unix

package renderer

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// Modes are a terminal's line editing and echo.
type Modes struct {
	fd  int
	was *term.State
}

// Raw takes line editing and echo off the terminal; ok is false where in or out
// is none.
func Raw(in, out *os.File) (m *Modes, ok bool) {
	m = &Modes{fd: int(in.Fd())}
	if !term.IsTerminal(m.fd) || !term.IsTerminal(int(out.Fd())) {
		return nil, false
	}
	return m, m.Again()
}

// Undo puts back what was.
func (m *Modes) Undo() { _ = term.Restore(m.fd, m.was) }

// Again takes off, after Undo, what the user may have set anew meanwhile.
func (m *Modes) Again() (ok bool) {
	was, err := term.MakeRaw(m.fd)
	if err == nil {
		m.was = was
	}
	return err == nil
}

// Repeat takes off what somebody else put back.
func (m *Modes) Repeat() { _, _ = term.MakeRaw(m.fd) }

// Sizes tells the size of the terminal now and whenever it may have changed,
// until ctx ends.
func Sizes(ctx context.Context, out *os.File, tell func(w, h int)) {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH, syscall.SIGCONT) // a stopped program hears of no change
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
