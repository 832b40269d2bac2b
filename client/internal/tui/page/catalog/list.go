package catalog

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

// row is an article with its title's words, each folded and behind a blank: looking for
// one is then a single pass over a short string (BenchmarkKeyInCatalogue).
type row struct {
	api.Article
	words string
	after string    // of the request that it came with
	fresh time.Time // when it came into a list that was in sight
	gone  time.Time // when it was seen to be sold or withdrawn, which its Status tells
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
	return strings.FieldsFunc(protocol.Fold(s), func(r rune) bool {
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
	return !slices.ContainsFunc(search, func(want string) bool { return !strings.Contains(r.words, want) })
}

// query is what is asked for, as it stands now.
func (p *Page) query() api.Query {
	q := api.Query{Words: p.search.Words(), Seller: p.seller, Sort: sorts[p.sort].by, N: protocol.MaxPage}
	if p.cat > 0 {
		q.Category = protocol.Categories[p.cat-1]
	}
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

func (p *Page) reload() { p.list.Reload(p.e, p.fetch(), p.arrived) }

// follow asks for the next rows when the cursor comes near the end.
func (p *Page) follow() {
	p.list.Follow(p.e, p.table.Cur+2*p.table.Height, p.fetch(), p.remember)
}

// remember keeps the longest list for filtering at once while typing.
func (p *Page) remember() {
	if p.wide() && !p.ahead {
		p.known = p.list.Rows
	}
}

// narrow shows what is in hand of a changed query; the server is asked after a pause.
func (p *Page) narrow() {
	q, search := p.query(), words(p.search.Words())
	for i := range search {
		search[i] = " " + search[i]
	}
	p.list.Replace(slices.DeleteFunc(slices.Clone(p.known), func(r *row) bool { return !r.matches(q, search) }))
	p.ahead, p.table.Cur = true, 0
	p.typed.Later(p.e, typingPause, p.reload)
}

// rest asks for the detail beside the list once the cursor rests on an article.
func (p *Page) rest() {
	p.peek.Later(p.e, peekPause, func() {
		r, ok := p.current()
		if !ok || p.W < wideFrom || p.about == r {
			return
		}
		p.about = r
		p.detail.Start(p.e, func(ctx context.Context) (page.Detail, error) {
			return page.FetchDetail(ctx, p.e, r.ID)
		}, nil)
	})
}

const (
	pollEvery = 5 * time.Second  // how often the list is compared with the server's
	goneFor   = 5 * time.Second  // how long what was sold or withdrawn stays, struck through
	freshFor  = 30 * time.Second // how long what came is marked
)

// look compares the rows that came with the one under the cursor with the server's.
func (p *Page) look() {
	if p.ahead || p.list.First.Busy() || p.list.More() || p.poll.Busy() {
		return
	}
	at, ok := p.current()
	if !ok || p.list.First.Err != nil {
		p.reload()
		return
	}
	after, fetch := at.after, p.fetch()
	p.polled = p.e.Now()
	p.poll.Start(p.e, func(ctx context.Context) (api.Page[*row], error) { return fetch(ctx, after) }, func() {
		if p.poll.Err != nil {
			return
		}
		if after == "" {
			p.list.First.At = p.e.Now()
		}
		p.merge(after, p.poll.Data)
		p.rest()
	})
}

// merge takes the server's rows behind after into the list: those that are new
// are marked, those that are missing are struck through.
func (p *Page) merge(after string, now api.Page[*row]) {
	rows := p.list.Rows
	from := slices.IndexFunc(rows, func(r *row) bool { return r.after == after })
	if from < 0 {
		return // the list changed meanwhile
	}
	to := from
	for to < len(rows) && rows[to].after == after {
		to++
	}
	index := func(list []*row, id string) int {
		return slices.IndexFunc(list, func(r *row) bool { return r.ID == id })
	}
	part, last := slices.Clone(rows[from:to]), -1 // the last of the server's rows that is held
	for i, r := range now.Rows {
		if index(part, r.ID) >= 0 {
			last = i
		}
	}
	whole := to == len(rows) && p.list.Next == "" && now.Next == ""
	beyond := whole || last < len(now.Rows)-1 // the server's rows reach the end of ours
	wanted := now.Rows
	if !whole { // what stands behind belongs to the next part, which has it
		wanted = wanted[:last+1]
	}
	end := 0 // just behind the last row of the part that the server has too
	for _, r := range wanted {
		if i := index(part, r.ID); i >= 0 {
			end = i + 1
			continue
		}
		r.fresh = p.e.Now()
		part = slices.Insert(part, end, r)
		end++
	}
	for i, r := range part {
		if (i < end || beyond) && r.gone.IsZero() && index(now.Rows, r.ID) < 0 {
			r.gone, r.Status = p.e.Now(), api.Sold
		}
	}
	cursor, _ := p.current()
	was := p.table.Cur
	p.list.Rows = slices.Concat(rows[:from], part, rows[to:])
	p.table.Shift(max(0, slices.Index(p.list.Rows, cursor)) - was)
	p.remember()
}

// strike marks an article that is no longer for sale.
func (p *Page) strike(id string, as api.Status) {
	for _, r := range p.list.Rows {
		if r.ID == id && r.gone.IsZero() {
			r.gone, r.Status = p.e.Now(), as
		}
	}
}

// sweep takes the rows off that were struck through for long enough.
func (p *Page) sweep() {
	over := func(r *row) bool { return !r.gone.IsZero() && p.e.Now().Sub(r.gone) >= goneFor }
	if !slices.ContainsFunc(p.list.Rows, over) {
		return
	}
	above := 0
	for _, r := range p.list.Rows[:min(p.table.Cur, len(p.list.Rows))] {
		if over(r) {
			above++
		}
	}
	p.list.Rows = slices.DeleteFunc(slices.Clone(p.list.Rows), over)
	p.table.Shift(-above)
	p.table.Clamp(len(p.list.Rows))
	p.remember()
}
