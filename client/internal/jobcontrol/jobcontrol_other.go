//go:build !unix

package jobcontrol

import "os"

// New watches nothing: there is no job control.
func New() *Watch { return &Watch{} }

// NotifySize tells nothing.
func NotifySize(chan<- os.Signal) {}

// Close, Suspend and SuspendJob do nothing.
func (w *Watch) Close()              {}
func (w *Watch) Suspend()            {}
func (w *Watch) SuspendJob(*os.File) {}
