package page

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
)

// SlowAfter is how long an answer may take before "loading" is shown.
const SlowAfter = 150 * time.Millisecond

// Load is something asked of the server. Its zero value was never asked for.
type Load[T any] struct {
	Data T
	Has  bool      // Data came once
	At   time.Time // when Data came
	Err  error     // of the last try; Data may still be there from before
	// RetryAt is when another try may pass, where Err says so.
	RetryAt time.Time

	pending *loaded[T] // nil: nothing is awaited
	since   time.Time  // when it was asked for last
}

// Delivery is a message for one owner: the root only calls Deliver.
type Delivery interface{ Deliver() }

// canceler is a Load, of whatever type.
type canceler interface{ Cancel() }

// later is a timer's Delivery.
type later func()

func (l later) Deliver() { l() }

// loaded is the answer to a Load.
type loaded[T any] struct {
	e      *Env
	owner  *Load[T]
	cancel context.CancelFunc
	data   T
	err    error
	then   func()
}

// Deliver puts the answer into its Load, unless it is no longer the one awaited.
func (a *loaded[T]) Deliver() {
	e, l := a.e, a.owner
	at := slices.Index(e.loads, canceler(l))
	e.loads = slices.Delete(e.loads, at, at+1)
	if l.pending != a {
		return
	}
	canceled := errors.Is(a.err, context.Canceled)
	if canceled && e.Ctx.Err() != nil { // the program ends: a purchase stays awaited, and is kept
		return
	}
	l.pending = nil
	if canceled {
		return
	}
	if l.Err = a.err; a.err == nil {
		l.Data, l.Has, l.At = a.data, true, e.Now()
	}
	var refused *link.Error
	if errors.As(a.err, &refused) && refused.After() > 0 {
		l.RetryAt = e.Now().Add(refused.After())
	}
	if a.then != nil {
		a.then()
	}
}

// Start asks the server; then, which may be nil, is called once the answer is in place, be
// it an error. A question still under way is given up.
func (l *Load[T]) Start(e *Env, fetch func(context.Context) (T, error), then func()) {
	l.Cancel()
	ctx, cancel := context.WithCancel(e.Ctx)
	a := &loaded[T]{e: e, owner: l, cancel: cancel, then: then}
	l.pending, l.since, l.RetryAt = a, e.Now(), time.Time{}
	e.loads = append(e.loads, l)
	e.Run(func() tea.Msg {
		defer cancel()
		a.data, a.err = fetch(ctx)
		return a
	})
	e.After(SlowAfter, Redraw{})
}

// Cancel gives up the question under way, if any.
func (l *Load[T]) Cancel() {
	if l.pending != nil {
		l.pending.cancel()
		l.pending = nil
	}
}

// Busy says whether the answer is awaited.
func (l *Load[T]) Busy() bool { return l.pending != nil }

// Due says that nothing is awaited and that the data, or the try that failed, is at least
// so old. It waits for RetryAt.
func (l *Load[T]) Due(e *Env, age time.Duration) bool {
	last := l.At
	if l.Err != nil {
		last = l.since
	}
	return !l.Busy() && e.Now().Sub(last) >= age && !l.RetryAt.After(e.Now())
}

// Slow says that it is awaited for so long that the user should be told.
func (l *Load[T]) Slow(e *Env) bool { return l.Busy() && e.Now().Sub(l.since) >= SlowAfter }

// Forget drops what was loaded.
func (l *Load[T]) Forget() {
	l.Cancel()
	*l = Load[T]{}
}

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

// Pager is a list that the server gives in parts.
type Pager[T any] struct {
	Rows  []T
	Next  string
	First Load[api.Page[T]]
	more  Load[api.Page[T]]
}

// Reload asks for the first part and calls then with the rows that were there before,
// also after an error.
func (p *Pager[T]) Reload(e *Env, fetch Fetch[T], then func(before []T)) {
	p.more.Cancel()
	p.First.Start(e, func(ctx context.Context) (api.Page[T], error) { return fetch(ctx, "") }, func() {
		before := p.Rows
		if p.First.Err == nil {
			p.more.Cancel()
			p.Rows, p.Next = p.First.Data.Rows, p.First.Data.Next
		}
		then(before)
	})
}

// Follow asks for the next part if row lies behind Rows, and calls then once it is there,
// not after an error.
func (p *Pager[T]) Follow(e *Env, row int, fetch Fetch[T], then func()) {
	if p.Next == "" || p.more.Busy() || p.First.Busy() || row < len(p.Rows) {
		return
	}
	p.append(e, fetch, func() {
		if p.more.Err == nil {
			then()
		}
	})
}

// All asks for every missing part and calls then in any case.
func (p *Pager[T]) All(e *Env, fetch Fetch[T], then func()) {
	if p.Next == "" || p.First.Busy() {
		then()
		return
	}
	p.append(e, func(ctx context.Context, after string) (api.Page[T], error) { return Whole(ctx, fetch, after) }, then)
}

func (p *Pager[T]) append(e *Env, fetch Fetch[T], then func()) {
	after := p.Next
	p.more.Start(e, func(ctx context.Context) (api.Page[T], error) { return fetch(ctx, after) }, func() {
		if p.more.Err == nil {
			p.Rows, p.Next = append(p.Rows, p.more.Data.Rows...), p.more.Data.Next
		}
		then()
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
