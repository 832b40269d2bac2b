//go:build !broken

// Package broken holds the places where a server built with -tags broken breaks
// one of its rules, the one that ETU_BROKEN names: negative controls, by which
// `make chaos-controls` shows that the judge of histories sees such a server. In
// every other build all is constant, and the compiler leaves nothing of it.
package broken

import "time"

const (
	// SecondBuyer lets an article that is sold be bought again.
	SecondBuyer = false
	// StaleRead shows articles as for sale that are sold.
	StaleRead = false
	// FixedWindow counts from a fixed instant on, not the window that slides.
	FixedWindow = false
	// RefTwice does a repeated call again.
	RefTwice = false
)

// Window is the length of the window that Redis counts.
func Window(rule time.Duration) time.Duration { return rule }

// Limit is the number of calls that Redis lets into a window.
func Limit(rule int) int { return rule }
