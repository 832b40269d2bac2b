package store

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// conduct is what a store does each time that it is asked: it answers, fails, or
// hangs. It goes on as it does last.
type conduct []func(context.Context) error

func well(context.Context) error { return nil }
func down(context.Context) error { return ErrUnavailable }
func hung(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// watched begins the watch of a store.
func watched(t *testing.T, need Need, does conduct) *Health {
	t.Helper()
	h := &Health{}
	n := 0
	ask := func(ctx context.Context) error {
		do := does[min(n, len(does)-1)]
		n++
		return do(ctx)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.watch(ctx, slog.New(slog.DiscardHandler), probe{need, "essai", ask})
	}()
	t.Cleanup(func() { cancel(); <-done })
	return h
}

// TestHealth (T19) has the exact instants at which a store is known to be away,
// and to be back: one lost answer is no outage, the next one is, and the first
// answer ends it. A store that hangs is found out as surely as one that refuses.
func TestHealth(t *testing.T) {
	const never = time.Duration(-1)
	for _, c := range []struct {
		name       string
		does       conduct
		away, back time.Duration // from the start
	}{
		{"well", conduct{well}, never, never},
		{"one lost answer, again and again", conduct{down, well, down, well, hung, well}, never, never},
		{"down", conduct{well, down}, 3 * askEvery, never},
		{"down and back", conduct{down, down, down, well}, 2 * askEvery, 4 * askEvery},
		// Each question takes its whole patience; the tick that came meanwhile
		// makes the next one at once.
		{"hung", conduct{hung}, askEvery + 2*askTime, never},
		{"hung and back", conduct{hung, hung, hung, down, well}, askEvery + 2*askTime, 2*askEvery + 3*askTime},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin, h := time.Now(), watched(t, NeedSQL, c.does)
				is := func(away bool, when string) {
					t.Helper()
					synctest.Wait()
					if got := h.Missing(NeedSQL); got != away {
						t.Errorf("%s, after %v: away is %v", when, time.Since(begin), got)
					}
					if h.Missing(NeedRedis) {
						t.Errorf("%s: the other one is away", when)
					}
				}
				at := func(d time.Duration) { time.Sleep(time.Until(begin.Add(d))) }
				if c.away == never {
					for range 40 {
						at(time.Since(begin) + askEvery/2)
						is(false, "never")
					}
					return
				}
				at(c.away - time.Nanosecond)
				is(false, "before it is known")
				at(c.away)
				is(true, "known")
				if c.back == never {
					at(c.away + time.Minute)
					is(true, "a minute later")
					return
				}
				at(c.back - time.Nanosecond)
				is(true, "before it is back")
				at(c.back)
				is(false, "back")
			})
		})
	}
}
