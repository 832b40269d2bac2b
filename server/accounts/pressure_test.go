package accounts

import (
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"
)

// TestPressure: the collector is spared from when the first waits until some
// time after the last.
func TestPressure(t *testing.T) {
	usual := debug.SetGCPercent(100)
	defer debug.SetGCPercent(usual)
	wants := func(percent int) {
		t.Helper()
		got := debug.SetGCPercent(percent)
		if got != percent {
			t.Errorf("GOGC %d, want %d", got, percent)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var p pressure
		p.join()
		p.join()
		p.leave()
		wants(busyGC)
		p.leave()
		time.Sleep(calmAfter / 2)
		p.join() // not over yet
		p.leave()
		time.Sleep(calmAfter - time.Nanosecond)
		synctest.Wait()
		wants(busyGC)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		wants(100)
	})
}
