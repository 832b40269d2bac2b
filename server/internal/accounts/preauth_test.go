package accounts

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/server/internal/hashing"
	"etuservices/server/internal/store"
)

// TestFewAskBeforeHashing: so many at once and no more. Whoever comes next gets in
// when one of them leaves, or is refused in time for a reply.
func TestFewAskBeforeHashing(t *testing.T) {
	for name, c := range map[string]struct {
		leave, want time.Duration
		in          bool
	}{
		"just in time":  {store.RequestTime - time.Nanosecond, store.RequestTime - time.Nanosecond, true},
		"a moment late": {store.RequestTime + time.Nanosecond, store.RequestTime, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := New(Options{PreAuth: 2, Hasher: hashing.New(cheap, time.Minute)})
				stay := func(context.Context) error { time.Sleep(c.leave); return nil }
				for range 2 {
					go func() { _ = a.beforeHashing(t.Context(), stay) }()
				}
				synctest.Wait()
				start, in := time.Now(), false
				err := a.beforeHashing(t.Context(), func(context.Context) error { in = true; return nil })
				var busy *hashing.Busy
				if took := time.Since(start); took != c.want || in != c.in || errors.As(err, &busy) == c.in {
					t.Errorf("after %v, in: %v, %v", took, in, err)
				}
				time.Sleep(c.leave) // the others leave
			})
		})
	}
}

// TestNobodyWaitsForAStoreThatIsAway: a request that has ended for that is refused for
// that, whether or not there is a place.
func TestNobodyWaitsForAStoreThatIsAway(t *testing.T) {
	a := New(Options{PreAuth: 1, Hasher: hashing.New(cheap, time.Minute)})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(store.ErrUnavailable)
	for range 100 {
		if err := a.beforeHashing(ctx, func(ctx context.Context) error { return context.Cause(ctx) }); !errors.Is(err, store.ErrUnavailable) {
			t.Fatal(err)
		}
	}
}
