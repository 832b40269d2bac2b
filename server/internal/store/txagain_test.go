package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// TestTransactionIsTriedAgain where nothing of it stands and it may go well a moment
// later: it is done once, alone and shared, and its caller sees no error. One that is
// refused for longer is refused in the end, and was not done.
func TestTransactionIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, number := range []uint16{1020, 1047, 1205, 1213, 3101} {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			t.Parallel()
			e := testenv.Real(t)
			refuser := e.Refuse(t)
			s := e.Open(t)
			id := mustAddUser(t, s, "aa")
			for _, do := range []func(context.Context, func(context.Context, store.Tx) error) error{s.SQL.Tx, s.SQL.GroupCommit} {
				before := salesOf(t, s, id)
				runs := 0
				bumped := func(ctx context.Context, tx store.Tx) error {
					if runs++; runs == 2 {
						refuser.Pass()
					}
					_, err := tx.Exec(ctx, bump, id)
					return err
				}
				refuser.Answer(number, strings.TrimSpace(bump)[:len("UPDATE utilisateurs")])
				if err := do(t.Context(), bumped); err != nil || salesOf(t, s, id) != before+1 {
					t.Errorf("%v, done %d times, want once", err, salesOf(t, s, id)-before)
				}
				refuser.Answer(number, strings.TrimSpace(bump)[:len("UPDATE utilisateurs")])
				runs = 2
				if err := do(t.Context(), bumped); !errors.Is(err, store.ErrUnavailable) {
					t.Errorf("refused for longer: %v", err)
				}
				refuser.Pass()
				if n := salesOf(t, s, id); n != before+1 {
					t.Errorf("done %d times, want once", n-before)
				}
			}
		})
	}
}

// TestTransactionWhoseConnectionIsLost before its COMMIT is done once, on another one.
func TestTransactionWhoseConnectionIsLost(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	s := e.Open(t)
	id := mustAddUser(t, s, "aa")
	runs := 0
	err := s.SQL.GroupCommit(t.Context(), func(ctx context.Context, tx store.Tx) error {
		runs++
		if _, err := tx.Exec(ctx, bump, id); err != nil || runs > 1 {
			return err
		}
		var conn int64
		if err := tx.QueryRow(ctx, "SELECT CONNECTION_ID()").Scan(&conn); err != nil {
			return err
		}
		if err := e.MariaDB().Exec(fmt.Sprintf("KILL %d", conn)); err != nil {
			t.Error(err)
		}
		_, err := tx.Exec(ctx, bump, id)
		return err
	})
	if n := salesOf(t, s, id); err != nil || n != 1 || runs != 2 {
		t.Errorf("%v, done %d times in %d runs, want once in the second", err, n, runs)
	}
}
