package page

import (
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/widget"
)

// QuotaView draws a quota in three lines of w cells: its name and rule, its
// bar with what is left, when the next one comes back (zero: not known).
func QuotaView(e *Env, name i18n.Msg, q api.Quota, next time.Time, w int) string {
	th := e.Theme
	head := th.Strong.Render(e.S(name))
	if q.Max == 0 { // not told yet
		return head + "\n  " + widget.Gauge(th, 0, 1, max(0, w-24)) + "\n  "
	}
	rule := e.Rule(q)
	left := e.T.N(i18n.QuotaLeft, q.Left, e.T.Int(int64(q.Max)))
	const figures = 22 // cells for "10 restants sur 10" with a margin
	bar := widget.LevelSign(th, widget.Level(q.Left, q.Max)) + " " +
		widget.Gauge(th, q.Left, q.Max, max(8, w-figures-2)) + "  " + left
	return widget.Ends(head, th.Faint.Render(rule), w) + "\n" + bar + "\n  " + e.quotaNext(q, next)
}

func (e *Env) quotaNext(q api.Quota, next time.Time) string {
	now := e.Now()
	known := next.After(now)
	switch {
	case q.Left == 0 && known:
		return e.Theme.Warn.Render(e.S(i18n.QuotaNextAt, e.T.Countdown(next.Sub(now)), e.T.Clock(next)))
	case known:
		return e.Theme.Faint.Render(e.S(i18n.QuotaNext, e.T.Countdown(next.Sub(now))))
	case q.Used == 0:
		return e.Theme.Faint.Render(e.S(i18n.QuotaAll))
	}
	if q.Window == 0 {
		return ""
	}
	return e.Theme.Faint.Render(e.S(i18n.QuotaLater, e.T.Duration(q.Window)))
}

// Rule says how much a quota allows, as far as the server has told.
func (e *Env) Rule(q api.Quota) string {
	switch {
	case q.Max == 0:
		return e.S(i18n.QuotaUntold)
	case q.Window == 0:
		return e.S(i18n.QuotaOnly, q.Max)
	}
	return e.S(i18n.QuotaEvery, q.Max, e.T.Duration(q.Window))
}

// QuotaStatus is the services quota in a few cells, for the status line.
func QuotaStatus(e *Env) string {
	q := e.Quotas.Services
	if q.Max == 0 {
		return ""
	}
	level := widget.Level(q.Left, q.Max)
	s := e.S(i18n.QuotaStatus) + " " + widget.LevelSign(e.Theme, level) + " " +
		e.T.Int(int64(q.Left)) + "/" + e.T.Int(int64(q.Max))
	if next, ok := e.Quotas.NextService(e.Now()); ok {
		s += " " + e.Theme.Faint.Render(e.T.Countdown(next.Sub(e.Now())))
	}
	return s
}
