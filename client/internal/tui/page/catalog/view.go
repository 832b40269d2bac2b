package catalog

import (
	"strings"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

const searchH = 3 // the height of the panel of the search

func (p *Page) SetSize(w, h int) {
	p.Base.SetSize(w, h)
	p.table.Height = h - searchH - widget.PanelH - 1 // without the head
}

// paneWidth is that of the article beside the list; 0 where there is no room.
func (p *Page) paneWidth() int {
	if p.W < wideFrom {
		return 0
	}
	return min(70, p.W*36/100)
}

func (p *Page) View() string {
	h, pane := p.H-searchH, p.paneWidth()
	if pane == 0 {
		return widget.Rows(p.bar(), p.listView(p.W, h))
	}
	list := p.listView(p.W-pane-widget.Gutter, h)
	return widget.Rows(p.bar(), widget.Columns(list, p.paneView(pane, h)))
}

// bar is the search and the filters, side by side where there is room.
func (p *Page) bar() string {
	e, th, w := p.e, p.e.Theme, p.W
	find := widget.Panel{Title: e.S(i18n.Catalog.Find), Focused: p.search.Typing()}
	inner := w - widget.PanelW
	if p.W < wideFrom {
		const field = 18 // cells that are left to the search
		filters := p.filters(inner - field)
		room := inner - widget.Width(filters) - 2
		return find.View(th, widget.Ends(p.search.Field(e, i18n.Catalog.NoSearch, room), "  "+filters, inner), w, searchH)
	}
	filters := p.filters(inner * 2 / 3)
	right := max(p.paneWidth(), widget.Width(filters)+widget.PanelW)
	left := w - right - widget.Gutter
	return widget.Columns(
		find.View(th, p.search.Field(e, i18n.Catalog.NoSearch, left-widget.PanelW), left, searchH),
		widget.Panel{Title: e.S(i18n.Catalog.Filters), Focused: p.price.Typing()}.View(th, filters, right, searchH),
	)
}

// filters are the chips, as many as w cells hold.
func (p *Page) filters(w int) string {
	e, th := p.e, p.e.Theme
	q := p.query()
	chip := func(k keys.Key, off i18n.Msg, on string) string {
		text := th.Faint.Render(e.S(off))
		if on != "" {
			text = th.Accent.Render(theme.Cursor) + th.Strong.Render(on)
		}
		return th.Key.Render(e.KeyName(k)) + " " + text
	}
	category, most, seller, sort := e.T.Name(i18n.Categories, q.Category), "", "", ""
	switch {
	case p.price.Typing():
		most = e.S(i18n.Catalog.UpTo, p.price.Field(e, i18n.Catalog.NoPrice, 8))
	case q.MaxCents > 0 || q.Free:
		most = e.S(i18n.Catalog.UpTo, e.T.Amount(q.MaxCents))
	}
	if q.Seller != "" {
		seller = widget.Fit(e.S(i18n.Catalog.By, q.Seller), min(14, widget.Width(e.S(i18n.Catalog.By, q.Seller))))
	}
	if p.sort > 0 {
		sort = e.S(sorts[p.sort].name)
	}
	chips := []string{
		chip(keys.Category, i18n.Catalog.All, category), chip(keys.MaxPrice, i18n.Catalog.Max, most),
		chip(keys.Sort, sorts[0].name, sort), chip(keys.Seller, i18n.Catalog.Anyone, seller),
	}
	if !p.wide() {
		chips = append(chips, chip(keys.AllOff, i18n.Do.AllOff, ""))
	}
	for len(chips) > 1 && widget.Width(strings.Join(chips, "  ")) > w {
		chips = chips[:len(chips)-1]
	}
	return strings.Join(chips, "  ")
}

// listView is the list in w x h cells, the frame included.
func (p *Page) listView(w, h int) string {
	e, inner := p.e, w-widget.PanelW
	panel := p.table.Panel(e.S(i18n.Catalog.Title), len(p.list.Rows))
	panel.Focused, panel.Foot = !p.Typing(), p.position()
	if s := p.state(inner); s != "" {
		panel.Total = 0
		return panel.View(e.Theme, s, w, h)
	}
	return panel.View(e.Theme, p.rowsView(inner), w, h)
}

// position is where one is in the list, and how old it is.
func (p *Page) position() string {
	e := p.e
	if p.ahead || !p.list.First.Has || len(p.list.Rows) == 0 {
		return ""
	}
	if p.list.More() {
		return e.Waiting()
	}
	at, n := e.T.Int(int64(p.table.Cur+1)), e.T.Int(int64(len(p.list.Rows)))
	s := e.S(i18n.Common.OutOf, at, n)
	if p.list.Next != "" {
		s = e.S(i18n.Catalog.AtMore, at, n)
	}
	if foot := page.ListFoot(e, &p.list.First); foot != "" {
		return s + " " + theme.Sep + " " + foot
	}
	if p.poll.Err == nil && !p.polled.IsZero() {
		s += " " + theme.Sep + " " + e.Live(p.polled)
	}
	return s
}

func (p *Page) state(w int) string {
	if p.ahead && len(p.list.Rows) == 0 && p.list.First.Err == nil {
		return "\n  " + p.e.Theme.Faint.Render(p.e.S(i18n.Common.Loading))
	}
	if p.wide() {
		return page.ListState(p.e, &p.list.First, len(p.list.Rows), w, i18n.Catalog.Empty, i18n.Catalog.First)
	}
	return page.ListState(p.e, &p.list.First, len(p.list.Rows), w, i18n.Catalog.None, i18n.Catalog.Widen)
}

func (p *Page) rowsView(w int) string {
	e, th := p.e, p.e.Theme
	cols := []widget.Column{
		{Title: e.S(i18n.Col.Category), Width: 9},
		{Title: e.S(i18n.Col.Title)},
		{Title: e.S(i18n.Col.Price), Width: 10, Right: true, Style: &th.Price},
		{Title: e.S(i18n.Col.Seller), Width: 12, From: 60, Style: &th.Faint},
		{Title: e.S(i18n.Col.Published), Width: i18n.DateWidth, From: 114, Style: &th.Faint},
		{Title: e.S(i18n.Col.Age), Width: 6, Right: true, From: 68, Style: &th.Faint},
	}
	now := e.Now()
	return p.table.View(th, cols, len(p.list.Rows), w, !p.Typing(), func(i int) []string {
		r := p.list.Rows[i]
		title, age := r.Title, e.T.Age(now.Sub(r.Published))
		switch {
		case !r.gone.IsZero():
			title, age = th.Faint.Strikethrough(true).Render(theme.Cross+" "+title), e.T.Name(i18n.Statuses, string(r.Status))
		case !r.fresh.IsZero() && now.Sub(r.fresh) < freshFor:
			title = th.OK.Render("+ " + title)
		}
		return []string{e.CategoryWord(r.Category), title, e.T.Amount(r.Cents), e.SellerName(r.Article), e.T.Date(r.Published, now), age}
	})
}

// paneView is the article that the cursor rests on, in w x h cells.
func (p *Page) paneView(w, h int) string {
	e, th, inner, room := p.e, p.e.Theme, w-widget.PanelW, h-widget.PanelH
	panel := widget.Panel{Title: e.S(i18n.Article.Title)}
	r := p.about
	if len(p.list.Rows) == 0 || r == nil {
		return panel.View(th, "", w, h)
	}
	// Until the answer comes, the article before stays: the pane changes once.
	d := p.detail.Data
	if d.ID != r.ID && (!p.detail.Busy() || !p.detail.Has || p.detail.Slow(e)) {
		d = page.Detail{Article: r.Article}
	}
	a := d.Article
	panel.Title = e.S(i18n.Article.Number, a.ID)
	if a.ID == r.ID && !r.gone.IsZero() && a.Status != api.Withdrawn {
		a.Status = r.Status
	}
	var l widget.Lines
	l.Add(page.ArticleView(e, a, inner))
	if p.detail.Slow(e) {
		l.Add("", e.Waiting())
	}
	var foot widget.Lines
	if e.CanBuy(a) {
		foot.Add(page.Heading(th, e.S(i18n.Article.IfBuy), inner))
		foot.Add(page.BuyTerms(e, a, inner)...)
		foot.Add("", e.Hint(keys.Buy)+"  "+e.Hint(keys.Enter.To(i18n.Do.Open)))
	} else {
		foot.Add(e.Hint(keys.Enter.To(i18n.Do.Open)))
	}
	if len(d.Others) > 0 && !e.Mine(a) {
		l.Add("", page.Heading(th, e.OthersTitle(a), inner))
		for _, o := range d.Others[:max(0, min(len(d.Others), room-len(l)-len(foot)-1))] {
			l.Add(widget.Ends(o.Title, " "+e.T.Amount(o.Cents), inner))
		}
	}
	return panel.View(th, l.Foot(room, foot...), w, h)
}
