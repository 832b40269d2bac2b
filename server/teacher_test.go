package main

import (
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// succeed runs a command that must succeed.
func succeed(t *testing.T, env *testenv.Env, words ...string) (out string) {
	t.Helper()
	out, code := command(t, env, words...)
	if code != 0 {
		t.Fatalf("%q: code %d: %s", words, code, out)
	}
	return out
}

// audited gives the reasons that the audit has of an action from the command line.
func audited(t *testing.T, server *process, env *testenv.Env, action string) []string {
	t.Helper()
	if env.Kind == testenv.KindEmbedded {
		server.Stop() // it alone may have the stores open
	}
	reasons, err := store.Column[string](t.Context(), env.Open(t).SQL.Read.Conn,
		`SELECT raison FROM audit WHERE admin = '~serveur' AND action = ? ORDER BY id`, action)
	if err != nil {
		t.Fatal(err)
	}
	return reasons
}

// TestAccountCommands: role, show and delete hold at once on the server that runs.
func TestAccountCommands(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		server := start(t, env, adminArgs...)
		register(t, server.Addr, "alice")
		alice := login(t, server.Addr, "alice")
		alice.Must("VENTE livre 4.50 titre")
		if out := succeed(t, env, "user", "show", "alice"); !strings.Contains(out, "alice@") || !strings.Contains(out, "vente") || !strings.Contains(out, "127.0.0.1") {
			t.Errorf("show: %s", out)
		}

		succeed(t, env, "user", "role", "alice", "admin")
		alice.Event("EXPULSE")
		alice = login(t, server.Addr, "alice")
		alice.Must("COMPTES")
		succeed(t, env, "user", "role", "alice", "etudiant")
		alice.Event("EXPULSE")
		alice = login(t, server.Addr, "alice")
		alice.Refused(protocol.INTERDIT, "COMPTES")
		if out, code := command(t, env, "user", "role", adminArgs[1], "etudiant"); code != 1 || !strings.Contains(out, "administrer") {
			t.Errorf("the last administrator: code %d: %s", code, out)
		}

		succeed(t, env, "user", "delete", "alice", "fin", "de", "semestre")
		if e := alice.Event("EXPULSE"); e.Text != "fin de semestre" {
			t.Errorf("told %q", e.Text)
		}
		if out, code := command(t, env, "user", "show", "alice"); code != 1 || !strings.Contains(out, "personne ne s'appelle") {
			t.Errorf("show of a deleted account: code %d: %s", code, out)
		}
		register(t, server.Addr, "alice") // the login is free

		if got := audited(t, server, env, "ROLE"); strings.Join(got, " ") != "admin etudiant" {
			t.Errorf("audit: %q", got)
		}
	})
}
