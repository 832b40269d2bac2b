// Package tui is the program on a terminal of at least 60x20.
package tui

import (
	"context"
	"errors"
)

// Run shows the screens until the user leaves (nil) or ctx ends.
func Run(_ context.Context, _ Options) error { return errors.New("tui: not yet") }
