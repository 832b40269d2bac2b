package admin

import (
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// sides are the services, and beside them who runs out of calls.
func (p *live) sides(w watched, s api.Stats, now time.Time) []string {
	const between = 3
	left := min(page.ReadWidth, p.W-2) * 3 / 5
	right := p.W - 2 - left - between
	a, b := p.services(s, left), p.troubled(w, now, right, 3)
	out := make([]string, max(len(a), len(b)))
	for i := range out {
		l, r := "", ""
		if i < len(a) {
			l = a[i]
		}
		if i < len(b) {
			r = b[i]
		}
		out[i] = " " + widget.Fit(l, left) + widget.Fit("", between) + widget.Fit(r, right)
	}
	return out
}

func (p *live) services(s api.Stats, w int) []string {
	e, th := p.e, p.e.Theme
	all := []struct {
		name      string
		ever, min int
	}{{"achat", int(s.Purchases), s.PurchasesPerMinute}, {"vente", int(s.Sales), s.SalesPerMinute}}
	most, widest, calls := 0, 0, make([]string, len(all))
	for i, a := range all {
		calls[i] = e.S(i18n.LiveCalls, e.T.Int(int64(a.ever)), e.T.Int(int64(a.min)))
		most, widest = max(most, a.ever), max(widest, widget.Width(calls[i]))
	}
	const names = 8 // cells of a service's name
	out := []string{th.Title.Render(e.S(i18n.LiveServices))}
	for i, a := range all {
		bar := widget.Strip(th, a.ever, most, w-names-widest-3) // one scale for all
		out = append(out, widget.Ends(widget.Fit(e.T.Service(a.name), names)+" "+bar, calls[i], w))
	}
	other := s.RefusalsPerMinute - s.RefusedQuota - s.RefusedKey
	return append(out, th.Faint.Render(e.S(i18n.LiveRefused,
		e.T.Int(int64(s.RefusedQuota)), e.T.Int(int64(s.RefusedKey)), e.T.Int(int64(max(0, other))))))
}

// troubled are those who were refused for their quota within a window, and those
// who are near its end.
func (p *live) troubled(w watched, now time.Time, width, n int) []string {
	e, th := p.e, p.e.Theme
	window := e.Quotas.Services.Window
	since := now.Add(-window)
	all := w.near.list(since)
	head := e.S(i18n.LiveNear)
	if len(all) > 0 {
		head += " " + e.T.Int(int64(len(all)))
	}
	out := []string{th.Title.Render(head)}
	if len(all) == 0 && window == 0 { // not told yet
		return out
	}
	if len(all) == 0 {
		return append(out, th.Faint.Render(widget.Fit(e.S(i18n.AdminNoTrouble, e.T.Duration(window)), width)))
	}
	for _, s := range all[:min(n, len(all))] {
		sign, what, when := th.Warn.Render(theme.Stop), e.T.Int(int64(s.times))+"×", s.refused
		if !s.refusedLately(since) {
			sign, what, when = th.Faint.Render(theme.Dot), e.T.Int(int64(s.used))+"/"+e.T.Int(int64(s.max)), s.called
		}
		right := what + " " + th.Faint.Render(widget.FitRight(e.T.Age(now.Sub(when)), 6))
		out = append(out, widget.Ends(sign+" "+s.login, right, width))
	}
	return out
}
