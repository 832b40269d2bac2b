package catalog

import (
	"context"
	"strings"
	"time"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

// row is an article with its title's words, folded once when it arrives, each
// behind a blank: looking for one is then a single pass over a short string,
// and 100,000 of them at a key stay within a frame.
type row struct {
	api.Article
	words string
	after string    // of the request that it came with
	fresh time.Time // when it came into a list that was in sight
	gone  time.Time // when it was seen to be sold or withdrawn
}

func rowsOf(list []api.Article, after string) []*row {
	rows, block := make([]*row, len(list)), make([]row, len(list)) // one block: neighbours are read together
	for i, a := range list {
		block[i] = row{Article: a, words: " " + strings.Join(words(a.Title), " "), after: after}
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
func (r *row) matches(q api.Query, search []string) bool {
	if q.Category != "" && r.Category != q.Category || q.Seller != "" && r.Seller != q.Seller ||
		(q.MaxCents > 0 || q.Free) && r.Cents > q.MaxCents {
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

// query is what is asked for, as it stands now.
func (p *Page) query() api.Query {
	q := api.Query{Category: p.category(), Words: p.search.Words(), Seller: p.seller, Sort: sorts[p.sort].by, N: pageRows}
	if cents, err := protocol.ParsePrice(strings.TrimSuffix(p.price.Words(), "€")); err == nil {
		q.MaxCents, q.Free = cents, cents == 0
	}
	return q
}

// wide says that nothing narrows the list.
func (p *Page) wide() bool {
	q := p.query()
	return q.Category == "" && q.Words == "" && q.Seller == "" && q.MaxCents == 0 && !q.Free
}

// fetch asks for a part of the query as it stands now.
func (p *Page) fetch() page.Fetch[*row] {
	q := p.query()
	return func(ctx context.Context, after string) (api.Page[*row], error) {
		q.After = after
		got, err := p.e.API.Articles(ctx, q)
		return api.Page[*row]{Rows: rowsOf(got.Rows, after), Next: got.Next}, err
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
	q, search := p.query(), words(p.search.Words())
	for i := range search {
		search[i] = " " + search[i]
	}
	var kept []*row
	for _, r := range p.known {
		if r.matches(q, search) {
			kept = append(kept, r)
		}
	}
	p.list.Replace(kept)
	p.ahead, p.table.Cur = true, 0
	return p.typed.Later(p.e, typingPause, p.reload)
}

// reorder asks for another order, from its first row: what is in hand is in the
// wrong one.
func (p *Page) reorder() tea.Cmd {
	p.sort = (p.sort + 1) % len(sorts)
	p.typed.Cancel()
	p.known = nil
	p.table.Cur, p.top = 0, true
	return p.reload()
}

// rest asks for the detail beside the list once the cursor rests on an article.
func (p *Page) rest() tea.Cmd {
	at, ok := p.current()
	if !ok || p.W < wideFrom || p.about == at {
		return nil
	}
	return p.e.Later(peekPause, func() tea.Cmd {
		r, ok := p.current()
		if !ok || r != at || p.W < wideFrom || p.about == r {
			return nil
		}
		p.detail.Forget()
		p.about = r
		return p.detail.Start(p.e, func(ctx context.Context) (page.Detail, error) {
			return page.FetchDetail(ctx, p.e, r.ID)
		}, nil)
	})
}
