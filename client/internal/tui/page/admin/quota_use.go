package admin

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

const (
	nearPart     = 0.8  // the part of a quota from which a user is shown: 8 calls of 10
	maxQuotaUses = 2000 // how many users are kept: logins may be invented
)

// quotaUse is a user near the end of the services quota, or refused for it.
type quotaUse struct {
	login     string
	times     int // refused so often
	refused   time.Time
	used, max int // after the last call
	called    time.Time
}

func (s quotaUse) refusedLately(since time.Time) bool { return s.times > 0 && !s.refused.Before(since) }

func (s quotaUse) shown(since time.Time) bool {
	near := s.max > 0 && float64(s.used) >= nearPart*float64(s.max) && !s.called.Before(since)
	return near || s.refusedLately(since)
}

// quotaUses are by login, from the live events VENTE, ACHAT and REFUS code=QUOTA of the
// last window: the calls before have come back.
type quotaUses map[string]quotaUse

func (all quotaUses) happened(a api.Activity, window time.Duration) {
	now, s := a.At, all[a.Login]
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

// list gives those who were refused since, the latest first, then those nearest to it.
func (all quotaUses) list(since time.Time) (list []quotaUse) {
	for _, s := range all {
		if !s.refusedLately(since) {
			s.times, s.refused = 0, time.Time{}
		}
		if s.shown(since) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b quotaUse) int {
		return cmp.Or(
			b.refused.Compare(a.refused),
			cmp.Compare(b.used*a.max, a.used*b.max), b.called.Compare(a.called), cmp.Compare(a.login, b.login),
		)
	})
	return list
}

// view lists them in a panel; they are known since opened.
func (all quotaUses) view(e *page.Env, opened time.Time, w, h int) string {
	th := e.Theme
	window := e.Quotas.Services.Window
	since := e.Now().Add(-window)
	list := all.list(since)
	p := widget.Panel{Title: e.S(i18n.Live.Near), Right: e.S(i18n.Details.Services)}
	in, rows := w-widget.PanelW, h-widget.PanelH
	var l widget.Lines
	switch {
	case len(list) > 0:
		p.Title += " " + e.T.Int(int64(len(list)))
	case opened.After(since):
		l.Add(th.Faint.Render(widget.Fit(e.S(i18n.Admin.NoTroubleYet), in)))
	case window > 0: // told
		l.Add(th.OK.Render(theme.Check) + " " + widget.Fit(e.S(i18n.Admin.NoTrouble, e.T.Duration(window)), in-2))
	}
	for _, s := range list[:min(max(0, rows), len(list))] {
		sign, what, when := th.Err.Render(theme.Stop), th.Err.Render(e.S(i18n.Live.RefusedTimes, e.T.Int(int64(s.times)))), s.refused
		if s.times == 0 {
			what, when = e.S(i18n.Live.Left, s.max-s.used, s.max), s.called
			if pips := in - 30; pips >= s.max {
				what = widget.Pips(th, s.max-s.used, s.max, pips) + " " + what
			}
			sign = widget.LevelSign(th, s.max-s.used, s.max)
		}
		right := " " + what
		if in >= 30 {
			right += " " + th.Faint.Render(widget.FitRight(e.T.Age(e.Now().Sub(when)), 6))
		}
		l.Add(widget.Ends(sign+" "+s.login, right, in))
	}
	return p.View(th, l.String(), w, h)
}
