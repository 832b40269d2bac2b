package admin

import (
	"math"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/widget"
)

const (
	// period is how often a measure is asked for, in seconds.
	period = 1
	// longest is how far back the curve goes, and what is kept.
	longest = 15 * time.Minute
	// holdFor is how long a measure stands where the next is missing: one may
	// come late, two did not come.
	holdFor = 2500 * time.Millisecond
	// trendOver is what a figure is compared with, and trendSlack how much
	// older that measure may be.
	trendOver  = time.Minute
	trendSlack = 10 * time.Second
)

// windows are the lengths of the curve.
var windows = []time.Duration{time.Minute, 5 * time.Minute, longest}

// history is the measures of the last quarter of an hour, oldest first. A copy
// of it stays as it is: what is there is never changed.
type history []api.Stats

// add puts a measure behind, and lets go of what is too old for any curve.
func (h history) add(s api.Stats) history {
	h = append(h, s)
	old := 0
	for old < len(h) && s.At.At.Sub(h[old].At.At) > longest+trendSlack {
		old++
	}
	return h[old:]
}

// last is the newest measure.
func (h history) last() (s api.Stats, ok bool) {
	if len(h) == 0 {
		return s, false
	}
	return h[len(h)-1], true
}

// minuteAgo is the measure that the newest is compared with.
func (h history) minuteAgo() (s api.Stats, ok bool) {
	now, ok := h.last()
	if !ok {
		return s, false
	}
	for i := len(h) - 1; i >= 0; i-- {
		if age := now.At.At.Sub(h[i].At.At); age >= trendOver {
			return h[i], age <= trendOver+trendSlack
		}
	}
	return s, false
}

// curve is the commands per second of the window that ends now, in n columns.
// A column is a fixed part of the clock's time, so that the curve moves and
// does not tremble. Of several measures in it the highest is shown: a peak of
// one second must not get lost in a quarter of an hour. One without a measure
// takes the last, unless that is too old.
func (h history) curve(now time.Time, window time.Duration, n int) []float64 {
	if n <= 0 {
		return nil
	}
	step := int64(window) / int64(n)
	first := now.UnixNano()/step - int64(n) + 1
	columns, next := make([]float64, n), 0
	for i := range columns {
		columns[i] = widget.Gap
		end := (first + int64(i) + 1) * step
		for ; next < len(h) && h[next].At.At.UnixNano() < end; next++ {
			v := h[next].CommandsPerSecond
			if inside := h[next].At.At.UnixNano() >= end-step; inside && (math.IsNaN(columns[i]) || v > columns[i]) {
				columns[i] = v
			}
		}
		if math.IsNaN(columns[i]) && next > 0 && end-step-h[next-1].At.At.UnixNano() < int64(holdFor) {
			columns[i] = h[next-1].CommandsPerSecond
		}
	}
	return columns
}

// figures are the highest and the mean of a curve.
func figures(columns []float64) (most, mean float64) {
	n := 0
	for _, v := range columns {
		if !math.IsNaN(v) {
			most, mean, n = max(most, v), mean+v, n+1
		}
	}
	if n > 0 {
		mean /= float64(n)
	}
	return most, mean
}
