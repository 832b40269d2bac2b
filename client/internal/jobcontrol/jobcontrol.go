// Package jobcontrol lets the program be stopped and continued by a shell
// (Ctrl+Z, kill -TSTP, fg) at a moment when it has put the terminal in order.
package jobcontrol

import "os"

// Watch tells when the program is asked to stop, and when it was continued.
type Watch struct {
	Stop, Cont chan os.Signal
}

// New begins to watch. From then on a request to stop does nothing by itself.
func New() *Watch {
	w := &Watch{Stop: make(chan os.Signal, 1), Cont: make(chan os.Signal, 1)}
	w.hear()
	return w
}
