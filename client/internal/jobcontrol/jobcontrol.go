// Package jobcontrol lets the program be stopped and continued by a shell
// (Ctrl+Z, kill -TSTP, fg) at a moment when it has put the terminal in order.
package jobcontrol

import "os"

// Watch tells when the program is asked to stop, and when it was continued.
type Watch struct{ Stop, Cont chan os.Signal }
