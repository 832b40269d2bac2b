package catalog

import (
	"strings"

	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// paneWidth is the detail's width beside the list, in cells.
const paneWidth = 40

// SetSize sets the size of the page and of its table.
func (p *Page) SetSize(w, h int) {
	p.Size.SetSize(w, h)
	p.table.SetHeight(h - 3) // without the search line, the head, the foot
}

// View draws the page.
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
		l.Add(p.rowsView(w))
		foot = " " + page.ListFoot(p.e, &p.list.First)
	}
	list := l.Foot(p.H, foot)
	if p.W < wideFrom {
		return list
	}
	rule := strings.Repeat("\n"+p.e.Theme.Faint.Render(theme.Pipe), p.H)[1:]
	return lipgloss.JoinHorizontal(lipgloss.Top, widget.Frame(list, w+1, p.H), rule, "  ", "\n"+p.pane(paneWidth-4))
}

// bar is the search line: what is asked for, and how much there is.
func (p *Page) bar(w int) string {
	e, th := p.e, p.e.Theme
	cat := e.S(i18n.CatalogAll)
	if p.cat > 0 {
		cat = e.T.Category(p.category())
	}
	n := e.T.N(i18n.CatalogCount, len(p.list.Rows))
	if p.list.Next != "" {
		n = e.S(i18n.CatalogMore, n)
	}
	if p.ahead || !p.list.First.Has {
		n = ""
	}
	right := e.S(i18n.CatalogCategory, cat) + "   " + e.S(i18n.CatalogSort, e.S(sorts[p.sort].name))
	if w >= 72 {
		right += "   " + th.Faint.Render(n)
	}
	return p.search.View(e, i18n.CatalogNoSearch, right+" ", w)
}

func (p *Page) state(w int) string {
	if p.ahead && len(p.list.Rows) == 0 && p.list.First.Err == nil {
		return "\n  " + p.e.Theme.Faint.Render(p.e.S(i18n.Loading))
	}
	if p.wide() {
		return page.ListState(p.e, &p.list.First, len(p.list.Rows), w, i18n.CatalogEmpty, i18n.CatalogFirst)
	}
	return page.ListState(p.e, &p.list.First, len(p.list.Rows), w, i18n.CatalogNone, i18n.CatalogWiden)
}

func (p *Page) rowsView(w int) string {
	e, th := p.e, p.e.Theme
	cols := []widget.Column{
		{Title: e.S(i18n.ColCategory), Width: 9, Style: &th.Faint},
		{Title: e.S(i18n.ColTitle)},
		{Title: e.S(i18n.ColPrice), Width: 10, Right: true},
		{Title: e.S(i18n.ColSeller), Width: 12, From: 66, Style: &th.Faint},
		{Title: e.S(i18n.ColAge), Width: 6, Right: true, From: 72, Style: &th.Faint},
	}
	now := e.Now()
	return p.table.View(th, cols, len(p.list.Rows), w, true, func(i int) []string {
		r := p.list.Rows[i]
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
	return s + "\n\n" + p.e.Hint(keys.Buy) + " " + theme.Sep + " " + p.e.Hint(keys.Enter.To(i18n.DoOpen))
}
