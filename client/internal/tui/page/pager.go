package page

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
)

// Fetch asks for the part of a list behind another one ("": the first).
type Fetch[T any] func(ctx context.Context, after string) (api.Page[T], error)

// Whole fetches a list from a part on, until its last part or an empty one.
func Whole[T any](ctx context.Context, fetch Fetch[T], after string) (api.Page[T], error) {
	var all api.Page[T]
	for {
		part, err := fetch(ctx, after)
		if err != nil {
			return all, err
		}
		all.Rows, all.Next = append(all.Rows, part.Rows...), part.Next
		if after = part.Next; after == "" || len(part.Rows) == 0 {
			return all, nil
		}
	}
}

// Pager is a list that the server gives in parts: the first on demand, the
// others while the cursor comes near the end.
type Pager[T any] struct {
	Rows  []T
	Next  string
	First Load[api.Page[T]]
	more  Load[api.Page[T]]
}

// Reload asks for the first part; then is called once Rows is that, with the rows
// before, or after an error.
func (p *Pager[T]) Reload(e *Env, fetch Fetch[T], then func(before []T) tea.Cmd) tea.Cmd {
	p.more.Cancel()
	return p.First.Start(e, func(ctx context.Context) (api.Page[T], error) { return fetch(ctx, "") }, func() tea.Cmd {
		before := p.Rows
		if p.First.Err == nil {
			p.more.Cancel()
			p.Rows, p.Next = p.First.Data.Rows, p.First.Data.Next
		}
		return then(before)
	})
}

// Follow asks for the next part where the row in sight is near the end; then is
// called once Rows has it.
func (p *Pager[T]) Follow(e *Env, row int, fetch Fetch[T], then func() tea.Cmd) tea.Cmd {
	if p.Next == "" || p.more.Busy() || p.First.Busy() || row < len(p.Rows) {
		return nil
	}
	after := p.Next
	return p.more.Start(e, func(ctx context.Context) (api.Page[T], error) { return fetch(ctx, after) }, func() tea.Cmd {
		if p.more.Err != nil {
			return nil
		}
		p.Rows, p.Next = append(p.Rows, p.more.Data.Rows...), p.more.Data.Next
		return then()
	})
}

// All asks for every part that is missing; then is called once Rows is the whole
// list, or what came of it before an error.
func (p *Pager[T]) All(e *Env, fetch Fetch[T], then func() tea.Cmd) tea.Cmd {
	if p.Next == "" || p.First.Busy() {
		return then()
	}
	after := p.Next
	return p.more.Start(e, func(ctx context.Context) (api.Page[T], error) { return Whole(ctx, fetch, after) }, func() tea.Cmd {
		if p.more.Err == nil {
			p.Rows, p.Next = append(p.Rows, p.more.Data.Rows...), p.more.Data.Next
		}
		return then()
	})
}

// More says whether another part is awaited.
func (p *Pager[T]) More() bool { return p.more.Busy() }

// Replace shows rows found otherwise; whatever is under way is given up.
func (p *Pager[T]) Replace(rows []T) {
	p.First.Cancel()
	p.more.Cancel()
	p.Rows, p.Next = rows, ""
}

// Forget drops everything (another user logs in).
func (p *Pager[T]) Forget() {
	p.First.Forget()
	p.more.Forget()
	p.Rows, p.Next = nil, ""
}
