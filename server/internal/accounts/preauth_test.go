package accounts

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/server/internal/hashing"
	"etuservices/server/internal/store"
)

// TestDoor: so many at once and no more; the next one gets in, is told that
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
		"a moment late": {wait + time.Nanosecond, nil, wait, new(hashing.Busy)},
		"a store fails": {time.Second, broken, time.Second, store.ErrUnavailable},
		"another error": {time.Second, ErrWrong, time.Second, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newPreAuthLimiter(width, wait)
				inside, stay := make(chan error), make(chan struct{})
				go func() {
					inside <- d.do(t.Context(), func(context.Context) error { time.Sleep(c.leave); return c.how })
				}()
				go func() { inside <- d.do(t.Context(), func(context.Context) error { <-stay; return nil }) }()
				synctest.Wait()
				start, in := time.Now(), false
				err := d.do(t.Context(), func(context.Context) error { in = true; return nil })
				var busy *hashing.Busy
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
