package sell

import (
	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// besideFrom is the width from which what others will see stands beside the form.
const besideFrom = 98

// View draws the page.
func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	buttons := " " + p.ButtonRow(th, e.S(i18n.Sell.Yes), e.S(i18n.Sell.Clear))
	if p.W < besideFrom {
		var l widget.Lines
		l.Add(p.Form.View(e, p.W, p.H-3))
		l.Add(p.preview(p.W-2), buttons, widget.Indent(p.outcome(p.W-2), 1))
		return l.String()
	}
	parts := widget.Share(p.W, widget.Gutter, 3, 2)
	var l, r widget.Lines
	l.Add("", p.Form.View(e, parts[0], p.H-4), "", buttons, "", widget.Indent(p.outcome(parts[0]-2), 1))
	in := parts[1] - widget.PanelW
	const cost = 6
	r.Add("", widget.Panel{Title: e.S(i18n.Sell.Preview)}.View(th, p.shown(in), parts[1], p.FramesHeight()-cost))
	next, _ := e.Quotas.NextService(e.Now())
	r.Add(widget.Panel{Title: e.S(i18n.Sell.Cost)}.View(th, page.QuotaView(e, i18n.Quota.Services, e.Quotas.Services, next, in), parts[1], cost))
	return widget.Columns(widget.Frame(l.String(), parts[0], p.H), widget.Frame(r.String(), parts[1], p.H))
}

// shown is the article as others will see it.
func (p *Page) shown(w int) string {
	e, s := p.e, p.draft()
	title := s.Title
	if title == "" {
		title = "(" + e.S(i18n.Sell.NoTitle) + ")"
	}
	var l widget.Lines
	for _, line := range widget.Wrap(title, w) {
		l.Add(e.Theme.Title.Render(line))
	}
	l.Add("", e.Theme.Price.Render(p.price(s))+"   "+e.Theme.Category(s.Category).Render(e.T.Category(s.Category))+"   "+e.Theme.Faint.Render(e.Session.Login), "")
	l.Add(widget.Wrap(s.Description, w)...)
	return l.String()
}

// price is that of the draft, a dash while it is none.
func (p *Page) price(s api.Sale) string {
	if _, bad := p.Entries[price].Wrong(); bad {
		return "–"
	}
	return p.e.T.Amount(s.Cents)
}

// preview is the row that others will see.
func (p *Page) preview(w int) string {
	e, th, s := p.e, p.e.Theme, p.draft()
	name := s.Title
	if name == "" {
		name = "(" + e.S(i18n.Sell.NoTitle) + ")"
	}
	row := th.Faint.Render(e.S(i18n.Sell.Preview)+"  ") + widget.Fit(e.T.Category(s.Category), 10) + name
	return " " + widget.Ends(row, "  "+p.price(s)+"   "+e.Session.Login, w)
}

// outcome says how the sale stands.
func (p *Page) outcome(w int) string {
	e := p.e
	switch {
	case p.work.Busy() && e.Link.Phase == link.Offline:
		return e.Warning(e.S(i18n.Sell.Offline), w)
	case p.work.Slow(e):
		return e.Waiting()
	case p.work.Busy():
		return ""
	case p.work.Err != nil:
		return e.Failure(p.work.Err, w) + e.Wait(p.work.RetryAt)
	case p.noCall():
		return e.NoCall(w)
	case p.work.Has && !p.Draft():
		return e.Theme.OK.Render(theme.Check+" "+e.S(i18n.Sell.Note, p.work.Data.Title, e.T.Amount(p.work.Data.Cents))) + "\n" + e.Hint(keys.SeeItem)
	}
	return ""
}
