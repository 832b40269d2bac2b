package catalog

import (
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// paneWidth is the detail's width beside the list, in cells.
const paneWidth = 40

// SetSize is part of page.Page.
func (p *Page) SetSize(w, h int) {
	p.Size.SetSize(w, h)
	p.table.SetHeight(h - 3) // without the search line, the head, the foot
}

// View is part of page.Page.
func (p *Page) View() string {
	w := p.W
	if p.W >= wideFrom {
		w -= paneWidth + 1
	}
	var l widget.Lines
	l.Add(p.bar(w))
	foot := ""
	if s := p.state(w); s != "" {
		l.Add(s)
	} else {
		l.Add(p.list(w))
		foot = " " + page.Foot(p.e, &p.first)
	}
	list := l.Foot(p.H, foot)
	if p.W < wideFrom {
		return list
	}
	return beside(p.e.Theme, list, p.pane(paneWidth-4), w+1, p.H)
}

// bar is the search line: what is asked for, and how much there is.
func (p *Page) bar(w int) string {
	e, th := p.e, p.e.Theme
	cat := e.S(i18n.CatalogAll)
	if p.cat > 0 {
		cat = e.T.Category(p.category())
	}
	n := e.T.N(i18n.CatalogCount, len(p.rows))
	if p.next != "" {
		n = e.S(i18n.CatalogMore, n)
	}
	if p.ahead || !p.first.Has {
		n = ""
	}
	right := e.S(i18n.CatalogCategory, cat) + "   " + e.S(i18n.CatalogSort, e.S(sorts[p.sort].name))
	if w >= 72 {
		right += "   " + th.Faint.Render(n)
	}
	right += " "
	label := e.S(i18n.CatalogSearch) + " "
	room := max(4, w-widget.Width(right)-widget.Width(label)-4)
	field := ""
	switch {
	case p.typing:
		field = p.search.View(th, room, true)
	case p.search.Len() > 0:
		field = th.Strong.Render(p.search.Value())
	default:
		field = th.Faint.Render(e.S(i18n.CatalogNoSearch))
	}
	mark := " "
	if p.typing {
		mark = th.Title.Render(theme.Cursor)
	}
	return widget.Ends(mark+label+widget.Fit(field, room), right, w)
}

func (p *Page) state(w int) string {
	if p.ahead && len(p.rows) == 0 && p.first.Err == nil {
		return "\n  " + p.e.Theme.Faint.Render(p.e.S(i18n.Loading))
	}
	if p.wide() {
		return page.State(p.e, &p.first, len(p.rows), w, i18n.CatalogEmpty, i18n.CatalogFirst)
	}
	return page.State(p.e, &p.first, len(p.rows), w, i18n.CatalogNone, i18n.CatalogWiden)
}

func (p *Page) list(w int) string {
	e, th := p.e, p.e.Theme
	cols := []widget.Column{
		{Title: e.S(i18n.ColCategory), Width: 9, Style: &th.Faint},
		{Title: e.S(i18n.ColTitle)},
		{Title: e.S(i18n.ColPrice), Width: 10, Right: true},
		{Title: e.S(i18n.ColSeller), Width: 12, From: 66, Style: &th.Faint},
		{Title: e.S(i18n.ColAge), Width: 6, Right: true, From: 72, Style: &th.Faint},
	}
	now := e.Now()
	return p.table.View(th, cols, len(p.rows), w, true, func(i int) []string {
		r := p.rows[i]
		seller := r.Seller
		if seller == e.Session.Login {
			seller = e.S(i18n.You)
		}
		return []string{
			e.T.Category(r.Category), r.Title, e.T.Amount(r.Cents), seller, e.T.Age(now.Sub(r.Published)),
		}
	})
}

// pane is the detail of the article under the cursor.
func (p *Page) pane(w int) string {
	r, ok := p.current()
	if !ok {
		return ""
	}
	a := r.Article
	if p.about == r.ID && p.detail.Has {
		a = p.detail.Data
	}
	s := page.ArticleView(p.e, a, w)
	if p.about == r.ID && p.detail.Slow(p.e) {
		s += "\n\n" + p.e.Waiting()
	}
	return s + "\n\n" + p.e.Hint(i18n.KeyA, i18n.DoBuy) + " " + theme.Sep + " " + p.e.Hint(i18n.KeyEnter, i18n.DoOpen)
}

// beside puts right next to left, with a rule between.
func beside(th *theme.Theme, left, right string, w, h int) string {
	ll, rl := strings.Split(left, "\n"), strings.Split(right, "\n")
	var b strings.Builder
	for i := range h {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i < len(ll) {
			b.WriteString(widget.Fit(ll[i], w))
		} else {
			b.WriteString(strings.Repeat(" ", w))
		}
		b.WriteString(th.Faint.Render(theme.Pipe) + "  ")
		if i > 0 && i-1 < len(rl) {
			b.WriteString(rl[i-1])
		}
	}
	return b.String()
}
