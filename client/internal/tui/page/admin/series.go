package admin

import (
	"math"
	"slices"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/widget"
)

const (
	span = 15 * time.Minute // how far back the curves go
	// historyMinutes is what is asked for: its first minute is only needed for the figures
	// by the minute of those that follow.
	historyMinutes = int(span/time.Minute) + 1
	// holdFor is how long a point stands where the next is missing.
	holdFor    = api.SlotTime + time.Second
	trendOver  = time.Minute      // the age of the point that a figure is compared with
	trendSlack = 10 * time.Second // how much older that point may be
	// clockSlack is how far from now the history may end before the server's clock is
	// taken to be wrong.
	clockSlack = 2 * api.SlotTime
)

// point is what was measured at an instant.
type point struct {
	at                       time.Time
	rate, logins, refusals   float64 // commands by the second, the others by the minute
	p99                      float64 // in milliseconds; 0: there was no command
	refusedQuota, refusedKey int     // of the refusals; not known of the history
}

// series is the points of the span, oldest first. Points are never changed.
type series []point

func pointOf(s api.Stats) point {
	return point{
		at: s.At, rate: s.CommandsPerSecond, logins: float64(s.LoginsPerMinute), refusals: float64(s.RefusalsPerMinute),
		p99: milliseconds(s.P99), refusedQuota: s.RefusedQuota, refusedKey: s.RefusedKey,
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// add puts a point behind, and lets go of what is too old for any curve.
func (s series) add(p point) series {
	s = append(s, p)
	return s[slices.IndexFunc(s, func(old point) bool { return p.at.Sub(old.at) <= span+trendSlack }):]
}

// fill puts the history in place of the points up to its end.
func (s series) fill(slots []api.Slot, now time.Time) series {
	if len(slots) == 0 {
		return s
	}
	end := slots[len(slots)-1].Start.Add(api.SlotTime)
	shift := now.Sub(end)
	if shift.Abs() <= clockSlack {
		shift = 0
	}
	const minute = int(time.Minute / api.SlotTime)
	var filled series
	logins, refusals := 0, 0
	for i, slot := range slots {
		logins, refusals = logins+slot.Logins, refusals+slot.Refusals
		if i >= minute {
			logins, refusals = logins-slots[i-minute].Logins, refusals-slots[i-minute].Refusals
		}
		filled = append(filled, point{
			at: slot.Start.Add(shift), rate: float64(slot.Commands) / api.SlotTime.Seconds(),
			logins: float64(logins), refusals: float64(refusals), p99: milliseconds(slot.P99),
		})
	}
	later := slices.IndexFunc(s, func(p point) bool { return p.at.After(end.Add(shift)) })
	if later < 0 {
		return filled
	}
	return append(filled, s[later:]...)
}

// last is the newest point, zero where there is none.
func (s series) last() (p point) {
	if len(s) > 0 {
		p = s[len(s)-1]
	}
	return p
}

// minuteAgo is the point that the newest is compared with.
func (s series) minuteAgo() (p point, ok bool) {
	for _, p := range slices.Backward(s) {
		if age := s.last().at.Sub(p.at); age >= trendOver {
			return p, age <= trendOver+trendSlack
		}
	}
	return p, false
}

// curve is a figure over the time that ends now, in n columns. Columns start at multiples
// of a step, so a column keeps its value while the chart scrolls. Of several points in it
// the highest is shown, so that no peak is lost; without one the last, unless too old.
func (s series) curve(now time.Time, over time.Duration, n int, of func(point) float64) []float64 {
	if n <= 0 {
		return nil
	}
	step := int64(over) / int64(n)
	first := now.UnixNano()/step - int64(n) + 1
	columns, next := make([]float64, n), 0
	for i := range columns {
		columns[i] = widget.Gap
		end := (first + int64(i) + 1) * step
		for ; next < len(s) && s[next].at.UnixNano() < end; next++ {
			v := of(s[next])
			if inside := s[next].at.UnixNano() >= end-step; inside && (math.IsNaN(columns[i]) || v > columns[i]) {
				columns[i] = v
			}
		}
		if math.IsNaN(columns[i]) && next > 0 && end-step-s[next-1].at.UnixNano() < int64(holdFor) {
			columns[i] = of(s[next-1])
		}
	}
	return columns
}

// ceiling is the value at the top of an axis: 1, 2 or 5 times a power of ten.
func ceiling(columns []float64) float64 {
	most := 0.0
	for _, v := range columns {
		if !math.IsNaN(v) {
			most = max(most, v)
		}
	}
	if most <= 1 {
		return 1
	}
	power := math.Pow10(int(math.Floor(math.Log10(most))))
	for _, step := range []float64{1, 2, 5} {
		if most <= step*power {
			return step * power
		}
	}
	return 10 * power
}
