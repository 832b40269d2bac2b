package catalog

import (
	"context"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
)

// row is an article with its title's words, folded once when it arrives, each
// behind a blank: looking for one is then a single pass over a short string,
// and 100,000 of them at a key stay within a frame.
type row struct {
	api.Article
	words string
}

func rowsOf(list []api.Article) []*row {
	rows, block := make([]*row, len(list)), make([]row, len(list)) // one block: neighbours are read together
	for i, a := range list {
		block[i] = row{a, " " + strings.Join(words(a.Title), " ")}
		rows[i] = &block[i]
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
func (p *Page) wide() bool { return p.cat == 0 && p.search.Words() == "" }

// fetch asks for a part of the query as it stands now.
func (p *Page) fetch() func(context.Context, string) (page.Part[*row], error) {
	q := api.Query{Category: p.category(), Words: p.search.Words(), Sort: sorts[p.sort].by, N: pageRows}
	return func(ctx context.Context, after string) (page.Part[*row], error) {
		q.After = after
		got, err := p.e.API.Articles(ctx, q)
		return page.Part[*row]{Rows: rowsOf(got.Articles), Next: got.Next}, err
	}
}

// reload asks for the first rows.
func (p *Page) reload() tea.Cmd { return p.list.Reload(p.e, p.fetch(), p.arrived) }

// follow asks for the next rows when the cursor comes near the end.
func (p *Page) follow() tea.Cmd {
	return p.list.Follow(p.e, p.table.Cur+2*p.table.Height(), p.fetch(), func() tea.Cmd {
		p.remember()
		return nil
	})
}

// remember keeps the longest list for filtering at once while typing.
func (p *Page) remember() {
	if p.wide() && !p.ahead {
		p.known = p.list.Rows
	}
}

// narrow shows what is in hand of a changed query at once; the server is asked
// after a pause in typing.
func (p *Page) narrow() tea.Cmd {
	p.asks++
	search, category := words(p.search.Words()), p.category()
	for i := range search {
		search[i] = " " + search[i]
	}
	var kept []*row
	for _, r := range p.known {
		if r.matches(category, search) {
			kept = append(kept, r)
		}
	}
	p.list.Replace(kept)
	p.ahead, p.table.Cur = true, 0
	asks := p.asks
	return p.e.Later(typingPause, func() tea.Cmd {
		if asks != p.asks {
			return nil
		}
		return p.reload()
	})
}

// reorder asks for another order: what is in hand is in the wrong one.
func (p *Page) reorder() tea.Cmd {
	p.sort = (p.sort + 1) % len(sorts)
	p.asks++
	p.known = nil
	p.table.Cur = 0
	return p.reload()
}

// rest asks for the detail beside the list once the cursor rests on an article.
func (p *Page) rest() tea.Cmd {
	at, ok := p.current()
	if !ok || p.W < wideFrom || p.about == at.ID {
		return nil
	}
	return p.e.Later(peekPause, func() tea.Cmd {
		r, ok := p.current()
		if !ok || r.ID != at.ID || p.W < wideFrom || p.about == r.ID {
			return nil
		}
		p.detail.Forget()
		p.about = r.ID
		return p.detail.Start(p.e, func(ctx context.Context) (api.Article, error) {
			return p.e.API.Article(ctx, r.ID)
		}, nil)
	})
}
