//go:build !unix

package jobcontrol

import "os"

// hear hears nothing: there is no job control.
func (w *Watch) hear() {}

// Close does nothing.
func (w *Watch) Close() {}

// Suspend does nothing.
func (w *Watch) Suspend() {}

// SuspendJob does nothing.
func (w *Watch) SuspendJob(*os.File) {}
