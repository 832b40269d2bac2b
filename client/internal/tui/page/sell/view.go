package sell

import (
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// View draws the page.
func (p *Page) View() string {
	e, th, w := p.e, p.e.Theme, min(page.ReadWidth, p.W-2)
	var l widget.Lines
	if p.H > 15 {
		l.Add("")
	}
	l.Add(p.Form.View(e, w))
	l.Add(p.preview(w), "")
	l.Add(" "+p.ButtonRow(th, e.S(i18n.SellYes), e.S(i18n.SellClear)), "")
	l.Add(p.outcome(w - 2))
	return widget.Indent(l.String(), (p.W-w)/2)
}

// preview is the row that others will see.
func (p *Page) preview(w int) string {
	e, th, s := p.e, p.e.Theme, p.draft()
	name := s.Title
	if name == "" {
		name = "(" + e.S(i18n.SellNoTitle) + ")"
	}
	head := th.Faint.Render("── "+e.S(i18n.SellPreview)+" ") + th.Faint.Render(strings.Repeat(theme.Rule, max(0, w-4-widget.Width(e.S(i18n.SellPreview)))))
	row := widget.Fit(e.T.Category(s.Category), 10) + name
	return head + "\n" + "  " + widget.Ends(row, "  "+e.T.Amount(s.Cents)+"   "+e.Session.Login, w-2)
}

// outcome says how the sale stands.
func (p *Page) outcome(w int) string {
	e := p.e
	switch {
	case p.work.Busy() && e.Link.Phase == link.Offline:
		return e.Warning(e.S(i18n.SellOffline), w)
	case p.work.Slow(e):
		return e.Waiting()
	case p.work.Busy():
		return ""
	case p.work.Err != nil:
		return e.Failure(p.work.Err, w) + e.Wait(p.waitTo)
	case p.noCall():
		return e.NoCall(w)
	}
	return ""
}
