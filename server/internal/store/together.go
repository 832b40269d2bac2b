package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const (
	// mysqlLanes is how many shared transactions are at work at once: on two
	// cores with 64 callers, 2 leave the machine idle and 8 hardly share.
	mysqlLanes = 4
	// sqliteLanes: the engine takes one writer.
	sqliteLanes = 1
	// mostTogether bounds how long a row stays locked behind others' statements.
	mostTogether = 16
)

// txWork is what runs in a transaction.
type txWork = func(ctx context.Context, tx *sql.Tx) error

// GroupCommit is Tx for short work that many ask for at once: those who arrive
// while all lanes are busy share the next transaction, and its commit.
//
// It gives what Tx gives. When one of several fails, the transaction is rolled
// back and each runs its own: fn's error, or panic, is its caller's alone. fn may
// run on another caller's goroutine while its own waits.
func (s *SQL) GroupCommit(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx) error) error {
	began := time.Now()
	err := s.together(ctx, fn)
	if s.OnTx != nil {
		s.OnTx(time.Since(began), err)
	}
	return err
}

func (s *SQL) together(ctx context.Context, fn txWork) error {
	if s.lanes.enter() {
		defer s.lanes.next()
		return s.tx(ctx, fn)
	}
	how, err := s.lanes.join(ctx, fn, s.share)
	switch {
	case err != nil:
		return Classify(err)
	case how.alone:
		return s.tx(ctx, fn)
	}
	return Classify(how.err)
}

// share runs all of few in one transaction, or none.
func (s *SQL) share(few []*waiter[txWork]) batchResult {
	if len(few) == 1 {
		return batchResult{alone: true}
	}
	ctx, cancel := sharedTime(few)
	defer cancel()
	tx, err := s.Write.BeginTx(ctx, nil)
	if err != nil {
		return batchResult{err: fmt.Errorf("begin: %w", err)}
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	for _, m := range few {
		switch err := runSafely(ctx, tx, m.work); {
		case err == nil:
		case Unavailable(err) && !isLockConflict(err):
			return batchResult{err: err} // the store's failure: everybody's
		default:
			return batchResult{alone: true}
		}
	}
	if err := tx.Commit(); err != nil {
		if err = commitError(ctx, err); errors.Is(err, ErrCommitUnknown) {
			return batchResult{err: err}
		}
		return batchResult{alone: true}
	}
	return batchResult{}
}

// runSafely makes a panic an error: it comes again when that work runs alone, on
// its own caller's goroutine.
func runSafely(ctx context.Context, tx *sql.Tx, work txWork) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	return work(ctx, tx)
}

// sharedTime ends before any member's ctx does, and when none of them is
// cancelled: that would be the others' loss.
func sharedTime[W any](few []*waiter[W]) (context.Context, context.CancelFunc) {
	end := time.Now().Add(SQLTimeout)
	for _, m := range few {
		if d, ok := m.ctx.Deadline(); ok && d.Before(end) {
			end = d
		}
	}
	return context.WithDeadline(context.WithoutCancel(few[0].ctx), end)
}
