// Package home is the first screen after the login: new articles, quotas, news.
package home

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

const (
	newest   = 40               // how many articles the list shows
	freshFor = 5 * time.Second  // the most that the list ages while in sight
	restFor  = 30 * time.Second // the most that the figures age
)

// Page is the home screen.
type Page struct {
	page.Base
	e       *page.Env
	table   widget.Table
	arrived page.Load[api.Page[api.Article]]
	rest    page.Load[figures]
}

// New makes the page.
func New(e *page.Env) *Page { return &Page{Base: page.NewBase(i18n.Home.Title), e: e} }

// figures are what changes less often than the articles.
type figures struct {
	users  int
	own    page.Own
	boards api.Boards
}

// Show asks for all of it; the quotas are kept by the root.
func (p *Page) Show(any) {
	p.ask()
	p.askFigures()
}

func (p *Page) ask() {
	before := p.arrived.Data.Rows
	p.arrived.Start(p.e, func(ctx context.Context) (api.Page[api.Article], error) {
		return p.e.API.Articles(ctx, api.Query{N: newest})
	}, func() {
		page.KeepPlace(&p.table, before, p.arrived.Data.Rows, func(a, b api.Article) bool { return a.ID == b.ID })
	})
}

func (p *Page) askFigures() {
	p.e.AskQuotas()
	p.rest.Start(p.e, func(ctx context.Context) (f figures, err error) {
		all, err := p.e.API.Count(ctx)
		if err != nil {
			return f, err
		}
		f.users = all.Users
		if f.boards, err = p.e.API.Boards(ctx); err != nil {
			return f, err
		}
		f.own, err = page.FetchOwn(ctx, p.e.API)
		return f, err
	}, nil)
}

func (p *Page) Update(m tea.Msg) {
	switch m := m.(type) {
	case page.Resync:
		p.Show(nil)
	case page.Bought, page.Gone:
		p.arrived.At, p.rest.At = time.Time{}, time.Time{} // asks again when it is next in sight
	case page.Second:
		if p.arrived.Due(p.e, freshFor) {
			p.ask()
		}
		if p.rest.Due(p.e, restFor) {
			p.askFigures()
		}
	case page.Click:
		if p.table.Click(int(m), len(p.arrived.Data.Rows)) {
			p.key(keys.Enter.Press())
		}
	case tea.KeyMsg:
		p.key(m)
	}
}

func (p *Page) key(k tea.KeyMsg) {
	a, there := p.current()
	switch {
	case p.table.Key(k, len(p.arrived.Data.Rows)):
	case keys.Refresh.Is(k):
		p.Show(nil)
	case keys.Search.Is(k):
		p.e.Go(page.Catalog, page.Searching{})
	case keys.SellNew.Is(k):
		p.e.Go(page.Sell, nil)
	case there && keys.Enter.Is(k):
		p.e.Push(page.Article, a)
	case there && keys.Buy.Is(k):
		dialog.OpenBuy(p.e, a)
	}
}

func (p *Page) current() (api.Article, bool) { return page.At(p.arrived.Data.Rows, p.table.Cur) }

func (p *Page) Keys() []keys.Key {
	list := []keys.Key{keys.Arrows, keys.Enter.To(i18n.Do.Open)}
	if a, ok := p.current(); ok {
		list = append(list, keys.Buy.When(!p.e.Mine(a)))
	}
	return append(list, keys.Search, keys.SellNew, keys.Messages, keys.Screens(p.e.IsAdmin()), keys.Palette, keys.QuitLetter)
}

// From wholeW x wholeH on everything has its place; from middleW on one's own figures stand
// beside the quotas.
const (
	wholeW, wholeH = 98, 26
	middleW        = 74
)

