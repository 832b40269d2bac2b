package store

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// batcher runs at most a fixed number of batches at once (round trips, commits).
// Callers who arrive while all are under way share the next one; on a quiet server
// each caller has a batch alone.
type batcher[W any] struct {
	mu      sync.Mutex
	free    int
	most    int // who go together at once
	waiting []*waiter[W]
}

// waiter is a caller who could not go alone.
type waiter[W any] struct {
	ctx  context.Context
	work W
	wake chan signal[W]
}

// signal wakes a waiter: it either leads the batch lead, of which it is the first,
// or lead is nil and outcome is the result of the batch that it was part of.
type signal[W any] struct {
	lead    []*waiter[W]
	outcome batchResult
}

// errPanicked is the result of those whose batch another caller's panic ended.
var errPanicked = errors.New("store: panic in shared work")

// batchResult is the result of a batch: an error shared by all, or that each has to
// run alone.
type batchResult struct {
	err   error
	alone bool
}

// enter begins a batch of one caller where there is room; next must follow.
func (l *batcher[W]) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free == 0 {
		return false
	}
	l.free--
	return true
}

// join waits to be part of a batch: the first waiter runs together for all of
// them, on its own goroutine. The error is ctx's, where ctx ended before the batch
// began: what was begun is waited for.
func (l *batcher[W]) join(ctx context.Context, work W, together func(few []*waiter[W]) batchResult) (batchResult, error) {
	m := &waiter[W]{ctx: ctx, work: work, wake: make(chan signal[W], 1)}
	w := signal[W]{lead: []*waiter[W]{m}}
	if l.queue(m) {
		var err error
		if w, err = l.wait(m); err != nil {
			return batchResult{}, err
		}
	}
	if w.lead == nil {
		return w.outcome, nil
	}
	defer l.next()
	how := batchResult{err: errPanicked} // unless together comes back
	defer func() {
		for _, other := range w.lead[1:] {
			other.wake <- signal[W]{outcome: how}
		}
	}()
	how = together(w.lead)
	return how, nil
}

// queue is false where there is room after all, which is then taken.
func (l *batcher[W]) queue(m *waiter[W]) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free > 0 {
		l.free--
		return false
	}
	l.waiting = append(l.waiting, m)
	return true
}

func (l *batcher[W]) wait(m *waiter[W]) (signal[W], error) {
	select {
	case w := <-m.wake:
		return w, nil
	case <-m.ctx.Done():
	}
	if l.leave(m) {
		return signal[W]{}, m.ctx.Err()
	}
	return <-m.wake, nil
}

func (l *batcher[W]) leave(m *waiter[W]) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, m)
	if i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	return i >= 0
}

// next starts the batch of those who wait, or leaves room for another.
func (l *batcher[W]) next() {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(len(l.waiting), l.most)
	if n == 0 {
		l.free++
		return
	}
	few := slices.Clone(l.waiting[:n])
	l.waiting = slices.Delete(l.waiting, 0, n)
	few[0].wake <- signal[W]{lead: few}
}

// Coalescer is a singleflight that merges different keys into one query: after a restart
// a whole class comes back in one second. A caller who is alone does not wait.
type Coalescer[W any] struct {
	batches batcher[W]
	ask     func(ctx context.Context, works []W) error
}

// gatherBatches: one question is on its way while the next one gathers.
const gatherBatches = 2

// NewCoalescer makes one. ask answers at most the given number of works in one go,
// each W being where its answer goes; its error is everybody's.
func NewCoalescer[W any](most int, ask func(ctx context.Context, works []W) error) *Coalescer[W] {
	return &Coalescer[W]{batches: batcher[W]{free: gatherBatches, most: most}, ask: ask}
}

// Do has one work done, perhaps with others'. The error is ask's, or ctx's.
func (g *Coalescer[W]) Do(ctx context.Context, work W) error {
	if g.batches.enter() {
		defer g.batches.next()
		return g.ask(ctx, []W{work})
	}
	how, err := g.batches.join(ctx, work, func(few []*waiter[W]) batchResult {
		works := make([]W, len(few))
		for i, m := range few {
			works[i] = m.work
		}
		shared, cancel := sharedTime(few)
		defer cancel()
		return batchResult{err: g.ask(shared, works)}
	})
	if err != nil {
		return classify(err)
	}
	return how.err
}

const (
	// redisBatches: one round trip is on its way while the next one gathers.
	redisBatches = 2
	// mostAsked bounds what Redis does in one go, some 30 µs a script.
	mostAsked = 32
)

// asked is one call of DB.Batch: its scripts and their answers.
type asked struct {
	calls   []Call
	answers []any
	err     error
}

func newRedisBatcher() batcher[*asked] {
	return batcher[*asked]{free: redisBatches, most: mostAsked}
}

// Batch is EvalAll for what many callers run at once: those who come while
// redisBatches round trips are under way share the next one. Each gets its own answers,
// or its own error. In a Cluster each node has its own round trips, so that one which
// does not answer delays nobody else.
func (db *DB) Batch(ctx context.Context, calls ...Call) ([]any, error) {
	if db.cluster == nil {
		return db.batch(ctx, &db.batches, calls)
	}
	parts := db.parts(ctx, calls)
	list, errs := make([]any, len(calls)), make([]error, len(parts))
	eachAtOnce(parts, func(i int, p part) {
		var own []any
		if own, errs[i] = db.batch(ctx, db.batchesOf(p.node), p.calls); errs[i] == nil {
			place(p, list, own)
		}
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (db *DB) batch(ctx context.Context, batches *batcher[*asked], calls []Call) ([]any, error) {
	if batches.enter() {
		defer batches.next()
		return EvalAll(ctx, db, calls...)
	}
	a := &asked{calls: calls}
	if _, err := batches.join(ctx, a, db.ask); err != nil {
		return nil, classify(err)
	}
	return a.answers, a.err
}

func (db *DB) ask(few []*waiter[*asked]) batchResult {
	var calls []Call
	for _, m := range few {
		calls = append(calls, m.work.calls...)
	}
	// Every wait in it ends by RedisTimeout; one caller's ctx is not the others'.
	cmds := pipeline(context.WithoutCancel(few[0].ctx), db, calls)
	for _, m := range few {
		n := len(m.work.calls)
		m.work.answers, m.work.err = answers(cmds[:n])
		cmds = cmds[n:]
	}
	return batchResult{}
}
