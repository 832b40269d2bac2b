package admin

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"etuservices/client/internal/i18n"
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
	lookUp func(login string) // shows an account
}

func newSearched[T any](e *page.Env, lookUp func(login string)) searched[T] {
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

// export writes a list as CSV (RFC 4180) into a new file of the working
// directory, and says where.
func export(e *page.Env, work *page.Load[string], name string, head []string, rows func(context.Context) ([][]string, error)) {
	switch {
	case e.Remote:
		e.Say(page.Bad, e.S(i18n.Export.Remote))
		return
	case work.Busy():
		return
	}
	path := "etuservices-" + name + "-" + e.Now().Format("20060102-150405") + ".csv"
	work.Start(e, func(ctx context.Context) (string, error) {
		all, err := rows(ctx)
		if err != nil {
			return "", err
		}
		return writeCSV(path, append([][]string{head}, all...))
	}, func() {
		if work.Err != nil {
			e.Say(page.Bad, e.S(i18n.Export.Failed, e.T.Error(work.Err)))
			return
		}
		e.Say(page.Good, e.S(i18n.Export.Done, work.Data))
	})
}

// writeCSV gives the absolute path of the file.
func writeCSV(path string, rows [][]string) (full string, err error) {
	if full, err = filepath.Abs(path); err != nil {
		return "", fmt.Errorf("export: %w", err)
	}
	f, err := os.OpenFile(full, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("export: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := csv.NewWriter(f)
	w.UseCRLF = true
	for _, row := range rows {
		for i := range row {
			row[i] = harmless(row[i])
		}
		if err := w.Write(row); err != nil {
			return "", fmt.Errorf("export: %w", err)
		}
	}
	w.Flush()
	return full, w.Error()
}

// harmless keeps a spreadsheet from taking what users wrote for a formula
// (OWASP, CSV Injection).
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
