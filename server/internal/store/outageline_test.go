package store

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestOutageIsSaidThirtySecondsAfterItBegan, and every 30 s from then on, whenever
// the one before was.
func TestOutageIsSaidThirtySecondsAfterItBegan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out lockedBuffer
		var h Health
		said := ""
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go h.sayRefused(ctx, slog.New(slog.NewTextHandler(&out, nil)))
		after := func(d time.Duration, want int) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			said += out.take()
			if n := strings.Count(said, "commandes refusées"); n != want {
				t.Errorf("%d lines, want %d\n%s", n, want, said)
			}
		}
		for round := range 2 {
			after(25*time.Second, 3*round)
			h.Set(ProblemRedis, "ne répond pas")
			h.Count("AUTH", context.Canceled)
			after(28*time.Second, 3*round)
			after(4*time.Second, 3*round+1)
			after(26*time.Second, 3*round+1)
			after(4*time.Second, 3*round+2)
			after(30*time.Second, 3*round+3)
			h.Clear(ProblemRedis)
		}
	})
}
