// Package catalog is the list of what is for sale: search, category, order,
// and as many pages as one cares to scroll through.
package catalog

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
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
	search widget.Input
	typing bool // the search field has the keys
	cat    int  // 0 is all, else api.Categories()[cat-1]
	sort   int
	table  widget.Table

	rows  []*row // what is shown, in the server's order
	known []*row // the longest list in hand without search or category, same order
	next  string // where rows goes on at the server; "" at the end
	ahead bool   // rows were filtered here; the server's answer is awaited
	first page.Load[api.Page]
	more  page.Load[api.Page]
	asks  int // counts the changes of the query, for the pause in typing

	detail page.Load[api.Article]
	about  string // the article that detail is about
}

// New makes the screen.
func New(e *page.Env) *Page {
	p := &Page{e: e}
	p.search.Max = 60
	return p
}

// paused says that no key came for typingPause; rested that the cursor stayed
// for peekPause.
type (
	paused struct {
		p    *Page
		asks int
	}
	rested struct {
		p  *Page
		id string
	}
)

// Show asks for the list the first time, and again when it is old.
func (p *Page) Show(any) tea.Cmd {
	if p.first.Has && p.e.Now().Sub(p.first.At) < page.StaleAfter {
		return nil
	}
	return p.reload()
}

// Update takes a message.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	switch {
	case p.first.Update(p.e, m):
		return p.arrived()
	case p.more.Update(p.e, m):
		if p.more.Err == nil {
			p.rows = append(p.rows, rowsOf(p.more.Data.Articles)...)
			p.next = p.more.Data.Next
			p.remember()
		}
		return nil
	case p.detail.Update(p.e, m):
		return nil
	}
	switch m := m.(type) {
	case paused:
		if m.p == p && m.asks == p.asks {
			return p.reload()
		}
	case rested:
		return p.peek(m)
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
		p.first.At = time.Time{} // shown again, it asks again
	case page.Left:
		p.forget()
	case tea.KeyMsg:
		return p.key(m)
	}
	return nil
}

// arrived shows the answer, with the cursor on the article where it was.
func (p *Page) arrived() tea.Cmd {
	if p.first.Err != nil {
		return nil
	}
	at := ""
	if r, ok := p.current(); ok {
		at = r.ID
	}
	p.more.Cancel()
	p.rows, p.next, p.ahead = rowsOf(p.first.Data.Articles), p.first.Data.Next, false
	p.remember()
	p.table.Cur = 0
	for i := range p.rows {
		if p.rows[i].ID == at {
			p.table.Cur = i
			break
		}
	}
	return tea.Batch(p.follow(), p.rest())
}

// forget drops what another user should not find.
func (p *Page) forget() {
	p.first.Forget()
	p.more.Forget()
	p.detail.Forget()
	p.search.Set("")
	p.rows, p.known, p.next, p.about = nil, nil, "", ""
	p.typing, p.ahead, p.cat, p.sort, p.table.Cur = false, false, 0, 0, 0
}

// current is the article under the cursor.
func (p *Page) current() (*row, bool) {
	if p.table.Cur < 0 || p.table.Cur >= len(p.rows) {
		return nil, false
	}
	return p.rows[p.table.Cur], true
}

func (p *Page) drop(id string) {
	keep := p.rows[:0:0]
	for _, r := range p.rows {
		if r.ID != id {
			keep = append(keep, r)
		}
	}
	p.rows, p.known = keep, nil
	p.table.Clamp(len(p.rows))
}

// Title is part of page.Page.
func (p *Page) Title() string { return p.e.S(i18n.CatalogTitle) }

// Typing is part of page.Page.
func (p *Page) Typing() bool { return p.typing }

// Draft is part of page.Page.
func (p *Page) Draft() bool { return false }

// Hints are part of page.Page.
func (p *Page) Hints() []page.Hint {
	e := p.e
	if p.typing {
		return []page.Hint{
			e.H(i18n.KeyEnter, i18n.DoList), e.H(i18n.KeyArrows, i18n.DoChoose), e.H(i18n.KeyEsc, i18n.DoCancel),
			e.H(i18n.KeyF1, i18n.DoHelp),
		}
	}
	return []page.Hint{
		e.H(i18n.KeyArrows, i18n.DoChoose), e.H(i18n.KeyEnter, i18n.DoDetail), e.H(i18n.KeyA, i18n.DoBuy),
		e.H(i18n.KeySlash, i18n.DoSearch), e.H(i18n.KeyT, i18n.DoCategory), e.H(i18n.KeyS, i18n.DoSort),
		e.H(i18n.KeyR, i18n.DoRefresh), e.H(i18n.KeyHelp, i18n.DoHelp),
	}
}
