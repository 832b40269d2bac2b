// Package catalog is the list of what is for sale: search, filters, order, and as
// many pages as one cares to scroll through. While it is in sight it is live.
package catalog

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

const (
	typingPause = 120 * time.Millisecond // without a key, before the server is asked
	peekPause   = 200 * time.Millisecond // of the cursor, before the detail is asked
	wideFrom    = 118                    // the width from which the detail stands beside the list
)

var sorts = []struct {
	by   api.Sort
	name i18n.Msg
}{{api.Newest, i18n.Sort.Newest}, {api.Cheapest, i18n.Sort.Cheapest}, {api.Dearest, i18n.Sort.Dearest}}

// Page is the catalogue.
type Page struct {
	page.Base
	e      *page.Env
	search form.Search
	price  form.Search // the highest price
	seller string      // "": all
	cat    int         // 0 is all, else protocol.Categories[cat-1]
	sort   int
	table  widget.Table

	list  page.Pager[*row] // what is shown, in the server's order
	known []*row           // the longest list in hand without any filter, same order
	ahead bool             // the rows were filtered here; the server's answer is awaited
	typed page.Debounce    // of the query

	poll   page.Load[api.Page[*row]]
	polled time.Time // when the list was last compared with the server's

	peek   page.Debounce // of the cursor
	detail page.Load[page.Detail]
	about  *row // the article that detail is about: the cursor rested on it
}

// New makes the page.
func New(e *page.Env) *Page {
	return &Page{Base: page.NewBase(i18n.Catalog.Title), e: e, search: form.NewSearch(), price: form.NewField(keys.MaxPrice, 8)}
}

// Show asks for the list if it is old. A login in arg shows what that seller has.
func (p *Page) Show(arg any) {
	if _, is := arg.(page.Searching); is {
		p.search.Key(keys.Search.Press())
	}
	if seller, ok := arg.(string); ok {
		p.clear()
		p.seller = seller
		p.narrow()
		return
	}
	p.sweep()
	if p.list.First.Has && p.e.Now().Sub(p.list.First.At) < page.StaleAfter {
		return
	}
	p.reload()
}

func (p *Page) Update(m tea.Msg) {
	switch m := m.(type) {
	case page.Second:
		p.sweep()
		if p.e.Now().Sub(p.polled) >= pollEvery && p.e.InSight(page.Catalog) {
			p.look()
		}
	case page.Resync:
		p.look()
	case page.Bought:
		p.strike(m.Article.ID, api.Sold)
	case page.Gone:
		as := api.Sold
		if p.e.Mine(m.Article) { // a sale is told without the seller
			as = api.Withdrawn
		}
		p.strike(m.Article.ID, as)
	case page.OnSale:
		p.list.First.At = time.Time{} // shown again, it asks again
	case tea.KeyMsg:
		p.key(m)
	case page.Click:
		if p.table.Click(int(m), len(p.list.Rows)) && len(p.list.Rows) > 0 {
			p.e.Push(page.Article, p.opened())
		} else {
			p.rest()
		}
	}
}

// arrived shows the answer, with the cursor on the article where it was.
func (p *Page) arrived(before []*row) {
	if p.list.First.Err != nil {
		return
	}
	p.ahead, p.polled = false, p.e.Now()
	p.remember()
	page.KeepPlace(&p.table, before, p.list.Rows, func(a, b *row) bool { return a.ID == b.ID })
	p.follow()
	p.rest()
}

// clear takes off what narrows the list.
func (p *Page) clear() {
	p.search.Clear()
	p.price.Clear()
	p.cat, p.seller = 0, ""
}

func (p *Page) current() (*row, bool) { return page.At(p.list.Rows, p.table.Cur) }

func (p *Page) Typing() bool { return p.search.Typing() || p.price.Typing() }

func (p *Page) Keys() []keys.Key {
	if p.Typing() {
		return p.search.Keys()
	}
	list := []keys.Key{keys.Arrows}
	if r, ok := p.current(); ok {
		list = append(list, keys.Enter.To(i18n.Do.Open), keys.Buy.When(p.e.CanBuy(r.Article) && r.gone.IsZero()))
	}
	list = append(list, keys.Search, keys.Category, keys.MaxPrice, keys.Seller, keys.Sort)
	if !p.wide() {
		list = append(list, keys.AllOff)
	}
	return append(list, keys.Refresh, keys.Help)
}

func (p *Page) key(k tea.KeyMsg) {
	typing := p.Typing()
	switch {
	case !typing && (keys.Back.Is(k) || keys.AllOff.Is(k)) && !p.wide():
		p.clear()
		p.narrow()
	case !typing && keys.Back.Is(k):
		p.e.Back()
	case p.fieldKey(k), !typing && p.command(k):
	case keys.Bottom.Is(k):
		p.list.All(p.e, p.fetch(), func() {
			p.remember()
			p.table.Key(k, len(p.list.Rows))
			p.rest()
		})
	case p.table.Key(k, len(p.list.Rows)):
		p.follow()
		p.rest()
	}
}

// fieldKey gives a key to the field in use, or to the one that it opens.
func (p *Page) fieldKey(k tea.KeyMsg) (used bool) {
	if words := p.price.Words(); p.price.Typing() && keys.Enter.Is(k) && words != "" {
		if wrong, bad := form.CheckPrice(words); bad {
			p.e.Say(page.Bad, p.e.S(wrong))
			return true
		}
	}
	changed := false
	if !p.price.Typing() {
		changed, used = p.search.Key(k)
	}
	if !used && !p.search.Typing() {
		changed, used = p.price.Key(k)
	}
	if changed {
		p.narrow()
	}
	return used
}

// command is a key about the list, or about the article under the cursor.
func (p *Page) command(k tea.KeyMsg) (used bool) {
	r, there := p.current()
	switch {
	case keys.Category.Is(k):
		p.cat = (p.cat + 1) % (len(protocol.Categories) + 1)
		p.narrow()
	case keys.Sort.Is(k):
		p.sort, p.known, p.table.Cur = (p.sort+1)%len(sorts), nil, 0
		p.reload()
	case keys.Refresh.Is(k):
		p.reload()
	case keys.Seller.Is(k) && p.seller != "":
		p.seller = ""
		p.narrow()
	case there && keys.Seller.Is(k):
		p.seller = r.Seller
		p.narrow()
	case there && keys.Enter.Is(k):
		p.e.Push(page.Article, p.opened())
	case there && keys.Buy.Is(k) && r.gone.IsZero():
		dialog.OpenBuy(p.e, r.Article)
	case there && keys.Buy.Is(k):
		p.e.Say(page.Info, p.e.S(i18n.Article.Gone))
	case there && keys.Copy.Is(k):
		p.e.Copy(r.Title)
	default:
		return false
	}
	return true
}

// opened is the article under the cursor with the rows around it.
func (p *Page) opened() page.Opened {
	list := make([]api.Article, len(p.list.Rows))
	for i, r := range p.list.Rows {
		list[i] = r.Article
	}
	path := p.e.S(i18n.Catalog.Title)
	if words := p.search.Words(); words != "" {
		path += " " + theme.Crumb + " " + words
	}
	return page.Opened{Path: path, List: list, At: p.table.Cur}
}
