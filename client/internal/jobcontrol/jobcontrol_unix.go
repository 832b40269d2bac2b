//go:build unix

package jobcontrol

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// discarded is how long a stop may take. Where no shell could continue the
// program (its process group is orphaned) the system discards the signal.
const discarded = 300 * time.Millisecond

// New begins to watch. From then on a request to stop does nothing by itself; where
// whoever started the program ignores them, there are none.
func New() *Watch {
	w := &Watch{Stop: make(chan os.Signal, 1), Cont: make(chan os.Signal, 1)}
	signal.Notify(w.Cont, syscall.SIGCONT)
	if !signal.Ignored(syscall.SIGTSTP) {
		signal.Notify(w.Stop, syscall.SIGTSTP)
	}
	return w
}

// NotifySize tells when the terminal may have another size: after a stop, too.
func NotifySize(changed chan<- os.Signal) { signal.Notify(changed, syscall.SIGWINCH, syscall.SIGCONT) }

// Close ends the watch.
func (w *Watch) Close() {
	signal.Stop(w.Stop)
	signal.Stop(w.Cont)
}

// Suspend stops the program until it is continued.
func (w *Watch) Suspend() { w.suspend(os.Getpid()) }

// SuspendJob stops all of the terminal's foreground job, as the terminal does
// for Ctrl+Z when that is not read as a key.
func (w *Watch) SuspendJob(terminal *os.File) {
	foreground, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	if err != nil || foreground != unix.Getpgrp() {
		w.Suspend()
		return
	}
	w.suspend(0)
}

// stop is sent in place of SIGTSTP, whose effect Go does not put back once a program has
// asked to hear of it. It does the same, and is discarded in the same cases.
const stop = syscall.SIGTTIN

func (w *Watch) suspend(pid int) {
	if signal.Ignored(syscall.SIGTSTP) || signal.Ignored(stop) {
		return
	}
	select {
	case <-w.Cont: // an older one
	default:
	}
	_ = syscall.Kill(pid, stop) // to ourselves: it cannot be refused
	select {
	case <-w.Cont:
	case <-time.After(discarded):
	}
}