func (p *Page) View() string {
	switch {
	case p.W >= wholeW && p.H >= wholeH:
		return p.whole()
	case p.W >= middleW:
		const quotas = 44
		halves := []int{quotas, p.W - quotas - widget.Gutter}
		const top, news = 5, 4
		return widget.Rows(p.greeting(), widget.Columns(
			p.panel(i18n.Home.Left, "", p.quotaLines(halves[0]-widget.PanelW), halves[0], top),
			p.own(halves[1], top),
		), p.news(p.W, news), p.arrivals(p.W, p.H-1-top-news))
	}
	const top, news = 4, 3
	return widget.Rows(p.panel(i18n.Home.Left, "", p.quotaLines(p.W-widget.PanelW), p.W, top),
		p.news(p.W, news), p.arrivals(p.W, p.H-top-news))
}

// whole is two columns over the search.
func (p *Page) whole() string {
	const quotas, own, search = 9, 7, 3
	left := max(46, p.W/3)
	right := p.W - left - widget.Gutter
	h := p.H - search - 2
	news := max(5, h/4)
	return widget.Rows("", p.greeting(), widget.Columns(
		widget.Rows(p.panel(i18n.Home.Left, "", page.QuotaViews(p.e, left-widget.PanelW), left, quotas), p.own(left, own), p.boards(left, h-quotas-own)),
		widget.Rows(p.news(right, news), p.arrivals(right, h-news)),
	), p.search(search))
}

func (p *Page) panel(title i18n.Msg, right, body string, w, h int) string {
	return widget.Panel{Title: p.e.S(title), Right: right}.View(p.e.Theme, body, w, h)
}

func (p *Page) greeting() string {
	e, th := p.e, p.e.Theme
	name := e.Who.Data.FirstName
	if name == "" {
		name = e.Session.Login
	}
	here := ""
	if p.rest.Has {
		here = th.OK.Render(theme.Dot) + " " + th.Faint.Render(e.T.N(i18n.Home.Users, p.rest.Data.users)) + " "
	}
	return widget.Ends(" "+th.Title.Render(e.S(i18n.Home.Hello, name)), here, p.W)
}

// quotaLines are both in a line each, and when the next one is back.
func (p *Page) quotaLines(w int) string {
	e, services, logins := p.e, p.e.Quotas.Services, p.e.Quotas.Connections
	next := services
	if next.Used == 0 {
		next = logins
	}
	return widget.Rows(
		page.QuotaLine(e, i18n.Quota.Services, services, w), page.QuotaLine(e, i18n.Quota.Logins, logins, w),
		page.QuotaNext(e, next, w),
	)
}

// own is one's own listings and purchases, with their sums.
func (p *Page) own(w, h int) string {
	e, th := p.e, p.e.Theme
	in := w - widget.PanelW
	var l widget.Lines
	for i, name := range []i18n.Msg{i18n.Home.OnSale, i18n.Home.Sold, i18n.Home.Bought} {
		if !p.rest.Has {
			l.Add(th.Faint.Render(e.S(name)))
			continue
		}
		const names = 10
		n, cents := page.Sum(p.rest.Data.own[i])
		amount := " " + th.Price.Render(e.T.Amount(cents))
		l.Add(widget.Ends(widget.Fit(e.S(name), names)+page.Items(e, n, in-names-widget.Width(amount)), amount, in))
	}
	l.Add("", e.Hint(keys.SellNew.To(i18n.Home.Sell)))
	return p.panel(i18n.Nav.Mine, "4 "+e.S(i18n.Home.All), l.String(), w, h)
}

