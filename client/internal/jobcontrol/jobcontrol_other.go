//go:build !unix

package jobcontrol

import "os"

// New watches nothing: there is no job control.
func New() *Watch { return &Watch{} }

// NotifySize tells nothing.
func NotifySize(chan<- os.Signal) {}

// Close does nothing.
func (w *Watch) Close() {}

// Suspend does nothing.
func (w *Watch) Suspend() {}

// SuspendJob does nothing.
func (w *Watch) SuspendJob(*os.File) {}
