// Package home is the first screen after the login: new articles, quotas, news.
package home

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
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
	case page.Left:
		p.table.Cur = 0
		p.arrived.Forget()
		p.rest.Forget()
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
