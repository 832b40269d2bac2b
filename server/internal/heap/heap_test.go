package heap

import (
	"runtime/debug"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheStrongerReasonCounts(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(usual))
	wants := func(percent int) {
		t.Helper()
		if got := debug.SetGCPercent(percent); got != percent {
			t.Errorf("%d percent, want %d", got, percent)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var conns atomic.Int64
		go Watch(t.Context(), conns.Load)
		next := func(n int64) {
			conns.Store(n)
			time.Sleep(watchEvery)
			synctest.Wait()
		}
		next(manyConns)
		wants(usual)
		next(manyConns + 1)
		wants(crowded)
		next(0)
		wants(usual)
		Embedded()
		wants(embedded)
		next(manyConns + 1)
		wants(crowded)
		next(0)
		wants(embedded)
	})
	t.Setenv("GOGC", "30")
	change(&state.crowded, true)
	wants(embedded)
}
