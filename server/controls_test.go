//go:build broken

package main

import (
	"strings"
	"testing"
	"time"
)

const (
	// controlTime is how long a server that breaks a rule may go unseen.
	controlTime = 60 * time.Second
	controlPoll = time.Second
)

// TestControls are the negative controls of TestChaos: servers that break one
// rule each (package broken), under the same crowd and the same faults. The judge
// of histories must see each, and for what it is.
func TestControls(t *testing.T) {
	for _, c := range []struct{ rule, seen string }{
		{"second-buyer", "has no order that fits"},
		{"stale-read", "has no order that fits"},
		{"fixed-window", "of one window"},
		{"undue-refusal", "refused with at most 9 used"},
		{"ref-twice", "a ref was done twice"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Setenv("ETU_BROKEN", c.rule)
			a, crowd := newArena(t, controlTime, chaosFew)
			began := time.Now()
			stop := a.play(crowd)
			faults := make(chan struct{})
			go func() {
				defer close(faults)
				a.faults()
			}()
			red := ""
			for red == "" && a.pause(controlPoll) {
				for _, fault := range a.rec.History(chaosQuota, chaosWindow).Judge() {
					if strings.Contains(fault, c.seen) {
						red = fault
						break
					}
				}
			}
			took := time.Since(began)
			a.end()
			<-faults
			stop()
			if red == "" {
				t.Fatalf("the judge saw nothing in %v", took)
			}
			first, _, _ := strings.Cut(red, "\n")
			t.Logf("red after %v: %s", took.Round(time.Second), first)
		})
	}
}
