package accounts

import (
	"context"
	"errors"
	"sync"
	"time"

	"etuservices/server/internal/hashing"
	"etuservices/server/internal/store"
)

// preAuthLimiter lets a few of those who are not logged in ask the stores at once, before
// a password is hashed, so that they do not use up what the others work with
// (config.Limits.Door has the reason).
type preAuthLimiter struct {
	slots chan struct{}
	wait  time.Duration // before it, at most

	mu      sync.Mutex
	trouble chan struct{} // closed when a store failed whoever was inside
}

func newPreAuthLimiter(width int, wait time.Duration) *preAuthLimiter {
	return &preAuthLimiter{slots: make(chan struct{}, width), wait: wait, trouble: make(chan struct{})}
}

// do does f's work on the stores, in turn, within store.RequestTime. Errors:
// f's; *hashing.Busy for who waited too long; store.ErrUnavailable for who waited behind
// somebody whom a store failed: one that hangs is told in time to all of them.
func (d *preAuthLimiter) do(ctx context.Context, f func(ctx context.Context) error) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer func() { <-d.slots }()
	ctx, cancel := context.WithTimeout(ctx, store.RequestTime)
	defer cancel()
	err := f(ctx)
	if errors.Is(err, store.ErrUnavailable) {
		d.fail()
	}
	return err
}

func (d *preAuthLimiter) enter(ctx context.Context) error {
	select {
	case d.slots <- struct{}{}:
		return nil
	default:
	}
	d.mu.Lock()
	trouble := d.trouble
	d.mu.Unlock()
	timer := time.NewTimer(d.wait)
	defer timer.Stop()
	select {
	case d.slots <- struct{}{}:
		return nil
	case <-trouble:
		return store.ErrUnavailable
	case <-timer.C:
		return &hashing.Busy{After: d.wait}
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *preAuthLimiter) fail() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.trouble)
	d.trouble = make(chan struct{})
}
