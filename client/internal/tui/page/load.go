package page

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/link"
)

// SlowAfter is how long an answer may take before "loading" is shown: below,
// the word would only flicker.
const SlowAfter = 150 * time.Millisecond

// Load is something asked of the server: under way, arrived, failed, old. Its
// zero value was never asked for.
type Load[T any] struct {
	Data T
	Has  bool      // Data came once
	At   time.Time // when Data came
	Err  error     // of the last try; Data may still be there from before
	// RetryAt is when another try may pass, where Err says so.
	RetryAt time.Time

	id     int
	busy   bool
	since  time.Time
	cancel context.CancelFunc
}

// Delivery is a message for one owner. The root calls Deliver and shows the
// message to nobody else.
type Delivery interface{ Deliver() tea.Cmd }

// later is a timer's Delivery.
type later func() tea.Cmd

func (l later) Deliver() tea.Cmd { return l() }

// loaded is the answer to a Load.
type loaded[T any] struct {
	e     *Env
	owner *Load[T]
	id    int
	data  T
	err   error
	then  func() tea.Cmd
}

// Deliver puts the answer into its Load, unless it is no longer the one awaited.
func (a loaded[T]) Deliver() tea.Cmd {
	a.e.busy--
	l := a.owner
	if a.id != l.id {
		return nil
	}
	l.busy, l.cancel = false, nil
	if errors.Is(a.err, context.Canceled) {
		return nil
	}
	if l.Err = a.err; a.err == nil {
		l.Data, l.Has, l.At = a.data, true, a.e.Now()
	}
	var refused *link.Error
	if errors.As(a.err, &refused) && refused.After() > 0 {
		l.RetryAt = a.e.Now().Add(refused.After())
	}
	if a.then == nil {
		return nil
	}
	return a.then()
}

// Start asks the server; then, which may be nil, is called once the answer is in
// place, be it an error. An earlier question still under way is given up, and
// its answer will be dropped.
func (l *Load[T]) Start(e *Env, fetch func(context.Context) (T, error), then func() tea.Cmd) tea.Cmd {
	l.Cancel()
	ctx, cancel := context.WithCancel(e.Ctx)
	l.id++
	l.RetryAt = time.Time{}
	l.busy, l.since, l.cancel = true, e.Now(), cancel
	e.busy++
	id := l.id
	return tea.Batch(
		func() tea.Msg {
			defer cancel()
			data, err := fetch(ctx)
			return loaded[T]{e, l, id, data, err, then}
		},
		e.After(SlowAfter, Redraw{}),
	)
}

// Cancel gives up the question under way, if any.
func (l *Load[T]) Cancel() {
	if l.cancel != nil {
		l.cancel()
	}
	l.cancel, l.busy = nil, false
	l.id++
}

// Busy says whether the answer is awaited.
func (l *Load[T]) Busy() bool { return l.busy }

// Slow says that it is awaited for so long that the user should be told.
func (l *Load[T]) Slow(e *Env) bool { return l.busy && e.Now().Sub(l.since) >= SlowAfter }

// Forget drops what was loaded (another user logs in).
func (l *Load[T]) Forget() {
	l.Cancel()
	*l = Load[T]{id: l.id}
}
