package catalog

import (
	"context"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
)

// row is an article with its title's words, folded once when it arrives, each
// behind a blank: looking for one is then a single pass over a short string,
// and 100,000 of them at a key stay within a frame.
type row struct {
	api.Article
	words string
}

func rowsOf(list []api.Article) []*row {
	rows, page := make([]*row, len(list)), make([]row, len(list)) // one block: neighbours are read together
	for i, a := range list {
		page[i] = row{a, " " + strings.Join(words(a.Title), " ")}
		rows[i] = &page[i]
	}
	return rows
}

func words(s string) []string {
	return strings.FieldsFunc(i18n.Fold(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}

// matches is the server's rule (PROTOCOL.md §5, ARTICLES): every word of the search
// begins a word of the title. Each of search has its blank before it.
func (r *row) matches(category string, search []string) bool {
	if category != "" && r.Category != category {
		return false
	}
	for _, want := range search {
		if !strings.Contains(r.words, want) {
			return false
		}
	}
	return true
}

func (p *Page) category() string {
	if p.cat == 0 {
		return ""
	}
	return api.Categories()[p.cat-1]
}

// wide says that neither search nor category narrows the list.
func (p *Page) wide() bool { return p.cat == 0 && strings.TrimSpace(p.search.Value()) == "" }

func (p *Page) query() api.Query {
	return api.Query{
		Category: p.category(), Words: strings.TrimSpace(p.search.Value()),
		Sort: sorts[p.sort].by, N: pageRows,
	}
}

// reload asks for the first rows of the query as it stands.
func (p *Page) reload() tea.Cmd {
	q := p.query()
	return p.first.Start(p.e, func(ctx context.Context) (api.Page, error) {
		return p.e.API.Articles(ctx, q)
	})
}

// follow asks for the next rows when the cursor comes near the end.
func (p *Page) follow() tea.Cmd {
	ahead := 2 * p.table.Height()
	if p.next == "" || p.more.Busy() || p.ahead || p.table.Cur+ahead < len(p.rows) {
		return nil
	}
	q := p.query()
	q.After = p.next
	return p.more.Start(p.e, func(ctx context.Context) (api.Page, error) {
		return p.e.API.Articles(ctx, q)
	})
}

// remember keeps the longest list for filtering at once while typing.
func (p *Page) remember() {
	if p.wide() && !p.ahead {
		p.known = p.rows
	}
}

// narrow shows what is in hand of a changed query at once; the server is asked
// after a pause in typing.
func (p *Page) narrow() tea.Cmd {
	p.asks++
	p.more.Cancel()
	p.first.Cancel()
	search, category := words(p.search.Value()), p.category()
	for i := range search {
		search[i] = " " + search[i]
	}
	var kept []*row
	for _, r := range p.known {
		if r.matches(category, search) {
			kept = append(kept, r)
		}
	}
	p.rows, p.next, p.ahead = kept, "", true
	p.table.Cur = 0
	return p.e.After(typingPause, paused{p, p.asks})
}

// reorder asks for another order: what is in hand is in the wrong one.
func (p *Page) reorder() tea.Cmd {
	p.sort = (p.sort + 1) % len(sorts)
	p.asks++
	p.known = nil
	p.more.Cancel()
	p.table.Cur = 0
	return p.reload()
}

// rest waits for the cursor to rest before the detail beside the list is asked.
func (p *Page) rest() tea.Cmd {
	r, ok := p.current()
	if !ok || p.W < wideFrom || p.about == r.ID {
		return nil
	}
	return p.e.After(peekPause, rested{p, r.ID})
}

func (p *Page) peek(m rested) tea.Cmd {
	r, ok := p.current()
	if m.p != p || !ok || r.ID != m.id || p.W < wideFrom || p.about == m.id {
		return nil
	}
	p.detail.Forget()
	p.about = m.id
	return p.detail.Start(p.e, func(ctx context.Context) (api.Article, error) {
		return p.e.API.Article(ctx, m.id)
	})
}
