package admin

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

const (
	typingPause = 150 * time.Millisecond // without a key, before the server is asked
	maxSorted   = 100_000                // rows are asked for at most, for another order
)

// spec is what a list has of its own.
type spec[T any] struct {
	title, find, none i18n.Msg
	fetch             func(words string) page.Fetch[T] // a part of what the words find
	// text is what the words are compared with, where the server does not search: its
	// list is then whole, and asked for every listAge.
	text    func(T) string
	login   func(T) string
	same    func(a, b T) bool
	columns func(w int) []sortable[T]
	cells   func(T) []string
	record  func(T) []string            // of the file that it is exported to
	file    []string                    // its name, then its head
	act     func(tea.KeyMsg, T) bool    // a key about a row
	actions func(row T, w int) string   // those keys
	changed func(rows []T, by done) []T // the effect of an order
}

// searched is a list that can be searched, sorted and exported.
type searched[T any] struct {
	spec[T]
	page.Base
	e      *page.Env
	list   page.Pager[T]
	rows   []T // those that the search leaves, in the order chosen
	table  widget.Table
	search form.Search
	typed  page.Debounce // of the search
	by     int           // the column that the rows are sorted by
	saved  page.Load[string]
	lookUp func(login string) // shows an account
}

func newSearched[T any](e *page.Env, lookUp func(login string), own spec[T]) *searched[T] {
	return &searched[T]{spec: own, e: e, lookUp: lookUp, search: form.NewSearch()}
}

func (p *searched[T]) SetSize(w, h int) {
	p.Base.SetSize(w, h)
	p.table.Height = h - widget.PanelH - 3 // search, head, what can be done
}

// Show asks for the list the first time, and again when it is old.
func (p *searched[T]) Show(any) {
	if !p.list.First.Has || p.e.Now().Sub(p.list.First.At) >= page.StaleAfter {
		p.reload()
	}
}

func (p *searched[T]) reload() {
	p.list.Reload(p.e, p.fetch(p.search.Words()), func([]T) {
		if p.list.First.Err == nil {
			p.order()
			p.follow()
		}
	})
}

// follow asks for the next rows when the cursor comes near the end. The server gives
// them in one order: for another one all of them are needed.
func (p *searched[T]) follow() {
	row := p.table.Cur + 2*p.table.Height
	if p.by != 0 && len(p.list.Rows) < maxSorted {
		row = len(p.list.Rows)
	}
	p.list.Follow(p.e, row, p.fetch(p.search.Words()), func() {
		// Sorted after each part, a long list would take the square of its length.
		n := len(p.list.Rows)
		if p.by == 0 || p.list.Next == "" || n >= maxSorted || n >= 2*len(p.rows) {
			p.order()
		}
		p.follow()
	})
}

// order shows what the search leaves in the order chosen, with the cursor on its row.
func (p *searched[T]) order() {
	rows := p.list.Rows
	if p.text != nil {
		words := strings.Fields(protocol.Fold(p.search.Words()))
		rows = slices.DeleteFunc(slices.Clone(rows), func(r T) bool {
			text := protocol.Fold(p.text(r))
			return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
		})
	}
	if p.by != 0 {
		rows = p.columns(p.W)[p.by].sorted(rows)
	}
	page.KeepPlace(&p.table, p.rows, rows, p.same)
	p.rows = rows
}

func (p *searched[T]) Update(m tea.Msg) {
	switch m := m.(type) {
	case tea.KeyMsg:
		p.key(m)
	case page.Click:
		if p.table.Click(int(m), len(p.rows)) {
			p.key(keys.Enter.Press())
		}
	case page.Second:
		if p.text != nil && p.list.First.Has && p.list.First.Due(p.e, listAge) {
			p.reload()
		}
	case done: // at once: asking for all of it again would lose the place
		p.list.Rows = p.changed(slices.Clone(p.list.Rows), m)
		p.order()
	}
}

func (p *searched[T]) current() (row T, ok bool) { return page.At(p.rows, p.table.Cur) }

func (p *searched[T]) Typing() bool { return p.search.Typing() }

func (p *searched[T]) key(k tea.KeyMsg) {
	changed, used := p.search.Key(k)
	switch {
	case changed && p.text != nil:
		p.order()
	case changed:
		p.table.Cur = 0
		p.typed.Later(p.e, typingPause, p.reload)
	case used, !p.Typing() && p.command(k):
	default: // the arrows: one looks while searching
		p.table.Key(k, len(p.rows))
		p.follow()
	}
}

