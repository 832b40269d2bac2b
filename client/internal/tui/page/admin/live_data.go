package admin

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
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
// Columns start at multiples of step, so a column keeps its value while the
// chart scrolls. Of several measures in it the highest is shown: a peak of
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

// maxFeed is more than any screen shows of the feed.
const maxFeed = 200

// liveData is what the live view has received: the measures, and what happened.
type liveData struct {
	history
	feed []api.Activity // oldest first, never changed
	near quotaUses
	lost int // events that did not come
}

// freeze gives a copy that stays as it is.
func (w liveData) freeze() liveData {
	w.near = maps.Clone(w.near)
	return w
}

func (w *liveData) measure(s api.Stats) {
	w.history = w.history.add(s)
	w.lost += s.Lost
}

func (w *liveData) happened(a api.Activity, window time.Duration) {
	if w.feed = append(w.feed, a); len(w.feed) > maxFeed {
		w.feed = w.feed[len(w.feed)-maxFeed:]
	}
	if w.near == nil {
		w.near = quotaUses{}
	}
	w.near.happened(a, window)
}

const (
	// nearPart is the part of a quota from which a user is shown: 8 calls of 10.
	nearPart = 0.8
	// maxQuotaUses bounds how many users are kept: more than a year's students,
	// less than a flood of invented logins.
	maxQuotaUses = 2000
)

// quotaUse is a user near the end of the services quota, or refused for it.
type quotaUse struct {
	login     string
	times     int // refused so often
	refused   time.Time
	used, max int // after the last call
	called    time.Time
}

// refusedLately and nearLately are the two reasons to be shown.
func (s quotaUse) refusedLately(since time.Time) bool { return s.times > 0 && !s.refused.Before(since) }

func (s quotaUse) nearLately(since time.Time) bool {
	return s.max > 0 && float64(s.used) >= nearPart*float64(s.max) && !s.called.Before(since)
}

func (s quotaUse) shown(since time.Time) bool { return s.refusedLately(since) || s.nearLately(since) }

// quotaUses are by login. They come from live events only: VENTE and ACHAT carry
// utilise and max, REFUS carries code=QUOTA. What is older than one window does
// not count: the calls that filled it have come back.
type quotaUses map[string]quotaUse

func (all quotaUses) happened(a api.Activity, window time.Duration) {
	now, s := a.At.At, all[a.Login]
	since := now.Add(-window)
	if a.Login == "" {
		return
	}
	switch a.Type {
	case "VENTE", "ACHAT":
		s.used, s.max, s.called = int(a.Fields.Int("utilise")), int(a.Fields.Int("max")), now
	case "REFUS":
		if a.Fields.Get("code") != string(protocol.QUOTA) {
			return
		}
		if !s.refusedLately(since) {
			s.times = 0
		}
		s.times, s.refused = s.times+1, now
	default:
		return
	}
	if s.login = a.Login; !s.shown(since) {
		delete(all, a.Login)
		return
	}
	if _, known := all[a.Login]; !known && len(all) >= maxQuotaUses {
		maps.DeleteFunc(all, func(_ string, s quotaUse) bool { return !s.shown(since) })
		if len(all) >= maxQuotaUses {
			return
		}
	}
	all[a.Login] = s
}

// list gives who is to be shown, from what happened since: those who were
// refused, the latest first, then those who are nearest to it.
func (all quotaUses) list(since time.Time) (list []quotaUse) {
	for _, s := range all {
		if s.shown(since) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b quotaUse) int {
		switch ra, rb := a.refusedLately(since), b.refusedLately(since); {
		case ra && rb:
			return cmp.Or(b.refused.Compare(a.refused), cmp.Compare(a.login, b.login))
		case ra != rb:
			if ra {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.used*a.max, a.used*b.max), b.called.Compare(a.called), cmp.Compare(a.login, b.login))
	})
	return list
}
