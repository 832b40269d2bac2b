// Package catalog is the list of what is for sale: search, filters, order, and as
// many pages as one cares to scroll through. While it is in sight it is live.
package catalog

import (
	"slices"
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
	// pageRows is how many articles one request brings: the most the server
	// gives, since scrolling is what costs round trips.
	pageRows = protocol.MaxPage
	// typingPause is how long no key must come before the server is asked;
	// what is in hand is filtered at once.
	typingPause = 120 * time.Millisecond
	// peekPause is how long the cursor must rest before the detail is asked.
	peekPause = 200 * time.Millisecond
	// wideFrom is the width from which the detail stands beside the list, which keeps
	// its columns.
	wideFrom = 118
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
	cat    int         // 0 is all, else api.Categories()[cat-1]
	sort   int
	table  widget.Table

	list  page.Pager[*row] // what is shown, in the server's order
	known []*row           // the longest list in hand without any filter, same order
	ahead bool             // the rows were filtered here; the server's answer is awaited
	top   bool             // the next answer is shown from its first row
	typed page.Debounce    // of the query

	poll   page.Load[api.Page[*row]]
	polled time.Time // when the list was last compared with the server's

	detail page.Load[page.Detail]
	about  *row // the article that detail is about: the cursor rested on it
}

// New makes the screen.
func New(e *page.Env) *Page {
	return &Page{Base: page.NewBase(i18n.Catalog.Title), e: e, search: form.NewSearch(), price: form.NewField(keys.MaxPrice, 8)}
}

// Show asks for the list the first time, and again when it is old. The name of a
// seller in arg shows what that one sells.
func (p *Page) Show(arg any) tea.Cmd {
	if _, is := arg.(page.Searching); is {
		p.search.Key(keys.Search.Press())
	}
	if seller, ok := arg.(string); ok {
		p.clear()
		p.seller = seller
		return p.narrow()
	}
	p.sweep()
	if p.list.First.Has && p.e.Now().Sub(p.list.First.At) < page.StaleAfter {
		return nil
	}
	return p.reload()
}

// Update takes keys and facts.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	switch m := m.(type) {
	case page.Second:
		return p.second()
	case page.Resync:
		return p.look()
	case page.Bought:
		p.strike(m.Article.ID)
	case page.Gone:
		p.strike(m.Article.ID)
	case page.OnSale:
		p.list.First.At = time.Time{} // shown again, it asks again
	case page.Left:
		p.forget()
	case tea.KeyMsg:
		return p.key(m)
	case page.Click:
		if p.table.Click(int(m), len(p.list.Rows)) && len(p.list.Rows) > 0 {
			return p.e.Push(page.Article, p.opened())
		}
		return p.rest()
	}
	return nil
}

// arrived shows the answer, with the cursor on the article where it was.
func (p *Page) arrived(before []*row) tea.Cmd {
	if p.list.First.Err != nil {
		return nil
	}
	at := p.table.Cur
	p.ahead, p.table.Cur = false, 0
	p.polled = p.e.Now()
	p.remember()
	if at < len(before) && !p.top {
		p.table.Cur = max(0, slices.IndexFunc(p.list.Rows, func(r *row) bool { return r.ID == before[at].ID }))
	}
	p.top = false
	return tea.Batch(p.follow(), p.rest())
}

// forget drops what another user should not find.
func (p *Page) forget() {
	p.list.Forget()
	p.poll.Forget()
	p.detail.Forget()
	p.clear()
	p.known, p.about = nil, nil
	p.ahead, p.sort, p.table.Cur = false, 0, 0
	p.typed.Cancel()
}

// clear takes off what narrows the list.
func (p *Page) clear() {
	p.search.Clear()
	p.price.Clear()
	p.cat, p.seller = 0, ""
}

// current is the article under the cursor.
func (p *Page) current() (*row, bool) {
	return page.At(p.list.Rows, p.table.Cur)
}

// Typing says that letters belong to the search or to the price.
func (p *Page) Typing() bool { return p.search.Typing() || p.price.Typing() }

// Keys are those that matter here.
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

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	if !p.Typing() && (keys.Back.Is(k) || keys.AllOff.Is(k)) {
		switch {
		case !p.wide():
			p.clear()
			return p.narrow()
		case keys.Back.Is(k):
			return p.e.Back()
		}
		return nil
	}
	if !p.price.Typing() {
		if changed, used := p.search.Key(k); changed {
			return p.narrow()
		} else if used {
			return nil
		}
	}
	if !p.search.Typing() {
		if changed, used := p.price.Key(k); changed {
			return p.narrow()
		} else if used {
			return nil
		}
	}
	if !p.Typing() {
		if cmd, used := p.command(k); used {
			return cmd
		}
	}
	if keys.Bottom.Is(k) {
		return p.list.All(p.e, p.fetch(), func() tea.Cmd {
			p.remember()
			p.table.Key(k, len(p.list.Rows))
			return p.rest()
		})
	}
	if p.table.Key(k, len(p.list.Rows)) {
		return tea.Batch(p.follow(), p.rest())
	}
	return nil
}

// command is a key about the list, or about the article under the cursor.
func (p *Page) command(k tea.KeyMsg) (cmd tea.Cmd, used bool) {
	r, there := p.current()
	switch {
	case keys.Category.Is(k):
		p.cat = (p.cat + 1) % (len(api.Categories()) + 1)
		return p.narrow(), true
	case keys.Sort.Is(k):
		return p.reorder(), true
	case keys.Refresh.Is(k):
		return p.reload(), true
	case keys.Seller.Is(k) && p.seller != "":
		p.seller = ""
		return p.narrow(), true
	case there && keys.Seller.Is(k):
		p.seller = r.Seller
		return p.narrow(), true
	case there && keys.Enter.Is(k):
		return p.e.Push(page.Article, p.opened()), true
	case there && keys.Buy.Is(k):
		if r.gone.IsZero() {
			return dialog.OpenBuy(p.e, r.Article), true
		}
		p.e.Say(page.Info, p.e.S(i18n.Article.Gone))
	case there && keys.Copy.Is(k):
		p.e.Copy(r.Title)
	default:
		return nil, false
	}
	return nil, true
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
