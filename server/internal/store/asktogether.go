package store

import (
	"context"
)

const (
	// redisLanes: one round trip is on its way while the next one gathers.
	redisLanes = 2
	// mostAsked bounds what Redis does in one go, some 30 µs a script.
	mostAsked = 32
)

// asked is what one caller of Together asks, and what it gets.
type asked struct {
	calls   []Call
	answers []any
	err     error
}

// Batch is Run for what many ask at once: those who come while others are on
// their way share the next round trip. Each gets its own answers, or its own
// error.
func (db *DB) Batch(ctx context.Context, calls ...Call) ([]any, error) {
	if db.lanes.enter() {
		defer db.lanes.next()
		return EvalAll(ctx, db, calls...)
	}
	a := &asked{calls: calls}
	if _, err := db.lanes.join(ctx, a, db.ask); err != nil {
		return nil, Classify(err)
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
