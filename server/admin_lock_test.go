package main

import (
	"strings"
	"testing"

	"etuservices/server/internal/testenv"
)

// Two administrators block each other at once: one of them always stays. Their
// lock is a row that really changes with each deed, for a cluster of servers
// compares nothing else.
func TestAdministratorsQueueOnARowThatChanges(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		server := start(t, env, adminArgs...)
		judge := newJudge(t, env)
		register(t, server.Addr, "alice", "bob")
		judge.Exec(`UPDATE utilisateurs SET role = 'admin' WHERE login IN ('alice', 'bob')`)
		lock := func() (value string) {
			if err := judge.sql.QueryRow(`SELECT valeur FROM reglages WHERE nom = 'verrou'`).Scan(&value); err != nil {
				t.Fatal(err)
			}
			return value
		}
		seen := map[string]bool{lock(): true}
		judge.Exec(`UPDATE utilisateurs SET etat = 'bloque' WHERE login = 'prof'`)
		for round := range 4 {
			both := []*client{login(t, server.Addr, "alice"), login(t, server.Addr, "bob")}
			storm(2, func(i int) { // whoever comes second is logged out, perhaps before the reply
				_, _ = both[i].nc.Write([]byte("BLOQUER " + []string{"bob", "alice"}[i] + " :essai\n"))
				both[i].orClosed()
			})
			if n := judge.Count(`SELECT COUNT(*) FROM utilisateurs WHERE role = 'admin' AND etat = 'actif'`); n != 1 {
				t.Errorf("round %d: %d administrators left, want 1", round, n)
			}
			value := lock()
			if seen[value] {
				t.Errorf("round %d: the lock's row is %q again", round, value)
			}
			seen[value] = true
			judge.Exec(`UPDATE utilisateurs SET etat = 'actif' WHERE login IN ('alice', 'bob')`)
		}
	})
}

// A right that is missing, or a table, is the store's state: INDISPONIBLE, and
// the connection goes on.
func TestMissingRightKeepsTheConnection(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	refuser := env.Refuse(t)
	server := start(t, env)
	register(t, server.Addr, "alice")
	alice := login(t, server.Addr, "alice")
	for _, number := range []uint16{1142, 1143, 1146, 1046, 1665, 3100} {
		refuser.Answer(number, "INSERT INTO appels", "SELECT a.id")
		alice.Refused("INDISPONIBLE", "VENTE livre 1 Réseaux")
		alice.Must("PING")
		refuser.Pass()
	}
	alice.worksAgain("VENTE livre 1 Réseaux")
	for _, advice := range []string{"GRANT", "restaurez la sauvegarde", "binlog_format = 'ROW'", "nœuds du groupe"} {
		found := false
		for line := range strings.Lines(server.logs.String()) {
			found = found || strings.Contains(line, "level=ERROR") && strings.Contains(line, "faire=") && strings.Contains(line, advice)
		}
		if !found {
			t.Errorf("no ERROR that says %q:\n%s", advice, server.logs)
		}
	}
}
