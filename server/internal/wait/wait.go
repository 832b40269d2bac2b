// Package wait waits for a while, or again and again, until a context ends.
package wait

import (
	"context"
	"time"
)

// For waits for d. Its error is ctx's, where ctx ended first.
func For(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Every calls do at the end of each period until ctx ends. It is not called while it
// is at work: where periods end meanwhile, one of them is made up for at once, the others
// are left out.
func Every(ctx context.Context, period time.Duration, do func()) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}
