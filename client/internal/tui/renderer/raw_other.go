//go:build !unix

package renderer

import (
	"context"
	"os"
)

// Modes are never there.
type Modes struct{}

// Raw is false: on Windows bubbletea's own renderer sets the console up.
func Raw(_, _ *os.File) (m *Modes, ok bool) { return nil, false }

// Undo is never called where Raw is false.
func (m *Modes) Undo() {}

// Again is never called where Raw is false.
func (m *Modes) Again() (ok bool) { return false }

// Repeat is never called where Raw is false.
func (m *Modes) Repeat() {}

// Sizes is never called where Raw is false.
func Sizes(context.Context, *os.File, func(w, h int)) {}
