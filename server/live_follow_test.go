package main

import (
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// What happens on the other instance is told at once, and counted.
func TestFollowingOtherInstances(t *testing.T) {
	t.Parallel()
	one, two, _ := twoServers(t)
	register(t, one.Addr, "alice", "bob")
	prof := login(t, one.Addr, "prof")
	if r := prof.Must("SUIVRE"); r.Fields.Get("periode") != "1" {
		t.Errorf("%s", r.Line)
	}
	prof.Must("PING") // other verbs go on working
	alice := login(t, two.Addr, "alice")
	if e := prof.Event("CONNEXION").Fields; e.Get("login") != "alice" || e.Get("serveur") != "deux" {
		t.Errorf("%v", e)
	}
	id := alice.Must("VENTE livre 4.50 Réseaux").Fields.Get("id")
	if e := prof.Event("VENTE").Fields; e.Get("login") != "alice" || e.Get("id") != id || e.Get("prix") != "4.50" || e.Get("titre") != "Réseaux" {
		t.Errorf("%v", e)
	}
	bob := login(t, one.Addr, "bob")
	bob.Must("ACHAT %s", id)
	if e := prof.Event("ACHAT").Fields; e.Get("login") != "bob" || e.Get("vendeur") != "alice" || e.Get("serveur") != "un" {
		t.Errorf("%v", e)
	}
	anyone := dial(t, two.Addr)
	anyone.Refused(protocol.ECHEC, "AUTH bob mauvais-mot")
	anyone.Refused(protocol.ECHEC, "AUTH secret-mal-tape mauvais-mot")
	for _, want := range []string{"bob", ""} {
		if e := prof.Event("REFUS").Fields; e.Get("code") != "ECHEC" || e.Get("login") != want || e.Get("verbe") != "AUTH" {
			t.Errorf("%v", e)
		}
	}
	prof.Must("BLOQUER bob :pour voir")
	anyone.Refused(protocol.BLOQUE, "AUTH bob motdepasse") // the right password
	prof.Must("DEBLOQUER bob")
	if e := prof.Event("REFUS").Fields; e.Get("code") != "BLOQUE" || e.Get("login") != "bob" {
		t.Errorf("%v", e)
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		s := prof.Event("STATS").Fields
		if s.Int("connexions") == 3 && s.Int("utilisateurs") == 2 && s.Int("connexions_min") == 3 && s.Int("ventes") == 1 &&
			s.Int("achats") == 1 && s.Int("refus") == 3 && s.Int("refus_echec") == 2 && s.Int("ventes_min") == 1 &&
			s.Int("achats_min") == 1 && s.Int("serveurs") == 2 && s.Int("suiveurs") == 1 && s.Int("perdus") == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("state: %v", s)
		}
	}
	prof.Must("STOP")
	prof.Events = nil
	login(t, one.Addr, "alice").Must("PING")
	prof.Must("NB")
	prof.Must("NB")
	if len(prof.Events) != 0 {
		t.Errorf("after STOP: %v", prof.Events)
	}
}

// The rate of commands is that of the period, to the command.
func TestCommandsPerSecond(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env, adminArgs...)
		prof := login(t, server.Addr, "prof")
		prof.Must("SUIVRE periode=2")
		prof.Event("STATS")
		worker := dial(t, server.Addr)
		const n = 600
		for range n {
			worker.Must("PING")
		}
		total := 0.0
		for range 10 { // whatever ticks they fell into, on a machine however slow
			if total >= 0.8*n {
				break
			}
			s := prof.Event("STATS").Fields
			cents, err := protocol.ParsePrice(s.Get("commandes_s"))
			if err != nil {
				t.Fatal(err)
			}
			total += float64(cents) / 100 * 2
			if s.Get("p50_ms") == "" || s.Get("p99_ms") == "" {
				t.Errorf("no latency: %v", s)
			}
		}
		if total < 0.8*n || total > 1.2*n { // the tick is a second, give or take
			t.Errorf("%v commands counted, %d sent", total, n)
		}
	})
}

// Who follows is not idle, and his token lives; who stops is.
func TestFollowingIsNotIdle(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env, append(adminArgs, "--idle", "1500ms", "--session-ttl", "2s")...)
		prof := dial(t, server.Addr)
		token := prof.Must("AUTH prof %s", password).Fields.Get("jeton")
		prof.Must("SUIVRE")
		for range 5 {
			prof.Event("STATS")
		}
		prof.Must("PING")
		dial(t, server.Addr).Must("REPRENDRE %s", token)
		prof.Must("STOP")
		r, err := prof.TryRead()
		if err != nil || r.Code() != protocol.INACTIF {
			t.Errorf("%v %v", r.Line, err)
		}
	})
}
