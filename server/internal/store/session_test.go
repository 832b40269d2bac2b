package store_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// hostileOptions are defaults of a MySQL server that change how a session behaves.
// .ci/test runs the whole suite on those of .ci/hostile.options.
var hostileOptions = []string{
	"--autocommit=0", "--completion-type=CHAIN", "--transaction-isolation=SERIALIZABLE", "--transaction-read-only=1",
	"--sql-safe-updates=1", "--sql-mode=ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,IGNORE_SPACE,NO_AUTO_VALUE_ON_ZERO",
	"--default-time-zone=+05:45", "--group-concat-max-len=4", "--max-sort-length=64", "--big-tables=1", "--lc-messages=fr_FR",
	"--max-join-size=1",
}

// hostileGlobals are those that are no option of mariadbd.
const hostileGlobals = "SET GLOBAL sql_select_limit = 1, GLOBAL foreign_key_checks = 0, GLOBAL unique_checks = 0, " +
	"GLOBAL sql_auto_is_null = 1, GLOBAL sql_big_selects = 0, GLOBAL lc_time_names = 'ja_JP', " +
	"GLOBAL init_connect = 'SET NAMES latin1, autocommit = 0, sql_select_limit = 0'"

// hostileDSN sets the like where ETU_MYSQL_DSN is written.
const hostileDSN = "?autocommit=0&AUTOCOMMIT=0&sql_safe_updates=1&sql_mode=%27ANSI%27&time_zone=%27-03%3A00%27" +
	"&charset=latin1&character_set_results=latin1&tx_read_only=1&tx_isolation=%27SERIALIZABLE%27" +
	"&transaction_read_only=1&transaction_isolation=%27SERIALIZABLE%27" + // unknown to one engine or the other
	"&sql_select_limit=1&foreign_key_checks=0&completion_type=2&innodb_lock_wait_timeout=1000&clientFoundRows=false"

// wantedSession is how every session stands, whatever the server and the DSN say.
var wantedSession = map[string]string{
	"autocommit": "ON", "completion_type": "NO_CHAIN", "time_zone": "+00:00",
	"sql_mode":                 "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
	"innodb_lock_wait_timeout": "2", "foreign_key_checks": "ON", "unique_checks": "ON",
	"sql_safe_updates": "OFF", "sql_big_selects": "ON", "sql_select_limit": "18446744073709551615",
	"max_sort_length": "1024", "group_concat_max_len": "1048576", "sql_auto_is_null": "OFF",
	"character_set_client": "utf8mb4", "character_set_connection": "utf8mb4", "character_set_results": "utf8mb4",
	"collation_connection": "utf8mb4_bin",
	"isolation":            "READ-COMMITTED", "read_only": "OFF", // the engines name these otherwise
}

