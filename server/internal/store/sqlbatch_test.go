package store_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// The statements of a batch run in their order, and each query's rows come to its
// own function, also where there are none.
func TestBatchRunsInOrder(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		id := mustAddUser(t, s, "aa")
		var sales []int64
		read := func(rows *sql.Rows) error {
			var n int64
			err := rows.Scan(&n)
			sales = append(sales, n)
			return err
		}
		none := func(*sql.Rows) error { t.Error("a row where there is none"); return nil }
		const query = `SELECT nb_ventes FROM utilisateurs WHERE id = ?`
		err := s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			var b store.Batch
			b.Query(read, query, id)
			b.Exec(bump, id)
			b.Query(none, query, -1)
			b.Query(read, query, id)
			b.Exec(bump, id)
			return s.SQL.RunBatch(ctx, tx, &b)
		})
		if err != nil || !slices.Equal(sales, []int64{0, 1}) {
			t.Errorf("read %v, want 0 and 1 (%v)", sales, err)
		}
		if n := salesOf(t, s, id); n != 2 {
			t.Errorf("%d sales, want 2", n)
		}
	})
}

// A statement that fails ends its batch, wherever it stands, and nothing of the
// transaction remains.
func TestBatchFailsAsAWhole(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		id := mustAddUser(t, s, "aa")
		const bad, query = `INSERT INTO annonces (article_id, vendeur_id) VALUES (1, 1), (1, 1)`, `SELECT 1`
		row := func(rows *sql.Rows) error { var n int64; return rows.Scan(&n) }
		for name, fill := range map[string]func(b *store.Batch){
			"without a query":   func(b *store.Batch) { b.Exec(bump, id); b.Exec(bad) },
			"before a query":    func(b *store.Batch) { b.Exec(bump, id); b.Exec(bad); b.Query(row, query) },
			"between queries":   func(b *store.Batch) { b.Query(row, query); b.Exec(bump, id); b.Exec(bad); b.Query(row, query) },
			"behind all others": func(b *store.Batch) { b.Exec(bump, id); b.Query(row, query); b.Exec(bad) },
		} {
			var b store.Batch
			fill(&b)
			err := s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error { return s.SQL.RunBatch(ctx, tx, &b) })
			if !store.IsDuplicate(err) {
				t.Errorf("%s: %v", name, err)
			}
			if n := salesOf(t, s, id); n != 0 {
				t.Errorf("%s: %d sales remain", name, n)
			}
		}
	})
}

// A transaction begins with its first statement, also with one that the driver has
// to prepare, and one without any does nothing to the next on its connection.
func TestTransactionBeginsWithItsFirstStatement(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		id := mustAddUser(t, s, "aa")
		s.SQL.Write.DB.SetMaxOpenConns(1)
		for name, statement := range map[string]string{
			"plain": bump,
			// A question mark that is no parameter.
			"prepared": `UPDATE utilisateurs SET nb_ventes = nb_ventes + 1, nom = '?' WHERE id = ?`,
		} {
			for _, statements := range []int{0, 1, 2} {
				tx, err := s.SQL.Write.DB.BeginTx(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				for range statements {
					if _, err := tx.Exec(statement, id); err != nil {
						t.Fatal(err)
					}
				}
				if err := tx.Rollback(); err != nil {
					t.Fatal(err)
				}
				if n := salesOf(t, s, id); n != 0 {
					t.Fatalf("%s: %d of %d statements outlived ROLLBACK", name, n, statements)
				}
			}
		}
		tx, err := s.SQL.Write.DB.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SQL.Write.Exec(t.Context(), bump, id); err != nil {
			t.Fatal(err)
		}
		if n := salesOf(t, s, id); n != 1 {
			t.Errorf("%d sales, want the one that is no transaction's", n)
		}
	})
}

func salesOf(t *testing.T, s *store.Stores, id int64) (n int) {
	t.Helper()
	if err := s.SQL.Read.QueryRow(t.Context(), `SELECT nb_ventes FROM utilisateurs WHERE id = ?`, id).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
