package admin

import (
	"cmp"
	"slices"

	"etuservices/client/internal/tui/widget"
)

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
