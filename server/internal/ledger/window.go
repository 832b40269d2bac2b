// Package quota rations the services: at most so many logins, and so many
// calls, of one user in any window of time (contract section 4). A quota is
// held twice: Redis refuses early, on its clock; the ledger in SQL decides for
// certain, inside the transaction that writes the call down.
package ledger

import (
	"fmt"
	"slices"
	"time"
)

// Kind names a quota as the wire does.
type Kind string

// The two quotas.
const (
	Logins Kind = "connexions"
	Calls  Kind = "services"
)

// Rule is what both quotas obey: at most Max in any Window.
type Rule struct {
	Max    int
	Window time.Duration
}

// State is how much of a quota is used.
type State struct {
	Kind   Kind
	Used   int
	Max    int
	Window time.Duration
	Next   time.Duration // until one more is free; 0 while some are left
}

// Left is the number of calls that are free now.
func (s State) Left() int { return max(0, s.Max-s.Used) }

// Exceeded is the refusal of a call over the quota; nothing was counted.
type Exceeded struct{ State }

func (e *Exceeded) Error() string {
	return fmt.Sprintf("quota %s: %d of %d used, one more in %v", e.Kind, e.Used, e.Max, e.Next)
}

// Seconds rounds a wait up to whole seconds: after so many, the call passes.
func Seconds(d time.Duration) int64 {
	return int64((d + time.Second - 1) / time.Second)
}

// state reads a quota off the stamps (milliseconds, ascending) that lie in the
// window that ends at now.
func (r Rule) state(kind Kind, stamps []int64, now int64) State {
	s := State{Kind: kind, Used: len(stamps), Max: r.Max, Window: r.Window}
	if s.Used >= s.Max {
		leaves := stamps[len(stamps)-s.Max] + r.Window.Milliseconds()
		s.Next = r.bound(time.Duration(leaves-now) * time.Millisecond)
	}
	return s
}

// bound keeps a wait within what it can be: a slot in the future, by a clock that
// was set back, counts as now.
func (r Rule) bound(wait time.Duration) time.Duration {
	return min(max(time.Millisecond, wait), r.Window)
}

// after is the state once the call at stamp is among stamps, as of the latest of
// them: later calls may have been written down first.
func (r Rule) after(kind Kind, stamps []int64, stamp int64) State {
	all := insert(stamps, stamp)
	now := all[len(all)-1]
	first, _ := slices.BinarySearch(all, now-r.Window.Milliseconds()+1)
	return r.state(kind, all[first:], now)
}

// insert gives ascending stamps and one more.
func insert(stamps []int64, stamp int64) []int64 {
	i, _ := slices.BinarySearch(stamps, stamp)
	return slices.Insert(slices.Clone(stamps), i, stamp)
}

// fits says whether one more call at stamp leaves every window of the rule's
// length with at most Max calls. stamps are ascending, all younger than
// stamp minus the window; some may be younger than stamp itself, for
// transactions do not end in the order in which they were stamped.
func (r Rule) fits(stamps []int64, stamp int64) bool {
	all := insert(stamps, stamp)
	for i := r.Max; i < len(all); i++ {
		if all[i]-all[i-r.Max] < r.Window.Milliseconds() {
			return false
		}
	}
	return true
}
