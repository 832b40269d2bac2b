//go:build !unix

package screen

import (
	"context"
	"os"
)

// Raw is false: on Windows bubbletea's own renderer sets the console up.
func Raw(_, _ *os.File) (undo func(), ok bool) { return nil, false }

// Sizes is never called where Raw is false.
func Sizes(context.Context, *os.File, func(w, h int)) {}