// boards are the first of two boards side by side.
func (p *Page) boards(w, h int) string {
	e, th := p.e, p.e.Theme
	halves := widget.Share(w-widget.PanelW, 2, 1, 1)
	rows := h - widget.PanelH - 1
	column := func(title i18n.Msg, ranks []api.Rank, w int) string {
		most := 1
		for _, r := range ranks {
			most = max(most, r.Count)
		}
		var l widget.Lines
		l.Add(widget.Fit(th.Strong.Render(e.S(title)), w))
		for _, r := range ranks[:max(0, min(rows, len(ranks)))] {
			name := r.Login
			style := th.Faint
			if name == e.Session.Login {
				name, style = e.S(i18n.Common.You), th.Strong
			}
			const figure, place = 5, 3
			names := min(10, w/2)
			bar := max(0, w-names-figure-place-1)
			l.Add(widget.Fit(e.T.Int(int64(r.Rank)), place) + style.Render(widget.Fit(name, names)) + " " +
				widget.Fit(widget.Strip(th, r.Count, most, bar), bar) + widget.FitRight(e.T.Int(int64(r.Count)), figure))
		}
		return widget.Frame(l.String(), w, h-widget.PanelH)
	}
	all := p.rest.Data.boards
	body := widget.Columns(widget.Frame(column(i18n.Boards.Top, all[api.Top], halves[0]), halves[0]+1, h-widget.PanelH), column(i18n.Boards.Least, all[api.Least], halves[1]))
	return p.panel(i18n.Boards.Title, "5 "+e.S(i18n.Home.All), body, w, h)
}

// news is what happened meanwhile, until it is read.
func (p *Page) news(w, h int) string {
	e, th := p.e, p.e.Theme
	in := w - widget.PanelW
	rows := slices.DeleteFunc(slices.Clone(e.Inbox.Rows), func(n api.News) bool { return n.Read })
	rows = rows[:min(h-widget.PanelH, len(rows))]
	const age = 6
	var l widget.Lines
	for _, n := range rows {
		mood, text := page.NewsLine(e, n)
		line, contact := e.Sign(mood)+" "+th.Faint.Render(widget.FitRight(e.T.Age(e.Now().Sub(n.At)), age))+"  "+th.Strong.Render(text), "  "+n.Contact
		if widget.Width(line+contact) > in { // the text matters more
			contact = ""
		}
		l.Add(widget.Ends(line, th.Faint.Render(contact), in))
	}
	if len(rows) == 0 && e.Inbox.First.Has {
		l.Add(e.Note(e.S(i18n.Home.NoEvent), in))
	}
	right := "m " + e.S(i18n.Home.All)
	if n := e.Inbox.Unread; n > 0 {
		right = e.T.N(i18n.Messages.Unread, n) + " " + theme.Sep + " " + right
	}
	return p.panel(i18n.Home.News, right, l.String(), w, h)
}

func (p *Page) arrivals(w, h int) string {
	e, th := p.e, p.e.Theme
	all := p.arrived.Data.Rows
	in := w - widget.PanelW
	p.table.Height = h - widget.PanelH
	panel := p.table.Panel(e.S(i18n.Home.New), len(all))
	panel.Right = "2 " + e.S(i18n.Home.All)
	if p.arrived.Has {
		panel.Foot = e.Live(p.arrived.At)
	}
	if p.arrived.Err != nil {
		panel.Foot = th.Warn.Render(theme.Alert + " " + e.T.Error(p.arrived.Err))
	}
	if state := page.ListState(e, &p.arrived, len(all), in, i18n.Catalog.Empty, i18n.Catalog.First); state != "" {
		return panel.View(th, state, w, h)
	}
	now := e.Now()
	return panel.View(th, p.table.View(th, []widget.Column{
		{Width: 9},
		{},
		{Width: 10, Right: true, Style: &th.Price},
		{Width: 12, From: 58, Style: &th.Faint},
		{Width: 6, Right: true, From: 58, Style: &th.Faint},
	}, len(all), in, true, func(i int) []string {
		a := all[i]
		return []string{e.CategoryWord(a.Category), a.Title, e.T.Amount(a.Cents), e.SellerName(a), e.T.Age(now.Sub(a.Published))}
	}), w, h)
}

func (p *Page) search(h int) string {
	e, th := p.e, p.e.Theme
	return widget.KeyZone("/", p.panel(i18n.Home.Search, "", th.Key.Render("/")+" "+th.Faint.Render(e.S(i18n.Home.SearchHint)), p.W, h))
}
