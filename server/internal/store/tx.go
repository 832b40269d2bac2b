package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"etuservices/server/internal/wait"

	"github.com/go-sql-driver/mysql"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// txWork is what runs in a transaction.
type txWork = func(ctx context.Context, tx Tx) error

// ErrCommitUnknown says that COMMIT was sent and its answer lost: the
// transaction may stand or not, and only reading again can tell.
var ErrCommitUnknown = errors.New("issue du COMMIT inconnue")

const (
	// txRetries of a transaction that lost a deadlock or a lock wait, or its connection:
	// the winner needs milliseconds, so that a fourth loss in a row means overload.
	txRetries = 3
	// txPause is the longest pause before the first retry, doubled at each;
	// the jitter keeps the losers of one deadlock from meeting again.
	txPause = 10 * time.Millisecond
)

// Tx runs fn in one transaction on Write, all tries within SQLTimeout.
//
// fn runs again from its beginning, up to 3 times, when it lost a deadlock or a lock wait,
// met a node of a cluster that was not ready, or lost its connection: it must not keep
// anything between runs. Its other errors roll back and come back as they are, wrapped
// with ErrUnavailable when they are the store's. ErrCommitUnknown is
// ErrUnavailable too.
func (s *SQL) Tx(ctx context.Context, fn txWork) error {
	return s.TxWithin(ctx, SQLTimeout, fn)
}

// TxWithin is Tx with another bound on all tries, for what writes many rows.
func (s *SQL) TxWithin(ctx context.Context, limit time.Duration, fn txWork) error {
	return s.observed(func() error { return s.tx(ctx, limit, fn) })
}

// observed tells OnTx of a transaction.
func (s *SQL) observed(transaction func() error) error {
	began := time.Now()
	err := transaction()
	if s.OnTx != nil {
		s.OnTx(time.Since(began), err)
	}
	return err
}

// Snapshot reads what one moment had, however long it takes.
func (s *SQL) Snapshot(ctx context.Context, read func(ctx context.Context, from Conn) error) error {
	var options sql.TxOptions // SQLite has no other
	if s.Dialect == MySQL {
		options = sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := s.Read.DB.BeginTx(ctx, &options)
	if err != nil {
		return classify(fmt.Errorf("begin: %w", err))
	}
	defer func() { _ = tx.Rollback() }() // it changed nothing
	return read(ctx, Conn{tx})
}

func (s *SQL) tx(ctx context.Context, limit time.Duration, fn txWork) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for try := 0; ; try++ {
		err := s.txOnce(ctx, fn)
		if err == nil || try == txRetries || errors.Is(err, ErrCommitUnknown) || !mayGoWell(err) {
			return classify(err)
		}
		pause := rand.N(txPause<<try) + time.Millisecond
		if wait.For(ctx, pause) != nil {
			return classify(errors.Join(err, ctx.Err()))
		}
	}
}

// mayGoWell holds for errors of a transaction of which nothing stands, and which may go
// well a moment later: it lost a conflict, met a node of a cluster that was not ready, or
// its connection ended under a statement.
func mayGoWell(err error) bool {
	return isLockConflict(err) || isMySQL(err, myGaleraNotReady, myConnKilled) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn)
}

func (s *SQL) txOnce(ctx context.Context, fn txWork) error {
	tx, err := s.Write.DB.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// After a commit this does nothing; after an error or a panic it frees the
	// locks. Its own error adds nothing to the one that led here.
	defer func() { _ = tx.Rollback() }()
	if err := fn(ctx, Tx{Conn{tx}}); err != nil {
		// database/sql rolls back by itself when ctx ends, and fn then sees
		// only ErrTxDone: say why.
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return commitError(ctx, err)
	}
	return nil
}

// commitError tells a COMMIT that certainly failed from one that may stand.
func commitError(ctx context.Context, err error) error {
	if certainlyNotCommitted(err) {
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			err = errors.Join(err, ctx.Err())
		}
		return fmt.Errorf("commit: %w", err)
	}
	return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
}

// certainlyNotCommitted holds when COMMIT was never sent (database/sql looks at
// ctx first and nothing interrupts it afterwards; ErrBadConn is "nothing was
// written") or when the engine says that it rolled back.
func certainlyNotCommitted(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, sql.ErrTxDone) || errors.Is(err, driver.ErrBadConn) {
		return true
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		// A full disk stops before the commit frame; an I/O error may come after.
		return isBusy(lite) || lite.Code()&0xff == sqlite3.SQLITE_FULL ||
			lite.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
	}
	return isLockConflict(err) || isMySQL(err, myReadOnlyOption, myReadOnlyTx, myReadOnlyMode)
}

// isLockConflict holds when the engine chose this transaction as the loser.
func isLockConflict(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return isBusy(lite)
	}
	return isMySQL(err, myDeadlock, myLockWait, myRecordChanged, myGroupRollback)
}

func isBusy(e *sqlite.Error) bool {
	code := e.Code() & 0xff // the low byte is the primary code
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}

func isMySQL(err error, numbers ...uint16) bool {
	var my *mysql.MySQLError
	if !errors.As(err, &my) {
		return false
	}
	for _, n := range numbers {
		if my.Number == n {
			return true
		}
	}
	return false
}

const (
	// mysqlBatches is how many shared transactions are at work at once: on two
	// cores with 64 callers, 2 leave the machine idle and 8 hardly share.
	mysqlBatches = 4
	// sqliteBatches: the engine takes one writer.
	sqliteBatches = 1
	// mostTogether bounds how long a row stays locked behind others' statements.
	mostTogether = 16
)

// GroupCommit is Tx for short work that many ask for at once: those who arrive
// while all batches are busy share the next transaction, and its commit.
//
// It gives what Tx gives. When one of several fails, the transaction is rolled
// back and each runs its own: fn's error, or panic, is its caller's alone. fn may
// run on another caller's goroutine while its own waits.
func (s *SQL) GroupCommit(ctx context.Context, fn txWork) error {
	return s.observed(func() error { return s.groupCommit(ctx, fn) })
}

func (s *SQL) groupCommit(ctx context.Context, fn txWork) error {
	if s.batches.enter() {
		defer s.batches.next()
		return s.tx(ctx, SQLTimeout, fn)
	}
	how, err := s.batches.join(ctx, fn, s.share)
	switch {
	case err != nil:
		return classify(err)
	case how.alone:
		return s.tx(ctx, SQLTimeout, fn)
	}
	return classify(how.err)
}

// share runs all of few in one transaction, or none.
func (s *SQL) share(few []*waiter[txWork]) batchResult {
	if len(few) == 1 {
		return batchResult{alone: true}
	}
	ctx, cancel := sharedTime(few)
	defer cancel()
	tx, err := s.Write.DB.BeginTx(ctx, nil)
	if err != nil {
		return batchResult{err: fmt.Errorf("begin: %w", err)}
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	for _, m := range few {
		switch err := runSafely(ctx, Tx{Conn{tx}}, m.work); {
		case err == nil:
		case Unavailable(err) && !mayGoWell(err):
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
func runSafely(ctx context.Context, tx Tx, work txWork) (err error) {
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
