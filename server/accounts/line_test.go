package accounts

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alexedwards/argon2id"

	"etuservices/server/store"
)

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
				h := &Hasher{slots: make(chan struct{}, 1), wait: wait, line: pressure{tell: func(bool) {}}}
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
	h, err := NewHasher(argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}, time.Second)
	if err != nil || cap(h.slots) != max(1, runtime.GOMAXPROCS(0)-1) {
		t.Errorf("%d hashers, %v", cap(h.slots), err)
	}
}

// TestDoor (T4): so many at once and no more; the next one gets in, is told that
// the line is too long, or that a store fails those before him.
func TestDoor(t *testing.T) {
	const width, wait = 2, 10 * time.Second
	broken := fmt.Errorf("test: %w", store.ErrUnavailable)
	for name, c := range map[string]struct {
		leave time.Duration // when one of those inside does, and how
		how   error
		want  time.Duration
		err   error // nil: he gets in
	}{
		"just in time":  {wait - time.Nanosecond, nil, wait - time.Nanosecond, nil},
		"a moment late": {wait + time.Nanosecond, nil, wait, new(Busy)},
		"a store fails": {time.Second, broken, time.Second, store.ErrUnavailable},
		"another error": {time.Second, ErrWrong, time.Second, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDoor(width, wait)
				inside, stay := make(chan error), make(chan struct{})
				go func() {
					inside <- d.through(t.Context(), func(context.Context) error { time.Sleep(c.leave); return c.how })
				}()
				go func() { inside <- d.through(t.Context(), func(context.Context) error { <-stay; return nil }) }()
				synctest.Wait()
				start, in := time.Now(), false
				err := d.through(t.Context(), func(context.Context) error { in = true; return nil })
				var busy *Busy
				told := errors.As(err, &busy) && errors.As(c.err, &busy) || errors.Is(err, c.err)
				if took := time.Since(start); took != c.want || in != (c.err == nil) || !told {
					t.Errorf("after %v, in: %v, %v", took, in, err)
				}
				close(stay)
				for range width {
					<-inside
				}
			})
		})
	}
}
