package page

import (
	"slices"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// QuotaState is what is known of both quotas.
type QuotaState struct {
	Connections, Services api.Quota
	At                    time.Time // when the server last told

	// spent are the calls of the window that this run saw succeed, oldest first.
	spent []time.Time
}

// Set takes what the server told of both.
func (s *QuotaState) Set(q api.Quotas, now time.Time) {
	s.Connections = q.Connections
	s.setServices(q.Services, now)
}

// Spend takes what a receipt told; its quota names neither window nor next.
func (s *QuotaState) Spend(q api.Quota, now time.Time) {
	if q.Max == 0 {
		return
	}
	q.Window = s.Services.Window
	if q.Used > s.Services.Used || s.Services.Max == 0 {
		s.spent = append(s.spent, now)
	}
	s.setServices(q, now)
}

// setServices also fills in when the next call comes back: the server tells it only where
// none is left. It stays unknown where calls were made elsewhere.
func (s *QuotaState) setServices(q api.Quota, now time.Time) {
	if q.Window > 0 {
		s.spent = slices.DeleteFunc(s.spent, func(at time.Time) bool { return !at.Add(q.Window).After(now) })
		if q.Next.IsZero() && q.Used > 0 && q.Used <= len(s.spent) {
			q.Next = s.spent[len(s.spent)-q.Used].Add(q.Window)
		}
	}
	s.Services, s.At = q, now
}

// refreshAfter bounds the age of figures, which another run of the program may change.
const refreshAfter = 15 * time.Second

// Due says that the figures are to be asked for: a call has come back, none is left and
// nobody said until when, or they are old while something is used.
func (s *QuotaState) Due(now time.Time) bool {
	for _, q := range []api.Quota{s.Connections, s.Services} {
		if !q.Next.IsZero() && !q.Next.After(now) || q.Max > 0 && q.Left == 0 && q.Next.IsZero() {
			return true
		}
	}
	return s.Connections.Used+s.Services.Used > 0 && now.Sub(s.At) > refreshAfter
}

// QuotaView draws a quota in three lines of w cells: its name and rule, what is
// left, when the next one comes back.
func QuotaView(e *Env, name i18n.Msg, q api.Quota, w int) string {
	th := e.Theme
	head := th.Strong.Render(e.S(name))
	if q.Max == 0 { // not told yet
		return head + "\n" + th.Faint.Render(e.S(i18n.Common.Loading)) + "\n"
	}
	const figures = 13 // cells for "  ● 10 sur 10"
	return widget.Ends(head, th.Faint.Render(e.Rule(q)), w) + "\n" +
		widget.Ends(widget.Pips(th, q.Left, q.Max, max(0, w-figures)), quotaFigures(e, q), w) + "\n" + QuotaNext(e, q, w)
}

// QuotaViews draws both quotas, one below the other.
func QuotaViews(e *Env, w int) string {
	return widget.Rows(
		QuotaView(e, i18n.Quota.Services, e.Quotas.Services, w), "", QuotaView(e, i18n.Quota.Logins, e.Quotas.Connections, w),
	)
}

// QuotaLine is a quota in one line of w cells.
func QuotaLine(e *Env, name i18n.Msg, q api.Quota, w int) string {
	right := ""
	if q.Max > 0 {
		right = widget.Pips(e.Theme, q.Left, q.Max, pipsWidth) + " " + widget.FitRight(quotaFigures(e, q), 11)
	}
	return widget.Ends(e.Theme.Strong.Render(e.S(name)), right, w)
}

func quotaFigures(e *Env, q api.Quota) string {
	return widget.LevelSign(e.Theme, q.Left, q.Max) + " " + e.S(i18n.Common.OutOf, e.T.Int(int64(q.Left)), e.T.Int(int64(q.Max)))
}

// QuotaNext says when the next one of a quota comes back, wrapped in w cells.
func QuotaNext(e *Env, q api.Quota, w int) string {
	left, at := q.Next.Sub(e.Now()), e.T.Clock(q.Next)
	switch {
	case left > 0 && q.Left == 0:
		return paint(e.Theme.Warn, e.S(i18n.Quota.NextAt, e.T.Countdown(left), at), w)
	case left > 0:
		return e.Note(e.S(i18n.Quota.Next, e.T.Countdown(left), at), w)
	case q.Used == 0:
		return e.Note(e.S(i18n.Quota.All), w)
	case q.Window == 0:
		return ""
	}
	return e.Note(e.S(i18n.Quota.Later, e.T.Duration(q.Window)), w)
}

// Rule says how much a quota allows, as far as the server has told.
func (e *Env) Rule(q api.Quota) string {
	switch {
	case q.Max == 0:
		return e.S(i18n.Quota.Untold)
	case q.Window == 0:
		return e.S(i18n.Quota.Only, q.Max)
	}
	return e.S(i18n.Quota.Every, q.Max, e.T.Duration(q.Window))
}

const pipsWidth = 12 // the most that pips take in the status line

// QuotaStatus is the services quota in a few cells, for the status line of a
// screen of w cells.
func QuotaStatus(e *Env, w int) string {
	q := e.Quotas.Services
	if q.Max == 0 {
		return ""
	}
	s := widget.Pips(e.Theme, q.Left, q.Max, min(q.Max, pipsWidth)) + " "
	const wordsFrom = 100 // cells of the screen
	if w < wordsFrom {
		s += e.T.Int(int64(q.Left)) + "/" + e.T.Int(int64(q.Max))
	} else {
		s += e.T.N(i18n.Quota.Calls, q.Left)
	}
	if q.Next.After(e.Now()) {
		s += e.Theme.Faint.Render(" " + theme.Sep + " " + e.S(i18n.Quota.OneBack, e.T.Clock(q.Next)))
	}
	return s
}