// command is a key about the list, or about the row under the cursor.
func (p *searched[T]) command(k tea.KeyMsg) (used bool) {
	row, there := p.current()
	switch {
	case keys.Back.Is(k):
		p.e.Back()
	case keys.Refresh.Is(k):
		p.reload()
	case keys.Sort.Is(k):
		p.by = (p.by + 1) % len(p.columns(p.W))
		p.order()
		p.follow()
	case keys.Export.Is(k):
		p.export()
	case there && keys.Enter.Is(k):
		p.lookUp(p.login(row))
	default:
		return there && p.act(k, row)
	}
	return true
}

func (p *searched[T]) Keys() []keys.Key {
	if p.Typing() {
		return p.search.Keys()
	}
	return []keys.Key{keys.Enter.To(i18n.Do.Account), keys.Search, keys.Sort, keys.Export.When(!p.e.Remote), keys.Copy}
}

func (p *searched[T]) View() string {
	e, th, in := p.e, p.e.Theme, p.W-widget.PanelW
	panel := p.table.Panel(e.S(p.title), len(p.rows))
	panel.Foot = page.ListFoot(e, &p.list.First)
	var l widget.Lines
	l.Add(p.search.View(e, p.find, in))
	if s := page.ListState(e, &p.list.First, len(p.rows), in, p.none, i18n.Accounts.Widen); s != "" {
		l.Add(s)
		return panel.View(th, l.String(), p.W, p.H)
	}
	total := e.T.Int(int64(len(p.rows)))
	if p.list.Next != "" {
		total += "+"
	}
	panel.Right = e.S(i18n.Common.OutOf, e.T.Int(int64(p.table.Cur+1)), total)
	if p.by != 0 && p.list.Next != "" && len(p.rows) >= maxSorted && panel.Foot == "" {
		panel.Foot = th.Warn.Render(theme.Alert + " " + e.S(i18n.Accounts.First, e.T.Int(maxSorted)))
	}
	var columns []widget.Column
	for i, c := range p.columns(p.W) {
		switch {
		case i == p.by && c.down:
			c.Title += " ↓"
		case i == p.by:
			c.Title += " ↑"
		}
		columns = append(columns, c.Column)
	}
	l.Add(p.table.View(th, columns, len(p.rows), in, true, func(i int) []string { return p.cells(p.rows[i]) }))
	row, _ := p.current()
	return panel.View(th, l.String(), p.W, p.H-1) + "\n" + p.actions(row, p.W)
}

// sortable is a column of a list, and what it is sorted by.
type sortable[T any] struct {
	widget.Column
	key  func(T) string // compared as a text
	down bool           // the highest first
}

// sorted gives the rows in the order of a column.
func (s sortable[T]) sorted(rows []T) []T {
	texts, at := make([]string, len(rows)), make([]int, len(rows))
	for i, r := range rows {
		texts[i], at[i] = s.key(r), i
	}
	slices.SortStableFunc(at, func(a, b int) int {
		if s.down {
			a, b = b, a
		}
		return strings.Compare(texts[a], texts[b])
	})
	out := make([]T, len(rows))
	for i, from := range at {
		out[i] = rows[from]
	}
	return out
}

// export writes all that the search finds as CSV (RFC 4180) into the working directory.
func (p *searched[T]) export() {
	e, rows, fetch := p.e, p.rows, p.fetch(p.search.Words())
	switch {
	case e.Remote:
		e.Say(page.Bad, e.S(i18n.Export.Remote))
		return
	case p.saved.Busy():
		return
	}
	path := "etuservices-" + p.file[0] + "-" + e.Now().Format("20060102-150405") + ".csv"
	p.saved.Start(e, func(ctx context.Context) (string, error) {
		if p.text == nil { // there may be more than what is in hand
			all, err := page.Whole(ctx, fetch, "")
			if err != nil {
				return "", err
			}
			rows = all.Rows
		}
		return writeCSV(path, append([][]string{p.file[1:]}, each(rows, p.record)...))
	}, func() {
		if p.saved.Err != nil {
			e.Say(page.Bad, e.S(i18n.Export.Failed, e.T.Error(p.saved.Err)))
			return
		}
		e.Say(page.Good, e.S(i18n.Export.Done, p.saved.Data))
	})
}

// writeCSV gives the absolute path of the file.
func writeCSV(path string, rows [][]string) (full string, err error) {
	if full, err = filepath.Abs(path); err != nil {
		return "", err
	}
	f, err := os.OpenFile(full, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, row := range rows {
		for i, s := range row { // a spreadsheet shall not take it for a formula (OWASP, CSV Injection)
			if strings.IndexAny(s, "=+-@\t\r") == 0 {
				row[i] = "'" + s
			}
		}
	}
	w := csv.NewWriter(f)
	w.UseCRLF = true
	return full, w.WriteAll(rows)
}
