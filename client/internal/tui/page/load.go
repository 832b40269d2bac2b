package page

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"
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

	id     int
	busy   bool
	since  time.Time
	cancel context.CancelFunc
}

// landed marks the messages that end a load.
type landed interface{ landed() }

type loaded[T any] struct {
	owner *Load[T]
	id    int
	data  T
	err   error
}

func (loaded[T]) landed() {}

// Start asks; an earlier question still under way is given up, and its answer
// will be dropped.
func (l *Load[T]) Start(e *Env, fetch func(context.Context) (T, error)) tea.Cmd {
	l.Cancel()
	ctx, cancel := context.WithCancel(e.Ctx)
	l.id++
	l.busy, l.since, l.cancel = true, e.Now(), cancel
	e.busy++
	id := l.id
	return tea.Batch(
		func() tea.Msg {
			defer cancel()
			data, err := fetch(ctx)
			return loaded[T]{l, id, data, err}
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

// Update takes the answer; ok is whether m was the one awaited.
func (l *Load[T]) Update(e *Env, m tea.Msg) (ok bool) {
	a, is := m.(loaded[T])
	if !is || a.owner != l || a.id != l.id {
		return false
	}
	l.busy, l.cancel = false, nil
	if errors.Is(a.err, context.Canceled) {
		return false
	}
	if l.Err = a.err; a.err == nil {
		l.Data, l.Has, l.At = a.data, true, e.Now()
	}
	return true
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
