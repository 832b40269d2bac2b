package catalog

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/page"
)

const (
	// pollEvery is how often the list is compared with the server's: ARTICLES
	// is free.
	pollEvery = 5 * time.Second
	// goneFor is how long what was sold or withdrawn stays, struck through;
	// freshFor how long what came is marked.
	goneFor, freshFor = 5 * time.Second, 30 * time.Second
)

// second goes with the clock while the page is the present one.
func (p *Page) second() tea.Cmd {
	p.sweep()
	if p.e.Now().Sub(p.polled) < pollEvery || !p.e.InSight(page.Catalog) {
		return nil
	}
	return p.look()
}

// look compares the rows that came with the one under the cursor with what the
// server has now. The others are compared when the cursor gets there.
func (p *Page) look() tea.Cmd {
	if p.ahead || p.list.First.Busy() || p.list.More() || p.poll.Busy() {
		return nil
	}
	at, ok := p.current()
	if !ok || p.list.First.Err != nil {
		return p.reload()
	}
	after, fetch := at.after, p.fetch()
	p.polled = p.e.Now()
	return p.poll.Start(p.e, func(ctx context.Context) (api.Page[*row], error) { return fetch(ctx, after) }, func() tea.Cmd {
		if p.poll.Err != nil {
			return nil
		}
		if after == "" {
			p.list.First.At = p.e.Now()
		}
		p.merge(after, p.poll.Data)
		return p.rest()
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
	held := map[string]bool{}
	for ; to < len(rows) && rows[to].after == after; to++ {
		held[rows[to].ID] = true
	}
	there := make(map[string]bool, len(now.Rows))
	last := -1 // the last of the server's rows that is held
	for i, r := range now.Rows {
		if there[r.ID] = true; held[r.ID] {
			last = i
		}
	}
	whole := to == len(rows) && p.list.Next == "" && now.Next == ""
	beyond := whole || last < len(now.Rows)-1 // the server's rows reach the end of ours
	if !whole {                               // what stands behind belongs to the next part, which has it
		now.Rows = now.Rows[:last+1]
	}
	cursor, _ := p.current()
	part, next := make([]*row, 0, len(now.Rows)), from
	missing := func(r *row) *row {
		if r.gone.IsZero() {
			r.gone = p.e.Now()
		}
		return r
	}
	for _, r := range now.Rows {
		if !held[r.ID] {
			r.fresh = p.e.Now()
			part = append(part, r)
			continue
		}
		for ; next < to && !there[rows[next].ID]; next++ {
			part = append(part, missing(rows[next]))
		}
		if next < to {
			part = append(part, rows[next])
			next++
		}
	}
	for ; next < to; next++ {
		if beyond && !there[rows[next].ID] {
			missing(rows[next])
		}
		part = append(part, rows[next])
	}
	if grown := len(part) - (to - from); grown == 0 {
		copy(rows[from:], part)
		return
	}
	was := p.table.Cur
	p.list.Rows = slices.Concat(rows[:from], part, rows[to:])
	p.table.Shift(max(0, slices.Index(p.list.Rows, cursor)) - was)
	p.remember()
}

// strike marks an article that is no longer for sale.
func (p *Page) strike(id string) {
	for _, r := range p.list.Rows {
		if r.ID == id && r.gone.IsZero() {
			r.gone = p.e.Now()
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
