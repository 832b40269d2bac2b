package accounts

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestPressure: the collector is spared from when the first waits until some
// time after the last.
func TestPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pressed atomic.Bool
		p := pressure{tell: pressed.Store}
		wants := func(want bool) {
			t.Helper()
			synctest.Wait()
			if pressed.Load() != want {
				t.Errorf("pressed: %v", !want)
			}
		}
		p.join()
		p.join()
		p.leave()
		wants(true)
		p.leave()
		time.Sleep(calmAfter / 2)
		p.join() // not over yet
		p.leave()
		time.Sleep(calmAfter - time.Nanosecond)
		wants(true)
		time.Sleep(time.Nanosecond)
		wants(false)
	})
}
