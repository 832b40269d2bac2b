// Package catalog is the list of what is for sale: search, category, order,
// and as many pages as one cares to scroll through.
package catalog

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
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
	// wideFrom is the width from which the detail stands beside the list.
	wideFrom = 100
)

var sorts = []struct {
	by   api.Sort
	name i18n.Msg
}{{api.Newest, i18n.SortNewest}, {api.Cheapest, i18n.SortCheapest}, {api.Dearest, i18n.SortDearest}}

// Page is the catalogue.
type Page struct {
	page.Size
	e      *page.Env
	search form.Search
	cat    int // 0 is all, else api.Categories()[cat-1]
	sort   int
	table  widget.Table

	list  page.Pager[*row] // what is shown, in the server's order
	known []*row           // the longest list in hand without search or category, same order
	ahead bool             // the rows were filtered here; the server's answer is awaited
	asks  int              // counts the changes of the query, for the pause in typing

	detail page.Load[api.Article]
	about  string // the article that detail is about
}

// New makes the screen.
func New(e *page.Env) *Page { return &Page{e: e, search: form.NewSearch()} }

// Show asks for the list the first time, and again when it is old.
func (p *Page) Show(any) tea.Cmd {
	if p.list.First.Has && p.e.Now().Sub(p.list.First.At) < page.StaleAfter {
		return nil
	}
	return p.reload()
}

// Update takes keys and facts.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	switch m := m.(type) {
	case page.Resync:
		// Far down, the list stays as it is and says its age: losing one's
		// place would be worse.
		if p.table.Cur < pageRows {
			return p.reload()
		}
	case page.Bought:
		p.drop(m.Article.ID)
	case page.Gone:
		p.drop(m.Article.ID)
	case page.OnSale:
		p.list.First.At = time.Time{} // shown again, it asks again
	case page.Left:
		p.forget()
	case tea.KeyMsg:
		return p.key(m)
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
	p.remember()
	if at < len(before) {
		p.table.Cur = max(0, slices.IndexFunc(p.list.Rows, func(r *row) bool { return r.ID == before[at].ID }))
	}
	return tea.Batch(p.follow(), p.rest())
}

// forget drops what another user should not find.
func (p *Page) forget() {
	p.list.Forget()
	p.detail.Forget()
	p.search.Clear()
	p.known, p.about = nil, ""
	p.ahead, p.cat, p.sort, p.table.Cur = false, 0, 0, 0
	p.asks++
}

// current is the article under the cursor.
func (p *Page) current() (*row, bool) {
	if p.table.Cur < 0 || p.table.Cur >= len(p.list.Rows) {
		return nil, false
	}
	return p.list.Rows[p.table.Cur], true
}

// drop takes an article off the list.
func (p *Page) drop(id string) {
	keep := p.list.Rows[:0:0]
	for _, r := range p.list.Rows {
		if r.ID != id {
			keep = append(keep, r)
		}
	}
	p.list.Rows, p.known = keep, nil
	p.table.Clamp(len(keep))
}

// Title is the name of the page.
func (p *Page) Title() string { return p.e.S(i18n.CatalogTitle) }

// Typing says that letters belong to the search.
func (p *Page) Typing() bool { return p.search.Typing() }

// Draft is false: nobody minds searching again.
func (p *Page) Draft() bool { return false }

// Keys are those that matter here.
func (p *Page) Keys() []keys.Key {
	if p.Typing() {
		return p.search.Keys()
	}
	return []keys.Key{
		keys.Arrows, keys.Enter.To(i18n.DoDetail), keys.Buy, keys.Search, keys.Category, keys.Sort,
		keys.Refresh, keys.Help,
	}
}
