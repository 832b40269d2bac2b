package main

import (
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// servers gives the rows of SERVEURS by instance.
func servers(c *client) map[string]protocol.Message {
	all := map[string]protocol.Message{}
	for _, r := range c.Must("SERVEURS").Rows {
		all[r.Fields.Get("serveur")] = r
	}
	return all
}

// TestServers: an instance that was killed stands as lost, one that stopped is gone at
// once, and without Redis each shows itself.
func TestServers(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	one := start(t, env, append([]string{"--instance", "un"}, adminArgs...)...)
	two := start(t, env, "--instance", "deux")
	three := start(t, env, "--instance", "trois", "--drain-time", "1s")
	prof := login(t, one.Addr, "prof")
	register(t, two.Addr, "alice")
	login(t, two.Addr, "alice")

	testenv.WaitFor(t, 5*time.Second, "the figures of the three", func() bool {
		all := servers(prof)
		return len(all) == 3 && all["deux"].Fields.Get("utilisateurs") == "1" && all["un"].Fields.Get("utilisateurs") == "1"
	})
	for name, row := range servers(prof) {
		f := row.Fields
		if _, lost := f.Lookup("etat"); lost || f.Get("mysql") != "ok" || f.Get("redis") != "ok" || f.Get("version") == "" {
			t.Errorf("%s: %v", name, f)
		}
		since, err := time.Parse(time.RFC3339, f.Get("depuis"))
		if age := time.Since(since); err != nil || age < 0 || age > time.Minute {
			t.Errorf("%s: depuis=%s (%v)", name, f.Get("depuis"), err)
		}
	}
	three.Stop()
	if all := servers(prof); len(all) != 2 {
		t.Errorf("after a stop: %v", all)
	}
	two.Kill()
	testenv.WaitFor(t, 10*time.Second, "the killed one is lost", func() bool {
		return servers(prof)["deux"].Fields.Get("etat") == "perdu"
	})
	if n := prof.Must("NB").Fields.Get("utilisateurs"); n != "1" {
		t.Errorf("%s users, want the administrator alone", n)
	}
	start(t, env, "--instance", "deux")
	if _, lost := servers(prof)["deux"].Fields.Lookup("etat"); lost {
		t.Error("one that is back is lost all the same")
	}
	env.Redis().Stop(t)
	all := servers(prof)
	if own := all["un"].Fields; len(all) != 1 || own.Get("redis") != "panne" || own.Get("mysql") != "ok" {
		t.Errorf("without Redis: %v", all)
	}
}

// historySum adds up a column of HISTORIQUE.
func historySum(t *testing.T, c *client, minutes, column string) (sum int64) {
	t.Helper()
	rows := c.Must("HISTORIQUE minutes=%s", minutes).Rows
	var last time.Time
	for _, r := range rows {
		at, err := time.Parse(time.RFC3339, r.Fields.Get("instant"))
		if err != nil || !last.IsZero() && at.Sub(last) != 5*time.Second {
			t.Fatalf("row %v after %v (%v)", r, last, err)
		}
		last = at
		sum += r.Fields.Int(column)
	}
	if age := time.Since(last); age < 5*time.Second || age > 15*time.Second {
		t.Errorf("the last row began %v ago", age)
	}
	return sum
}

// TestHistory: what all instances did is in it, however they end and whatever Redis
// forgets.
func TestHistory(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	one := start(t, env, append([]string{"--instance", "un"}, adminArgs...)...)
	two := start(t, env, "--instance", "deux")
	register(t, two.Addr, "alice", "bob")
	alice, bob := login(t, two.Addr, "alice"), login(t, one.Addr, "bob")
	bob.Must("ACHAT %s", alice.Must("VENTE livre 1 Titre").Fields.Get("id"))
	dial(t, one.Addr).Refused(protocol.ECHEC, "AUTH alice mauvais-mot")
	prof := login(t, one.Addr, "prof")
	want := map[string]int64{"connexions": 3, "ventes": 1, "achats": 1, "refus": 1}
	complete := func(c *client) bool {
		for column, n := range want {
			if historySum(t, c, "2", column) != n {
				return false
			}
		}
		return true
	}
	testenv.WaitFor(t, 20*time.Second, "the sums of both instances", func() bool { return complete(prof) })
	if n := len(prof.Must("HISTORIQUE").Rows); n != 15*12 {
		t.Errorf("%d rows for 15 minutes", n)
	}
	env.Redis().FlushAll(t)
	two.Kill()
	one.Stop()
	again := login(t, start(t, env, append([]string{"--instance", "un"}, adminArgs...)...).Addr, "prof")
	want["connexions"]++
	testenv.WaitFor(t, 20*time.Second, "the sums after a restart", func() bool { return complete(again) })
	again.Refused(protocol.INVALIDE, "HISTORIQUE minutes=61")
}
