package mine

import (
	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// SetSize sets the size of the page and of its table.
func (p *Page) SetSize(w, h int) {
	p.Base.SetSize(w, h)
	for i := range p.tables {
		p.tables[i].SetHeight(h - 7) // tabs, blank, head, blank, who, total, foot
	}
}

// View draws the page.
func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	names := make([]string, tabs)
	for i, m := range []i18n.Msg{i18n.MineOnSale, i18n.MineSold, i18n.MineBought} {
		n := 0
		for _, a := range p.all.Data[i] {
			if a.Status != api.Withdrawn {
				n++
			}
		}
		names[i] = e.S(m, e.T.Int(int64(n)))
	}
	var l widget.Lines
	l.Add(" "+widget.Tabs(th, p.tab, names...), "")
	empty := [tabs][2]i18n.Msg{
		{i18n.MineNoSale, i18n.MineSellOne}, {i18n.MineNoSold, i18n.MineWait}, {i18n.MineNoBought, i18n.MineBrowse},
	}[p.tab]
	if s := page.ListState(e, &p.all, len(p.rows()), p.W, empty[0], empty[1]); s != "" {
		l.Add(s)
		return l.Foot(p.H, "")
	}
	l.Add(p.list())
	return l.Foot(p.H, "", " "+p.who(), " "+p.total(), " "+page.ListFoot(e, &p.all))
}

func (p *Page) list() string {
	e, th := p.e, p.e.Theme
	last := widget.Column{Title: e.S(i18n.ColState), Width: 10, From: 60}
	if p.tab != onSale {
		last = widget.Column{Title: e.S(i18n.ColOther), Width: 12, From: 60}
	}
	cols := []widget.Column{
		{Title: e.S(i18n.ColCategory), Width: 9, Style: &th.Faint},
		{Title: e.S(i18n.ColTitle)},
		{Title: e.S(i18n.ColPrice), Width: 10, Right: true},
		last,
		{Title: e.S(i18n.ColDate), Width: 13, From: 70, Style: &th.Faint},
	}
	rows := p.rows()
	return p.tables[p.tab].View(th, cols, len(rows), p.W, true, func(i int) []string {
		a := rows[i]
		extra := e.T.Status(string(a.Status))
		if p.tab != onSale {
			extra = a.Other
		}
		return []string{
			e.T.Category(a.Category), a.Title, e.T.Amount(a.Cents), extra, e.T.Date(a.Published, e.Now()),
		}
	})
}

// who is the other party of the row under the cursor.
func (p *Page) who() string {
	a, ok := p.current()
	if !ok || a.Contact == "" {
		return ""
	}
	e, name := p.e, i18n.MineBuyer
	if p.tab == bought {
		name = i18n.MineSeller
	}
	return e.Theme.OK.Render(theme.Check) + " " + e.S(name, a.Other) + " " + theme.Sep + " " + e.Theme.Strong.Render(a.Contact)
}

func (p *Page) total() string {
	sum := int64(0)
	for _, a := range p.rows() {
		if a.Status != api.Withdrawn {
			sum += a.Cents
		}
	}
	return p.e.Theme.Faint.Render(p.e.S(i18n.MineTotal, p.e.T.Amount(sum)))
}
