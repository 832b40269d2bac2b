package main

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"etuservices/server/internal/testenv"
)

var errNotYet = errors.New("not yet")

// TestRestartForgetsNothing: accounts, articles, boards, both windows, tokens
// and replays are what they were after SIGTERM and after SIGKILL, on both kinds
// of stores (PROTOCOL.md §7).
func TestRestartForgetsNothing(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "alice", "bob", "carl")
		for range 9 {
			login(t, server.Addr, "alice")
		}
		alice, token := loginToken(t, server.Addr, "alice")
		_, bobs := loginToken(t, server.Addr, "bob")
		for i := range 9 {
			alice.Must("VENTE livre 4.50 ref=r%d Livre %d", i, i)
		}
		bob := resume(t, bobs, 1, server.Addr)[0]
		bought := bob.Must("ACHAT 1 ref=a")
		alice.Must("VENTE livre 4.50 ref=dernier Livre")
		boards, quotas := shownBoards(alice), alice.Must("QUOTA").Rows

		for i, stop := range []func(*process){(*process).Stop, (*process).Kill, (*process).Kill} {
			stop(server)
			server = start(t, env)
			judge := newJudge(t, env)
			c := resume(t, token, 1, server.Addr)[0]
			if got := shownBoards(c); !slices.Equal(got, boards) {
				t.Errorf("restart %d: boards\n%v\nwere\n%v", i, got, boards)
			}
			for k, row := range c.Must("QUOTA").Rows {
				if row.Fields.Int("utilise") != 10 || row.Fields.Int("retour") > quotas[k].Fields.Int("retour") {
					t.Errorf("restart %d: %v, was %v", i, row.Fields, quotas[k].Fields)
				}
			}
			if r := c.Do("VENTE livre 1 Onzième"); r.Word != "QUOTA" {
				t.Errorf("restart %d: 11th call: %s", i, r.Line)
			}
			if r := dial(t, server.Addr).Do("AUTH alice %s", password); r.Word != "QUOTA" {
				t.Errorf("restart %d: 11th login: %s", i, r.Line)
			}
			if r := c.Must("VENTE livre 4.50 ref=r3 Livre 3"); r.Fields.Get("rejoue") != "1" || r.Fields.Get("id") != "4" {
				t.Errorf("restart %d: replay: %s", i, r.Line)
			}
			bob := resume(t, bobs, 1, server.Addr)[0]
			if r := bob.Must("ACHAT 1 ref=a"); r.Fields.Get("contact") != bought.Fields.Get("contact") || r.Fields.Get("rejoue") != "1" {
				t.Errorf("restart %d: replay: %s", i, r.Line)
			}
			if n := len(c.Must("MESVENTES").Rows); n != 10 {
				t.Errorf("restart %d: %d articles", i, n)
			}
			judge.SameBoards(c)
		}
		login(t, server.Addr, "carl")
	})
}

// TestSeveralStartAtOnce: on an empty database, with the same administrator.
func TestSeveralStartAtOnce(t *testing.T) {
	t.Parallel()
	const n = 4
	env := testenv.Real(t)
	servers := make([]*process, n)
	for i := range servers {
		servers[i] = launch(t, env, "--admin-login", "chef", "--admin-password", "un mot de passe", "--instance", fmt.Sprint("s", i))
	}
	for _, p := range servers {
		select {
		case p.Addr = <-p.listening():
		case <-p.done:
			t.Fatalf("ended: %v\n%s", p.err, p.logs)
		}
		if r := dial(t, p.Addr).Must("AUTH chef un mot de passe"); r.Fields.Get("role") != "admin" {
			t.Errorf("admin: %s", r.Line)
		}
	}
	if n := newJudge(t, env).Count(`SELECT COUNT(*) FROM utilisateurs`); n != 1 {
		t.Errorf("%d accounts", n)
	}
}

// TestAdminLoginIsFolded: the setting is folded as every login is, so that the
// administrator gets in, and so does the next start.
func TestAdminLoginIsFolded(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	for range 2 {
		server := start(t, env, "--admin-login", "Chef", "--admin-password", "un mot de passe")
		dial(t, server.Addr).Must("AUTH Chef un mot de passe")
		server.Stop()
	}
}
