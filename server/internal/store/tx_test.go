package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

const bump = `UPDATE utilisateurs SET nb_ventes = nb_ventes + 1 WHERE id = ?`

// Two transactions lock two rows in opposite orders and meet in the middle.
func TestTxRetriesADeadlock(t *testing.T) {
	t.Parallel()
	s := testenv.Real(t).Open(t)
	a, b := mustAddUser(t, s, "aa"), mustAddUser(t, s, "bb")
	var runs atomic.Int32
	var met sync.WaitGroup
	met.Add(2)
	cross := func(first, second int64) error {
		var once sync.Once // only the first runs meet: the retry must get through
		return s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			runs.Add(1)
			if _, err := tx.Exec(ctx, bump, first); err != nil {
				return err
			}
			once.Do(func() { met.Done(); met.Wait() })
			_, err := tx.Exec(ctx, bump, second)
			return err
		})
	}
	errs := make(chan error, 2)
	go func() { errs <- cross(a, b) }()
	go func() { errs <- cross(b, a) }()
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := runs.Load(); n != 3 {
		t.Errorf("%d runs, want 3: two, and the loser's again", n)
	}
	var sum int
	if err := s.SQL.Read.QueryRow(t.Context(), `SELECT SUM(nb_ventes) FROM utilisateurs`).Scan(&sum); err != nil || sum != 4 {
		t.Errorf("sum %d (%v), want 4", sum, err)
	}
}

// A lock that is never given back: the engine's own answer comes before our patience ends.
func TestTxGivesUpALockAsUnavailable(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		t.Parallel()
		s := e.Open(t)
		id := mustAddUser(t, s, "aa")
		holder, err := s.SQL.Write.DB.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = holder.Rollback() }()
		if _, err := holder.Exec(bump, id); err != nil {
			t.Fatal(err)
		}
		err = s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, bump, id)
			return err
		})
		if !errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrCommitUnknown) {
			t.Errorf("got %v", err)
		}
	})
}

func TestTxReturnsTheErrorAndRollsBack(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		id := mustAddUser(t, s, "aa")
		ours := errors.New("ours")
		runs := 0
		err := s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			runs++
			if _, err := tx.Exec(ctx, bump, id); err != nil {
				return err
			}
			return ours
		})
		if err != ours || runs != 1 { // as it is, not wrapped
			t.Errorf("got %v after %d runs", err, runs)
		}
		var n int
		if err := s.SQL.Read.QueryRow(t.Context(), `SELECT nb_ventes FROM utilisateurs`).Scan(&n); err != nil || n != 0 {
			t.Errorf("nb_ventes %d (%v): not rolled back", n, err)
		}
	})
}

// A context that ends before COMMIT is sent leaves no doubt.
func TestTxCancelledBeforeCommitIsNotUnknown(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		id := mustAddUser(t, s, "aa")
		ctx, cancel := context.WithCancel(t.Context())
		err := s.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, bump, id)
			cancel()
			return err
		})
		if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
		var n int
		if err := s.SQL.Read.QueryRow(t.Context(), `SELECT nb_ventes FROM utilisateurs`).Scan(&n); err != nil || n != 0 {
			t.Errorf("nb_ventes %d (%v): committed", n, err)
		}
	})
}

func TestTxFreesItsLocksOnPanic(t *testing.T) {
	t.Parallel()
	s := testenv.Embedded(t).Open(t)
	func() {
		defer func() { _ = recover() }()
		_ = s.SQL.Tx(t.Context(), func(context.Context, store.Tx) error { panic("fn") })
	}()
	mustAddUser(t, s, "aa") // the one write connection is free
}
