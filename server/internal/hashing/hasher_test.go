package hashing

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alexedwards/argon2id"
)

// cheap takes a fraction of a millisecond.
var cheap = argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// TestHashLine: whoever waits for so long gets Busy, whoever waits a
// nanosecond less gets in, and whoever goes waits no longer.
func TestHashLine(t *testing.T) {
	const wait = 10 * time.Second
	for name, c := range map[string]struct {
		free, gone time.Duration // when, 0 for never
		want       time.Duration
		in         bool
	}{
		"free":            {free: time.Nanosecond, want: time.Nanosecond, in: true},
		"just in time":    {free: wait - time.Nanosecond, want: wait - time.Nanosecond, in: true},
		"a moment late":   {free: wait + time.Nanosecond, want: wait},
		"nobody finishes": {want: wait},
		"gone":            {gone: time.Second, want: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &line{free: 1}
				if err := l.enter(t.Context(), "a", wait); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.free > 0 {
					time.AfterFunc(c.free, l.leave)
				}
				if c.gone > 0 {
					time.AfterFunc(c.gone, cancel)
				}
				start := time.Now()
				err := l.enter(ctx, "a", wait)
				var busy *Busy
				if took := time.Since(start); took != c.want || (err == nil) != c.in || errors.As(err, &busy) != (!c.in && c.gone == 0) {
					t.Errorf("after %v: %v", took, err)
				}
				time.Sleep(wait) // what was to happen happens in here
			})
		})
	}
}

// TestHashersLeaveACore for those who are logged in.
func TestHashersLeaveACore(t *testing.T) {
	if h := New(cheap, time.Second); h.atOnce != max(1, runtime.GOMAXPROCS(0)-1) {
		t.Errorf("%d hashers", h.atOnce)
	}
}

// TestHashLineIsFairBetweenNetworks: however many of one network wait, another
// one's user is served in the next round; within a network it is first come,
// first served, and who went keeps nobody waiting.
func TestHashLineIsFairBetweenNetworks(t *testing.T) {
	const attackers, networks = 300, 5
	synctest.Test(t, func(t *testing.T) {
		l := &line{free: 1}
		if err := l.enter(t.Context(), "held", time.Hour); err != nil {
			t.Fatal(err)
		}
		var served []string
		wait := func(flow string, patience time.Duration) {
			go func() {
				if l.enter(t.Context(), flow, patience) == nil {
					served = append(served, flow)
					l.leave()
				}
			}()
			synctest.Wait()
		}
		for i := range attackers {
			wait(string(rune('a'+i%networks)), time.Hour)
		}
		wait("gone", time.Second)
		wait("owner", time.Hour)
		wait("owner", time.Hour)
		if n := l.length(); n != attackers+3 {
			t.Errorf("%d wait", n)
		}
		time.Sleep(2 * time.Second)
		l.leave()
		synctest.Wait()
		if len(served) != attackers+2 || served[networks] != "owner" || served[2*networks+1] != "owner" || l.length() != 0 {
			t.Errorf("%d served, the first: %v", len(served), served[:3*networks])
		}
		for i, flow := range served[:networks] {
			if flow != string(rune('a'+i)) {
				t.Errorf("out of order: %v", served[:networks])
			}
		}
		if err := l.enter(t.Context(), "later", time.Nanosecond); err != nil {
			t.Errorf("the line is not free again: %v", err)
		}
	})
}
