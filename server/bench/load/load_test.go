package load_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/server/bench/load"
)

func TestPercentiles(t *testing.T) {
	a, b := load.NewLatencies(), load.NewLatencies()
	for ms := 1; ms <= 1000; ms++ { // 1 ms … 1 s, once each, over two workers
		[]*load.Latencies{a, b}[ms%2].Record(time.Duration(ms)*time.Millisecond, 1)
	}
	a.Merge(b)
	if a.Count() != 1000 {
		t.Errorf("%d recorded", a.Count())
	}
	for percent, want := range map[float64]time.Duration{
		50: 500 * time.Millisecond, 90: 900 * time.Millisecond,
		99: 990 * time.Millisecond, 99.9: 999 * time.Millisecond, 100: time.Second,
	} {
		got := a.At(percent)
		if diff := (got - want).Abs(); diff > want/500 { // three digits, rounded up
			t.Errorf("p%v = %v, want %v", percent, got, want)
		}
	}
}

func TestPercentilesHoldOutliers(t *testing.T) {
	l := load.NewLatencies()
	l.Record(0, 99)
	l.Record(time.Hour, 1)
	if got := l.At(50); got != time.Microsecond {
		t.Errorf("shortest is %v", got)
	}
	if got := l.At(100); got < 59*time.Second || got > 61*time.Second {
		t.Errorf("longest is %v", got)
	}
}

// TestSlowStepsAreMeasured: a machine that was busy elsewhere had no login done
// in the time, and a figure was made of nothing.
func TestSlowStepsAreMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		step := func() (int, error) { time.Sleep(3 * time.Second); return 1, nil }
		r, err := load.Run(t.Context(), []load.Step{step}, load.Plan{Time: time.Second})
		if err != nil || r.Ops == 0 || r.Elapsed < 3*time.Second {
			t.Errorf("%d operations in %v, %v", r.Ops, r.Elapsed, err)
		}
	})
}

func TestClosedLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		step := func() (int, error) { time.Sleep(10 * time.Millisecond); return 2, nil }
		r, err := load.Run(t.Context(), []load.Step{step, step, step},
			load.Plan{Warmup: 105 * time.Millisecond, Time: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if r.Ops != 3*2*100 { // the 100 that end in the measured second
			t.Errorf("%d operations", r.Ops)
		}
		if r.All <= r.Ops || r.All > r.Ops+3*2*11+3*2 { // 10 in the warm-up, and what ended too late
			t.Errorf("%d in all", r.All)
		}
		if s := r.Summary(); s.Rate != 600 || s.P99 < 10_000 || s.P99 > 10_050 {
			t.Errorf("summary: %+v", s)
		}
	})
}

// An operation that a slow one keeps waiting is late, and that counts.
func TestOpenLoopCountsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		step := func() (int, error) {
			if first {
				first = false
				time.Sleep(500 * time.Millisecond)
			}
			return 1, nil
		}
		r, err := load.Run(t.Context(), []load.Step{step}, load.Plan{Time: 999 * time.Millisecond, Rate: 100})
		if err != nil {
			t.Fatal(err)
		}
		if r.Ops != 100 {
			t.Errorf("%d operations", r.Ops)
		}
		s := r.Summary()
		if s.P50 > 10_000 || s.P90 < 390_000 || s.Max < 499_000 {
			t.Errorf("summary: %+v", s)
		}
	})
}

func TestEndsEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left := 50
		step := func() (int, error) {
			if left == 0 {
				return 0, load.ErrDone
			}
			left--
			time.Sleep(10 * time.Millisecond)
			return 1, nil
		}
		r, err := load.Run(t.Context(), []load.Step{step}, load.Plan{Time: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if r.Ops != 50 || r.Elapsed != 500*time.Millisecond {
			t.Errorf("%d operations in %v", r.Ops, r.Elapsed)
		}
	})
}

func TestRefusalsAndFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := func() (int, error) {
			time.Sleep(time.Millisecond)
			return 1, &load.Refused{Line: "-ERR QUOTA"}
		}
		r, err := load.Run(t.Context(), []load.Step{refused}, load.Plan{Time: 100 * time.Millisecond})
		if err != nil || r.Ops != 0 || r.Refused < 99 || r.Refusal != "-ERR QUOTA" {
			t.Errorf("%+v, %v", r, err)
		}
		broken := errors.New("broken")
		failing := func() (int, error) { return 0, broken }
		if _, err := load.Run(context.Background(), []load.Step{refused, failing}, load.Plan{Time: time.Hour}); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
	})
}
