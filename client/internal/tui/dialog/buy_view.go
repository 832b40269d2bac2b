package dialog

import (
	"errors"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// View draws the question, or what came of it.
func (d *Buy) View(w int) string {
	e, th := d.e, d.e.Theme
	w = min(Width, w-8)
	title := e.S(i18n.Buy.Title)
	var l widget.Lines
	switch {
	case d.work.Has:
		title = e.S(i18n.Buy.Done)
		d.done(&l, w)
	case !d.work.Busy() && d.waits():
		title = e.S(i18n.Quota.Title)
		d.empty(&l, w)
	default:
		switch {
		case d.work.Busy():
		case d.unknown():
			title = e.S(i18n.Buy.Unknown)
		case d.work.Err != nil:
			title = e.S(i18n.Buy.Failed)
		}
		l.Add(widget.Ends(th.Strong.Render(d.article.Title), "  "+th.Price.Render(e.T.Amount(d.article.Cents)), w))
		d.question(&l, w)
	}
	l.Add("")
	return widget.Box(th, title, l, w)
}

func (d *Buy) question(l *widget.Lines, w int) {
	e, th := d.e, d.e.Theme
	l.Add(e.S(i18n.Buy.Seller, d.article.Seller))
	if q := e.Quotas.Services; d.work.Err == nil && q.Max > 0 && q.Left > 0 {
		l.Add(e.T.N(i18n.Buy.CostLeft, q.Left-1))
	} else if d.work.Err == nil {
		l.Add(e.S(i18n.Buy.Cost))
	}
	if d.work.Err == nil {
		l.Add(widget.Wrap(e.S(i18n.Article.Terms, d.article.Seller), w)...)
	}
	l.Add("")
	yes := e.S(i18n.Buy.Yes)
	switch {
	case d.work.Busy() && e.Link.Phase == link.Offline:
		l.Add(e.Warning(e.S(i18n.Buy.Offline), w))
		return
	case d.work.Busy():
		l.Add(e.S(i18n.Buy.UnderWay))
		return
	case d.work.Err != nil:
		l.Add(e.Failure(d.work.Err, w) + e.Wait(d.work.RetryAt))
		if errors.Is(d.work.Err, errStale) {
			l.Add(widget.Wrap(e.S(i18n.Buy.Stale), w)...)
		} else if !d.final() {
			l.Add(widget.Wrap(e.S(i18n.Buy.Once), w)...)
		}
		l.Add("")
		yes = e.S(i18n.Buy.Again)
	}
	if !d.canTry() {
		l.Add(widget.Buttons(th, 0, 0, e.S(i18n.Common.Close)))
		return
	}
	l.Add(widget.Buttons(th, 0, d.focus(), yes, e.S(i18n.Common.Cancel)))
}

func (d *Buy) done(l *widget.Lines, w int) {
	e, th, r := d.e, d.e.Theme, d.work.Data
	for _, s := range widget.Wrap(theme.Check+" "+e.S(i18n.Buy.DoneText, r.Title), w) {
		l.Add(th.OK.Render(s))
	}
	l.Add("", e.S(i18n.Buy.Contact, r.Seller), "  "+th.Strong.Render(r.Contact), "",
		widget.Buttons(th, 0, 0, e.S(i18n.Common.Close)))
}

// empty is shown in place of the question while no call is left; it becomes
// the question when one is back.
func (d *Buy) empty(l *widget.Lines, w int) {
	e, th := d.e, d.e.Theme
	if most := e.Quotas.Services.Max; most > 0 {
		l.Add(widget.Pips(th, 0, most, w-24)+"  "+e.T.N(i18n.Quota.Left, 0, e.T.Int(int64(most))), "")
	}
	next, known := e.Quotas.NextService(e.Now())
	if !known {
		next, known = d.work.RetryAt, d.work.RetryAt.After(e.Now())
	}
	if known {
		l.Add(e.S(i18n.Quota.NextAt, e.T.Countdown(next.Sub(e.Now())), e.T.Clock(next)))
	}
	l.Add(e.S(i18n.Quota.Browse), "", widget.Buttons(th, 0, 0, e.S(i18n.Common.Close)))
}
