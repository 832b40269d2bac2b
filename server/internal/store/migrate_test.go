package store_test

import (
	"database/sql"
	"strings"
	"sync"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

var tables = []string{"utilisateurs", "articles", "mots", "connexions", "appels", "refs", "jetons", "annonces", "consignes", "reglages", "audit", "nouvelles", "boites", "communiques", "mesures", "connexions_archive", "appels_archive", "audit_archive"}

func mustHaveTables(t *testing.T, s *store.Stores) {
	t.Helper()
	for _, table := range tables {
		var n int
		if err := s.SQL.Read.QueryRow(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
			t.Error(err)
		}
	}
}

// Several servers start at once, and not even the database is there.
func TestFourProcessesMigrateAnEmptyBase(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	e.MySQLDSN = e.MariaDB().DSN("etu_none_yet")
	t.Cleanup(func() { _ = e.MariaDB().Exec("DROP DATABASE IF EXISTS etu_none_yet") })
	var all sync.WaitGroup
	for range 4 {
		cmd := childCommand(t, "open", e)
		all.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "open\n") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	mustHaveTables(t, e.Open(t))
}

// A process was killed in the middle of a migration.
func TestCutMigrationIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		mustAddUser(t, s, "aa")
		for _, q := range []string{"UPDATE schema_migrations SET dirty = 1", "DROP TABLE jetons"} {
			if _, err := s.SQL.Write.Exec(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = e.Open(t)
		mustHaveTables(t, s)
		var n int
		if err := s.SQL.Read.QueryRow(t.Context(), "SELECT COUNT(*) FROM utilisateurs").Scan(&n); err != nil || n != 1 {
			t.Errorf("%d users (%v), want the one", n, err)
		}
	})
}

// Both engines must have the same columns in the same order, and so must a table and its
// archive.
func TestSchemasAgree(t *testing.T) {
	t.Parallel()
	columns := map[testenv.Kind]string{}
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		var all []string
		has := map[string]string{}
		for _, table := range tables {
			rows, err := s.SQL.Read.DB.Query("SELECT * FROM " + table)
			if err != nil {
				t.Fatal(err)
			}
			names, err := rows.Columns()
			if err != nil {
				t.Fatal(err)
			}
			_ = rows.Close()
			has[table] = strings.Join(names, ",")
			all = append(all, table+"("+has[table]+")")
			if living, found := strings.CutSuffix(table, "_archive"); found && has[table] != has[living] {
				t.Errorf("%s has %s, %s has %s", table, has[table], living, has[living])
			}
		}
		columns[e.Kind] = strings.Join(all, " ")
	})
	if a, b := columns[testenv.KindEmbedded], columns[testenv.KindReal]; a != b && a != "" && b != "" {
		t.Errorf("SQLite: %s\nMySQL:  %s", a, b)
	}
}

func TestSessionIsAsWeAskFor(t *testing.T) {
	t.Parallel()
	s := testenv.Real(t).Open(t)
	var mode, zone, isolation, collation, column string
	var lockWait int
	err := s.SQL.Read.QueryRow(t.Context(), `SELECT @@sql_mode, @@time_zone, @@tx_isolation, @@collation_connection, @@innodb_lock_wait_timeout`).
		Scan(&mode, &zone, &isolation, &collation, &lockWait)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(mode, "STRICT_ALL_TABLES") || zone != "+00:00" || isolation != "READ-COMMITTED" ||
		collation != "utf8mb4_bin" || lockWait != 2 {
		t.Error(mode, zone, isolation, collation, lockWait)
	}
	err = s.SQL.Read.QueryRow(t.Context(), `SELECT COLLATION_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'utilisateurs' AND COLUMN_NAME = 'email'`).Scan(&column)
	if err != nil || column != "utf8mb4_bin" {
		t.Error(column, err)
	}
	// An index by a bound value, not a conversion of every row.
	mustAddUser(t, s, "aa")
	var plan sql.NullString
	rows, err := s.SQL.Read.DB.Query(`EXPLAIN FORMAT=JSON SELECT id FROM utilisateurs WHERE login = ?`, "aa")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&plan); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(plan.String, "uq_utilisateurs_login") {
		t.Error(plan.String)
	}
}

// The lock of the migrations holds on one server: on another node of a cluster somebody
// may create the same tables at this moment. Whoever meets them begins again.
func TestMigrationThatMeetsAnotherBeginsAgain(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	refuser := e.Refuse(t)
	refuser.Answer(1050, "CREATE TABLE IF NOT EXISTS utilisateurs")
	started := whenWaiting(e, refuser.Pass)
	mustHaveTables(t, e.Open(t))
	<-started
}

// Processes that migrate at once, on nodes of a cluster, may leave several rows that say
// how far the tables are. The next start leaves one.
func TestMigrationsNotedSeveralTimesAreMended(t *testing.T) {
	t.Parallel()
	for _, left := range []string{"(1, TRUE), (2, TRUE), (3, FALSE)", "(3, FALSE)"} {
		e := testenv.Real(t)
		s := e.Open(t)
		if _, err := s.SQL.Write.Exec(t.Context(), `INSERT INTO schema_migrations (version, dirty) VALUES `+left); err != nil {
			t.Fatal(err)
		}
		s = e.Open(t)
		mustHaveTables(t, s)
		var rows int
		if err := s.SQL.Read.QueryRow(t.Context(), `SELECT COUNT(*) FROM schema_migrations`).Scan(&rows); err != nil || rows != 1 {
			t.Errorf("%d rows after %s (%v)", rows, left, err)
		}
	}
}
