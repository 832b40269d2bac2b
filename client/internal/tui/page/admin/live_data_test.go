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

func at(second int, rate float64) api.Stats {
	return api.Stats{At: api.At{At: noon.Add(time.Duration(second) * time.Second)}, CommandsPerSecond: rate}
}

// same compares curves; a gap is written -1.
func same(got, want []float64) bool {
	return slices.EqualFunc(got, want, func(g, w float64) bool { return g == w || w < 0 && math.IsNaN(g) })
}

func TestCurve(t *testing.T) {
	for name, c := range map[string]struct {
		h      history
		now    int // seconds after noon
		window time.Duration
		n      int
		want   []float64
	}{
		"nothing":        {nil, 9, 10 * time.Second, 2, []float64{-1, -1}},
		"a second each":  {history{at(6, 1), at(7, 2), at(8, 3), at(9, 4)}, 9, 4 * time.Second, 4, []float64{1, 2, 3, 4}},
		"the peak stays": {history{at(0, 1), at(3, 9), at(4, 2), at(5, 1), at(9, 3)}, 9, 10 * time.Second, 2, []float64{9, 3}},
		"a late one":     {history{at(6, 1), at(8, 3)}, 9, 4 * time.Second, 4, []float64{1, 1, 3, 3}},
		"a hole":         {history{at(0, 5), at(9, 2)}, 9, 10 * time.Second, 10, []float64{5, 5, 5, -1, -1, -1, -1, -1, -1, 2}},
		"half a second":  {history{at(8, 1), at(9, 2)}, 9, 2 * time.Second, 4, []float64{-1, 1, 1, 2}},
		"too old":        {history{at(0, 5)}, 60, 10 * time.Second, 2, []float64{-1, -1}},
		"no room":        {history{at(0, 5)}, 0, time.Minute, 0, nil},
	} {
		if got := c.h.curve(noon.Add(time.Duration(c.now)*time.Second), c.window, c.n); !same(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// What is past does not change when time goes on: the curve moves only.
func TestCurveDoesNotTremble(t *testing.T) {
	var h history
	for i := range 900 {
		h = h.add(at(i, float64(i*7919%101)))
	}
	const n = 76
	step := longest / n
	before := h.curve(noon.Add(900*time.Second), longest, n)
	after := h.curve(noon.Add(900*time.Second+step), longest, n)
	// The last two columns were not over yet.
	if !same(after[:n-3], before[1:n-2]) {
		t.Errorf("before %v\nafter  %v", before, after)
	}
}

func TestHistoryForgets(t *testing.T) {
	var h history
	for i := range 5000 {
		h = h.add(at(i, 1))
	}
	if len(h) > 950 {
		t.Errorf("%d measures kept", len(h))
	}
	if _, ok := h.minuteAgo(); !ok {
		t.Error("no measure to compare with")
	}
	h = h.add(at(5100, 1))
	if s, ok := h.minuteAgo(); ok {
		t.Errorf("compared with one of %v", s.At.At)
	}
}

func TestFigures(t *testing.T) {
	if most, mean := figures([]float64{widget.Gap, 4, 2}); most != 4 || mean != 3 {
		t.Errorf("%v %v", most, mean)
	}
	if most, mean := figures(nil); most != 0 || mean != 0 {
		t.Errorf("%v %v", most, mean)
	}
}

func TestFrozenStaysAsItIs(t *testing.T) {
	var w liveData
	w.measure(at(0, 1))
	still := w.freeze()
	for i := range 2 * maxFeed {
		w.measure(at(1+i, 2))
		w.happened(api.Activity{At: api.At{At: noon}, Type: "VENTE"}, 10*time.Minute)
	}
	if len(still.history) != 1 || len(still.feed) != 0 || len(w.feed) != maxFeed {
		t.Errorf("%d measures and %d events frozen, %d events kept", len(still.history), len(still.feed), len(w.feed))
	}
}
