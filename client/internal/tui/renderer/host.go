package renderer

import (
	"context"
	"os"
	"os/signal"
	"runtime"

	"golang.org/x/term"
	"golang.org/x/time/rate"

	"etuservices/client/internal/jobcontrol"
)

// host is what only a terminal of this machine has.
type host struct {
	in, out *os.File
	was     *term.State // line editing and echo, before they were taken off
}

// Open takes the terminal of this machine over. On Windows, where bubbletea sets the
// console up, or without a terminal, only bubbletea's own renderer can draw.
func Open(in, out *os.File) *Terminal {
	t := &Terminal{
		in: in, out: out, getenv: os.Getenv, keys: rate.NewLimiter(rate.Inf, 0), stop: make(chan struct{}, 1),
		host: &host{in: in, out: out},
	}
	if runtime.GOOS != "windows" && term.IsTerminal(int(out.Fd())) && t.host.raw() {
		t.screen = Enter(out)
	}
	return t
}

// raw takes line editing and echo off; ok is false where in is no terminal.
func (h *host) raw() (ok bool) {
	was, err := term.MakeRaw(int(h.in.Fd()))
	if err == nil {
		h.was = was
	}
	return err == nil
}

// cooked puts back what was.
func (h *host) cooked() { _ = term.Restore(int(h.in.Fd()), h.was) }

// sizes tells the terminal's size, now and whenever it may have changed, until ctx ends.
func (h *host) sizes(ctx context.Context, tell func(w, h int)) {
	changed := make(chan os.Signal, 1)
	jobcontrol.NotifySize(changed)
	defer signal.Stop(changed)
	for {
		if w, h, err := term.GetSize(int(h.out.Fd())); err == nil {
			tell(w, h)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// obeyShell stops the program when a signal or the user (Ctrl+Z) asks for it,
// with the terminal as the shell had it, and comes back whole.
func (t *Terminal) obeyShell(ctx context.Context) {
	w := jobcontrol.New()
	defer w.Close()
	suspended := func(suspend func()) {
		t.screen.Suspend()
		t.host.cooked()
		suspend()
		t.host.raw() // the shell may have set other modes meanwhile
		t.screen.Resume()
	}
	for {
		select {
		case <-w.Stop:
			suspended(w.Suspend)
		case <-t.stop:
			suspended(func() { w.SuspendJob(t.host.in) })
		case <-w.Cont: // after a stop that nobody could hear of
			_, _ = term.MakeRaw(int(t.host.in.Fd()))
			t.screen.Resume()
		case <-ctx.Done():
			return
		}
	}
}
