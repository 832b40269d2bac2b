package admin

import (
	"cmp"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

// searched is what lists have in common that are searched, sorted and exported.
type searched[T any] struct {
	page.Size
	e      *page.Env
	table  widget.Table
	search form.Search
	rows   []T // those that the search leaves, in the order chosen
	by     int // the column that they are sorted by
	file   page.Load[string]
	lookUp func(login string) tea.Cmd // shows an account
}

func newSearched[T any](e *page.Env, lookUp func(login string) tea.Cmd) searched[T] {
	return searched[T]{e: e, lookUp: lookUp, search: form.NewSearch()}
}

// put shows rows, with the cursor on the one where it was.
func (p *searched[T]) put(rows []T, same func(a, b T) bool) {
	at, there := p.current()
	p.rows = rows
	if i := slices.IndexFunc(rows, func(r T) bool { return same(r, at) }); there && i >= 0 {
		p.table.Cur = i
	}
	p.table.Clamp(len(rows))
}

func (p *searched[T]) current() (row T, ok bool) { return page.At(p.rows, p.table.Cur) }

func (p *searched[T]) click(row int) (again bool) { return p.table.Click(row, len(p.rows)) }

// Typing says that letters belong to the search.
func (p *searched[T]) Typing() bool { return p.search.Typing() }

func (p *searched[T]) forget() {
	p.search.Clear()
	p.file.Forget()
	p.rows, p.by, p.table.Cur = nil, 0, 0
}

// sortable is a column of a list, and what it is sorted by.
type sortable[T any] struct {
	widget.Column
	key  func(T) string // compared as a text
	down bool           // the highest first
}

// sorted gives the rows in the order of a column.
func (s sortable[T]) sorted(rows []T) []T {
	type keyed struct {
		key string
		row T
	}
	all := make([]keyed, len(rows))
	for i, r := range rows {
		all[i] = keyed{s.key(r), r}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		if s.down {
			a, b = b, a
		}
		return cmp.Compare(a.key, b.key)
	})
	out := make([]T, len(rows))
	for i, k := range all {
		out[i] = k.row
	}
	return out
}

// columnsOf are the columns as the table draws them, the one that it is sorted by
// with an arrow.
func columnsOf[T any](all []sortable[T], by int) []widget.Column {
	out := make([]widget.Column, len(all))
	for i, c := range all {
		out[i] = c.Column
	}
	arrow := " ↑"
	if all[by].down {
		arrow = " ↓"
	}
	out[by].Title += arrow
	return out
}
