package load_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/server/bench/load"
)

// The steps of a shaped run come when the shape says: few, many, few.
func TestShape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const total, rate = 100 * time.Second, 50
		var counts [10]atomic.Int64
		began := time.Now()
		step := func() (int, error) {
			if part := int(time.Since(began) * 10 / total); part < 10 {
				counts[part].Add(1)
			}
			return 1, nil
		}
		shape := load.Shape{{0, 0.1}, {0.3, 0.1}, {0.5, 1}, {0.6, 1}, {0.9, 0.2}, {1, 0.2}}
		if _, err := load.Run(t.Context(), []load.Step{step, step}, load.Plan{Time: total, Rate: rate, Shape: shape}); err != nil {
			t.Fatal(err)
		}
		parts := []float64{0.1, 0.1, 0.1, 0.325, 0.775, 1, 13. / 15, 0.6, 1. / 3, 0.2} // the shape's means
		for i, part := range parts {
			want := part * rate * total.Seconds() / 10
			if got := float64(counts[i].Load()); got < want-2 || got > want+2 {
				t.Errorf("in part %d: %v steps, want %v", i, got, want)
			}
		}
	})
}

// Day never stands still, or those who wait for their turn would wait for ever.
func TestDay(t *testing.T) {
	last := -1.0
	for _, p := range load.Day {
		if p.At <= last || p.Part <= 0 || p.Part > 1 {
			t.Errorf("%v behind %v", p, last)
		}
		last = p.At
	}
	if load.Day[0].At != 0 || last != 1 {
		t.Errorf("not a whole day: %v", load.Day)
	}
}
