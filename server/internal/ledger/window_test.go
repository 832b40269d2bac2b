package ledger

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// most is the greatest number of stamps in any window (s-w, s], the plain way.
func most(stamps []int64, w int64) (n int) {
	for _, end := range stamps {
		in := 0
		for _, s := range stamps {
			if s > end-w && s <= end {
				in++
			}
		}
		n = max(n, in)
	}
	return n
}

// history is what a ledger may hold: stamps that keep the rule, ascending.
func history(t *rapid.T, r Rule) (kept []int64) {
	w := r.Window.Milliseconds()
	for range rapid.IntRange(0, 40).Draw(t, "calls") {
		stamp := rapid.Int64Range(0, 4*w).Draw(t, "stamp")
		if most(insert(kept, stamp), w) <= r.Max {
			kept = insert(kept, stamp)
		}
	}
	return kept
}

func rules(t *rapid.T) Rule {
	return Rule{
		Max:    rapid.IntRange(1, 10).Draw(t, "max"),
		Window: time.Duration(rapid.Int64Range(1, 50).Draw(t, "window")) * time.Millisecond,
	}
}

// inWindow is what the ledger's query gives for a slot: all that is younger
// than its stamp minus the window, later ones included.
func inWindow(kept []int64, stamp, w int64) []int64 {
	i, _ := slices.BinarySearch(kept, stamp-w+1)
	return kept[i:]
}

// TestFitsIsExact: a call fits if and only if, with it, no window of the whole
// history has more than the maximum, in whatever order calls are written down.
func TestFitsIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rules(t)
		w := r.Window.Milliseconds()
		kept := history(t, r)
		stamp := rapid.Int64Range(0, 5*w).Draw(t, "new")
		fits := r.fits(inWindow(kept, stamp, w), stamp)
		if want := most(insert(kept, stamp), w) <= r.Max; fits != want {
			t.Fatalf("fits %v, want %v: %v + %d, %+v", fits, want, kept, stamp, r)
		}
	})
}

// TestStateSaysWhenTheNextPasses: at Next the next call fits, a millisecond
// before it does not; and no state shows more than the maximum as used.
func TestStateSaysWhenTheNextPasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rules(t)
		w := r.Window.Milliseconds()
		kept := history(t, r)
		now := rapid.Int64Range(0, 5*w).Draw(t, "now")
		var past []int64 // Redis's clock has told no later stamp yet
		for _, s := range kept {
			if s <= now {
				past = append(past, s)
			}
		}
		s := r.state(Calls, inWindow(past, now, w), now)
		if s.Used > r.Max || s.Used+s.Left() != r.Max {
			t.Fatalf("used %d, left %d of %d", s.Used, s.Left(), r.Max)
		}
		next := now + s.Next.Milliseconds()
		if !r.fits(inWindow(past, next, w), next) {
			t.Fatalf("refused at Next: %v at %d, %+v", past, next, s)
		}
		if s.Next > 0 && r.fits(inWindow(past, next-1, w), next-1) {
			t.Fatalf("passes before Next: %v at %d, %+v", past, next-1, s)
		}
	})
}

// TestWithCountsOneWindow: after a call that fits, also one written down late,
// the state is that of one window and never over the maximum.
func TestWithCountsOneWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rules(t)
		w := r.Window.Milliseconds()
		kept := history(t, r)
		stamp := rapid.Int64Range(0, 5*w).Draw(t, "new")
		stamps := inWindow(kept, stamp, w)
		if !r.fits(stamps, stamp) {
			t.Skip()
		}
		before := slices.Clone(stamps)
		s := r.after(Calls, stamps, stamp)
		if s.Used < 1 || s.Used > r.Max || s.Left() != r.Max-s.Used {
			t.Fatalf("%v + %d: %+v", stamps, stamp, s)
		}
		if (s.Next > 0) != (s.Used == r.Max) {
			t.Fatalf("%v + %d: next in %v with %d left", stamps, stamp, s.Next, s.Left())
		}
		if !slices.Equal(before, stamps) {
			t.Fatal("the caller's stamps were changed")
		}
	})
}
