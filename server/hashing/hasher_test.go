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

// TestHashLine (T4): whoever waits for so long gets Busy, whoever waits a
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
				h := &Hasher{slots: make(chan struct{}, 1), Wait: wait}
				if err := h.enter(t.Context()); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.free > 0 {
					time.AfterFunc(c.free, h.leave)
				}
				if c.gone > 0 {
					time.AfterFunc(c.gone, cancel)
				}
				start := time.Now()
				err := h.enter(ctx)
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
	if h := New(cheap, time.Second); cap(h.here.turns) != max(1, runtime.GOMAXPROCS(0)-1) {
		t.Errorf("%d hashers", cap(h.here.turns))
	}
}
