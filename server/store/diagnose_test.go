package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"etuservices/server/store"
	"etuservices/server/testenv"
)

// mustFind fails unless the findings hold a bad one with a word and an advice, or
// none that is bad for "".
func mustFind(t *testing.T, when, word string, e *testenv.Env) {
	t.Helper()
	found := store.Diagnose(t.Context(), e.Options())
	var bad []string
	for _, f := range found {
		if !f.OK {
			bad = append(bad, f.What+" -> "+f.Advice)
		}
	}
	all := strings.Join(bad, "\n")
	if len(found) == 0 || (len(bad) == 0) != (word == "") || !strings.Contains(all, word) {
		t.Errorf("%s: want %q, found %v", when, word, found)
	}
}

func TestDiagnoseCreatesNothing(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		t.Parallel()
		if e.Kind == testenv.KindEmbedded {
			e.DataDir = filepath.Join(e.DataDir, "none")
			mustFind(t, "nothing there", "", e)
			if _, err := os.Stat(e.DataDir); !os.IsNotExist(err) {
				t.Error("the folder was made")
			}
		} else {
			dsn := e.MySQLDSN
			e.MySQLDSN = e.MariaDB().DSN("etu_nowhere")
			mustFind(t, "nothing there", "", e)
			if err := e.MariaDB().Exec("USE etu_nowhere"); err == nil {
				t.Error("the database was made")
			}
			e.MySQLDSN = dsn
			mustFind(t, "no tables", "", e)
		}
		s := e.Open(t)
		if _, err := s.SQL.Write.Exec(`DELETE FROM reglages WHERE nom = 'sonde'`); err != nil {
			t.Fatal(err)
		}
		mustFind(t, "a server is running", "", e)
		var n int
		if err := s.SQL.Read.QueryRow(`SELECT COUNT(*) FROM reglages WHERE nom = 'sonde'`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows written (%v)", n, err)
		}
	})
}

func TestDiagnoseFindsWhatCannotWrite(t *testing.T) {
	t.Parallel()
	e := testenv.RealOwn(t)
	account := e.Account(t)
	e.Open(t)
	redis := e.Redis().Client(t, 0)
	account.Exec("SET GLOBAL read_only = 1")
	mustFind(t, "read-only", "lecture seule", e)
	account.Exec("SET GLOBAL read_only = 0")
	account.Exec("REVOKE DELETE ON " + account.Database + ".* FROM " + account.Name)
	mustFind(t, "revoked", "GRANT", e)
	account.Exec("GRANT DELETE ON " + account.Database + ".* TO " + account.Name)
	account.Exec("SET GLOBAL max_connections = 12")
	mustFind(t, "few connections", "max_connections", e)
	account.Exec("SET GLOBAL max_connections = 500")
	redis.ConfigSet(t.Context(), "maxmemory", "1")
	mustFind(t, "Redis full", "maxmemory", e)
	redis.ConfigSet(t.Context(), "maxmemory", "0")
	account.Exec("DROP TABLE " + account.Database + ".appels")
	mustFind(t, "a table is gone", "table manque", e)
}