// wantSessions looks at several connections at once.
func wantSessions(t *testing.T, db *sql.DB) {
	t.Helper()
	for range 3 {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		rows, err := conn.QueryContext(t.Context(), `SHOW SESSION VARIABLES`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		found := map[string]string{}
		for rows.Next() {
			var name, value string
			if err := rows.Scan(&name, &value); err != nil {
				t.Fatal(err)
			}
			found[strings.TrimPrefix(strings.TrimPrefix(name, "tx_"), "transaction_")] = value
			found[name] = value
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		for name, want := range wantedSession {
			if name == "read_only" { // a global of this name says something else
				found[name] = cmp.Or(found["tx_read_only"], found["transaction_read_only"])
			}
			if found[name] != want {
				t.Errorf("%s is %q, want %q", name, found[name], want)
			}
		}
	}
}

// Whatever the server, its init_connect or the DSN set: what is acknowledged is
// committed, nothing is cut, instants and texts come back as they went in.
func TestHostileSettingsChangeNothing(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(t *testing.T) *testenv.Env{
		"server": func(t *testing.T) *testenv.Env {
			e := testenv.RealOwn(t, hostileOptions...)
			e.Account(t).Exec(hostileGlobals) // an ordinary account, for init_connect spares root
			return e
		},
		"DSN": func(t *testing.T) *testenv.Env {
			e := testenv.Real(t)
			e.MySQLDSN += hostileDSN
			return e
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := make(t)
			s := e.Open(t)
			wantSessions(t, s.SQL.Write.DB)
			wantSessions(t, s.SQL.Read.DB)
			id := mustAddUser(t, s, "aa")
			if _, err := s.SQL.Write.Exec(t.Context(), `UPDATE utilisateurs SET prenom = ? WHERE id = ?`, "élan 😀", id); err != nil {
				t.Fatal(err)
			}
			mustAddUser(t, s, "bb")
			ours := errors.New("ours")
			err := s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				_, err := tx.Exec(ctx, bump, id)
				return errors.Join(err, ours)
			})
			if !errors.Is(err, ours) || store.Unavailable(err) {
				t.Error(err)
			}
			// A statement alone, after a COMMIT that may not have begun another.
			for range 2 {
				if err := s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
					_, err := tx.Exec(ctx, bump, id)
					return err
				}); err != nil {
					t.Error(err)
				}
				if _, err := s.SQL.Write.Exec(t.Context(), bump, id); err != nil {
					t.Error(err)
				}
			}
			if err := s.Close(); err != nil { // what was not committed is lost now
				t.Fatal(err)
			}
			s = e.Open(t)
			rows, err := s.SQL.Read.DB.Query(`SELECT prenom, nb_ventes, cree_le FROM utilisateurs ORDER BY login`)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			found := map[string]int{}
			for rows.Next() {
				var login string
				var n int
				var at store.Instant
				if err := rows.Scan(&login, &n, &at); err != nil {
					t.Fatal(err)
				}
				found[login] = n
			}
			if len(found) != 2 || found["élan 😀"] != 4 {
				t.Errorf("found %v", found)
			}
			if _, err := addUser(t, s, "cc", "bb@example.org"); store.DuplicateKey(err) != "email" {
				t.Errorf("duplicate of %q: %v", store.DuplicateKey(err), err)
			}
			if _, err := s.SQL.Write.Exec(t.Context(), `INSERT INTO jetons VALUES ('h', 999999, '2026-01-01 00:00:00.000', '2026-01-01 00:00:00.000')`); err == nil {
				t.Error("a token of nobody is taken")
			}
			if done, err := s.SQL.Write.Exec(t.Context(), `UPDATE utilisateurs SET nb_achats = nb_achats + 1`); err != nil {
				t.Error(err)
			} else if n, _ := done.RowsAffected(); n != 2 {
				t.Errorf("%d rows changed", n)
			}
		})
	}
}

// A binary log of statements refuses every write of ours for ever: the start ends
// and says what to do.
func TestSetUpThatNeverWritesEndsTheStart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options []string
		does    func(a *testenv.Account)
		advice  string
	}{
		"statements in the binary log": {options: []string{"--log-bin=bin", "--binlog-format=STATEMENT", "--server-id=1"}, advice: "binlog_format = 'ROW'"},
		"no right to insert": {does: func(a *testenv.Account) {
			a.Exec("REVOKE INSERT ON " + a.Database + ".* FROM " + a.Name)
		}, advice: "GRANT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := testenv.RealOwn(t, c.options...)
			account := e.Account(t)
			if c.does != nil {
				e.Open(t) // the tables are there
				c.does(account)
			}
			_, err := open(t, e.Options())
			if err == nil || !strings.Contains(err.Error(), c.advice) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("want an end that says %q: %v", c.advice, err)
			}
		})
	}
}

// What MySQL says of its own state is INDISPONIBLE; a transaction that a group of
// servers rolled back is tried again, and certainly not committed.
func TestStateOfMySQLIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, number := range []uint16{1142, 1143, 1146, 1046, 1049, 1044, 1227, 1194, 1932, 1040, 1665, 1290, 3100, 3101} {
		if !store.Unavailable(&mysql.MySQLError{Number: number}) {
			t.Errorf("%d is a fault of ours", number)
		}
		if cause, advice := store.Explain(&mysql.MySQLError{Number: number}); cause == "" || strings.Contains(advice, "journal de MySQL") && number != 1194 && number != 1932 {
			t.Errorf("%d: %s, %s", number, cause, advice)
		}
	}
	e := testenv.Real(t)
	refuser := e.Refuse(t)
	s := e.Open(t)
	id := mustAddUser(t, s, "aa")
	refuser.Answer(3101, "COMMIT")
	runs := 0
	err := s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		if runs++; runs == 3 {
			refuser.Pass()
		}
		_, err := tx.Exec(ctx, bump, id)
		return err
	})
	var n int
	if scan := s.SQL.Read.QueryRow(t.Context(), `SELECT nb_ventes FROM utilisateurs`).Scan(&n); err != nil || scan != nil || n != 1 || runs != 3 {
		t.Errorf("%v, %v: nb_ventes %d after %d runs, want 1 after 3", err, scan, n, runs)
	}
}
