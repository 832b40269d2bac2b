package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// notReady is what a Galera node answers to everything, ROLLBACK included, once
// it is cut off from the others.
const notReady = 1047

// A server that refuses ROLLBACK or COMMIT leaves the transaction open on its
// connection. Whatever led there, nothing of it may ever be committed by the
// next who gets that connection.
func TestRefusedEndCommitsNothingLater(t *testing.T) {
	t.Parallel()
	bumped := func(id int64, then func() error) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error {
			if _, err := tx.Exec(ctx, bump, id); err != nil {
				return err
			}
			return then()
		}
	}
	for name, act := range map[string]func(t *testing.T, s *store.Stores, id int64) error{
		"error": func(t *testing.T, s *store.Stores, id int64) error {
			return s.SQL.Tx(t.Context(), bumped(id, func() error { return errOwn }))
		},
		"context ended": func(t *testing.T, s *store.Stores, id int64) error {
			ctx, cancel := context.WithCancel(t.Context())
			return s.SQL.Tx(ctx, bumped(id, func() error { cancel(); return ctx.Err() }))
		},
		"context ended before COMMIT": func(t *testing.T, s *store.Stores, id int64) error {
			ctx, cancel := context.WithCancel(t.Context())
			return s.SQL.Tx(ctx, bumped(id, func() error { cancel(); return nil }))
		},
		"panic": func(t *testing.T, s *store.Stores, id int64) (err error) {
			defer func() { _, _ = recover().(error); err = errOwn }()
			return s.SQL.Tx(t.Context(), bumped(id, func() error { panic(errOwn) }))
		},
		"commit": func(t *testing.T, s *store.Stores, id int64) error {
			return s.SQL.Tx(t.Context(), bumped(id, func() error { return nil }))
		},
		"alone in Together": func(t *testing.T, s *store.Stores, id int64) error {
			return s.SQL.GroupCommit(t.Context(), bumped(id, func() error { return errOwn }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := testenv.Real(t)
			refuser := e.Refuse(t)
			s := e.Open(t)
			s.SQL.Write.DB.SetMaxOpenConns(1) // the next one gets the same connection
			id := mustAddUser(t, s, "aa")
			refuser.Answer(notReady, "ROLLBACK", "COMMIT")
			if err := act(t, s, id); err == nil {
				t.Error("what was not done is said to be done")
			}
			noneStands(t, s, refuser, id)
		})
	}
}

// noneStands fails when a later transaction commits what was refused.
func noneStands(t *testing.T, s *store.Stores, refuser *testenv.Refuser, id int64) {
	t.Helper()
	// The end of a context rolls back beside its caller.
	testenv.WaitFor(t, 5*time.Second, "an end was refused", func() bool { return refuser.Count() > 0 })
	refuser.Pass()
	for range 3 {
		err := s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			var one int
			return tx.QueryRow(ctx, "SELECT 1").Scan(&one)
		})
		if err != nil {
			t.Error(err)
		}
	}
	var n int
	if err := s.SQL.Read.QueryRow(t.Context(), `SELECT nb_ventes FROM utilisateurs WHERE id = ?`, id).Scan(&n); err != nil || n != 0 {
		t.Errorf("nb_ventes %d (%v): the next transaction committed it", n, err)
	}
}

// The same for those who share a transaction.
func TestRefusedSharedEndCommitsNothingLater(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"ROLLBACK", "COMMIT"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			e := testenv.Real(t)
			refuser := e.Refuse(t)
			c := newCrowd(t, e.Open(t))
			var refuse sync.Once
			fails := func(ctx context.Context, tx store.Tx) error {
				c.first.Wait() // those who fill the lanes have committed
				refuse.Do(func() { refuser.Answer(notReady, "ROLLBACK", "COMMIT") })
				if err := c.bump(ctx, tx); err != nil {
					return err
				}
				if end == "COMMIT" {
					return nil
				}
				return errOwn
			}
			c.join(t.Context(), "a", fails)
			c.join(t.Context(), "b", fails)
			c.release()
			for name, err := range c.errs {
				if err == nil {
					t.Errorf("%s: what was not done is said to be done", name)
				}
			}
			noneStands(t, c.s, refuser, c.id)
		})
	}
}

// SQLite's own refusal: a deferred foreign key makes COMMIT fail, and a
// transaction that the engine ended by itself has nothing to roll back. The one
// connection that writes goes on.
func TestRefusedEndOnSQLite(t *testing.T) {
	t.Parallel()
	s := testenv.Embedded(t).Open(t)
	id := mustAddUser(t, s, "aa")
	err := s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Exec(ctx, bump, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "PRAGMA defer_foreign_keys = 1"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO jetons VALUES ('h', 999999, '2026-01-01 00:00:00.000', '2026-01-01 00:00:00.000')`)
		return err
	})
	if err == nil {
		t.Error("a COMMIT that failed is said to stand")
	}
	err = s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Exec(ctx, "ROLLBACK"); err != nil { // behind the driver's back
			return err
		}
		return errOwn
	})
	if !errors.Is(err, errOwn) {
		t.Error(err)
	}
	ok := s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, bump, id)
		return err
	})
	var n int
	if err := s.SQL.Read.QueryRow(t.Context(), `SELECT nb_ventes FROM utilisateurs WHERE id = ?`, id).Scan(&n); err != nil || ok != nil || n != 1 {
		t.Errorf("nb_ventes %d (%v, %v), want the last one alone", n, err, ok)
	}
}
