package admin

import (
	"math"
	"slices"
	"testing"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/widget"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func at(second int, rate float64) point {
	return point{at: noon.Add(time.Duration(second) * time.Second), rate: rate}
}

func rate(p point) float64 { return p.rate }

// same compares curves; a gap is written -1.
func same(got, want []float64) bool {
	return slices.EqualFunc(got, want, func(g, w float64) bool { return g == w || w < 0 && math.IsNaN(g) })
}

func TestCurve(t *testing.T) {
	for name, c := range map[string]struct {
		s    series
		now  int // seconds after noon
		over time.Duration
		n    int
		want []float64
	}{
		"nothing":        {nil, 9, 10 * time.Second, 2, []float64{-1, -1}},
		"a second each":  {series{at(6, 1), at(7, 2), at(8, 3), at(9, 4)}, 9, 4 * time.Second, 4, []float64{1, 2, 3, 4}},
		"the peak stays": {series{at(0, 1), at(3, 9), at(4, 2), at(5, 1), at(9, 3)}, 9, 10 * time.Second, 2, []float64{9, 3}},
		"a late one":     {series{at(6, 1), at(8, 3)}, 9, 4 * time.Second, 4, []float64{1, 1, 3, 3}},
		"of the history": {series{at(0, 1), at(5, 2)}, 9, 10 * time.Second, 10, []float64{1, 1, 1, 1, 1, 2, 2, 2, 2, 2}},
		"a hole":         {series{at(0, 5), at(9, 2)}, 9, 10 * time.Second, 10, []float64{5, 5, 5, 5, 5, 5, -1, -1, -1, 2}},
		"too old":        {series{at(0, 5)}, 60, 10 * time.Second, 2, []float64{-1, -1}},
		"no room":        {series{at(0, 5)}, 0, time.Minute, 0, nil},
	} {
		if got := c.s.curve(noon.Add(time.Duration(c.now)*time.Second), c.over, c.n, rate); !same(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// What is past does not change when time goes on: the curve moves only.
func TestCurveDoesNotTremble(t *testing.T) {
	var s series
	for i := range 900 {
		s = s.add(at(i, float64(i*7919%101)))
	}
	const n = 76
	step := span / n
	before := s.curve(noon.Add(900*time.Second), span, n, rate)
	after := s.curve(noon.Add(900*time.Second+step), span, n, rate)
	// The last two columns were not over yet.
	if !same(after[:n-3], before[1:n-2]) {
		t.Errorf("before %v\nafter  %v", before, after)
	}
}

func TestSeriesForgets(t *testing.T) {
	var s series
	for i := range 5000 {
		s = s.add(at(i, 1))
	}
	if len(s) > 950 {
		t.Errorf("%d points kept", len(s))
	}
	if _, ok := s.minuteAgo(); !ok {
		t.Error("no point to compare with")
	}
	s = s.add(at(5100, 1))
	if p, ok := s.minuteAgo(); ok {
		t.Errorf("compared with one of %v", p.at)
	}
}

// The history is in the units of the measures, ends where they begin, and is put
// right where the server's clock is wrong.
func TestHistoryIsFilledIn(t *testing.T) {
	for name, wrong := range map[string]time.Duration{"clocks agree": 0, "an hour ahead": time.Hour} {
		var slots []api.Slot
		for i := range 24 {
			slots = append(slots, api.Slot{
				Start: noon.Add(wrong + time.Duration(i)*api.SlotTime), Commands: 50, Logins: 1, Refusals: 2, P99: 3 * time.Millisecond,
			})
		}
		s := series{at(100, 99), at(121, 7)}.fill(slots, noon.Add(2*time.Minute))
		if len(s) != 25 || !s[0].at.Equal(noon) || s[24].rate != 7 {
			t.Errorf("%s: %d points from %v, the last %+v", name, len(s), s[0].at, s[len(s)-1])
		}
		if p := s[20]; p.rate != 10 || p.logins != 12 || p.refusals != 24 || p.p99 != 3 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestCeiling(t *testing.T) {
	for most, want := range map[float64]float64{0: 1, 0.3: 1, 1: 1, 1.1: 2, 20: 20, 21: 50, 51: 100, 730: 1000} {
		if got := ceiling([]float64{widget.Gap, most, 0}); got != want {
			t.Errorf("%v: %v, want %v", most, got, want)
		}
	}
}
