package main

import (
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// adminArgs make the administrator prof exist.
var adminArgs = []string{"--admin-login", "prof", "--admin-password", password}

// twoServers starts two servers on the same real stores, with the administrator.
func twoServers(t testing.TB, args ...string) (one, two *process, env *testenv.Env) {
	t.Helper()
	env = testenv.Real(t)
	args = append(args, adminArgs...)
	one = start(t, env, append([]string{"--instance", "un"}, args...)...)
	two = start(t, env, append([]string{"--instance", "deux"}, args...)...)
	return one, two, env
}

// A seller learns of a sale on whichever instance, and once.
func TestSoldOnAnotherInstance(t *testing.T) {
	t.Parallel()
	one, two, _ := twoServers(t)
	register(t, one.Addr, "alice", "bob")
	alice, bob := login(t, one.Addr, "alice"), login(t, two.Addr, "bob")
	id := alice.Must("VENTE livre 4.50 Réseaux").Fields.Get("id")
	bob.Must("ACHAT %s ref=r1", id)
	sold := alice.Event("VENDU")
	if sold.Fields.Get("id") != id || sold.Fields.Get("acheteur") != "bob" || sold.Fields.Get("contact") != "bob@univ.fr" ||
		sold.Fields.Get("titre") != "Réseaux" {
		t.Errorf("event %v", sold)
	}
	bob.Must("ACHAT %s ref=r1", id) // replayed: says nothing again
	alice.Must("QUITTER")
	again := login(t, two.Addr, "alice")
	again.Must("PING")
	if len(again.Events) != 0 {
		t.Errorf("told again: %v", again.Events)
	}
}

// What was sold while the seller was away is said at AUTH, then at REPRENDRE,
// and each sale once.
func TestSoldWhileAway(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "alice", "bob")
		alice, bob := login(t, server.Addr, "alice"), login(t, server.Addr, "bob")
		var ids []string
		for i := range 3 {
			ids = append(ids, alice.Must("VENTE livre 4.50 titre %d", i).Fields.Get("id"))
		}
		alice.Must("QUITTER")
		alice.Closed()
		bob.Must("ACHAT %s", ids[0])
		bob.Must("ACHAT %s", ids[1])
		alice = dial(t, server.Addr)
		token := alice.Must("AUTH alice %s", password).Fields.Get("jeton")
		for _, id := range ids[:2] {
			if got := alice.Event("VENDU").Fields.Get("id"); got != id {
				t.Errorf("told of %s, want %s", got, id)
			}
		}
		alice.Must("QUITTER")
		alice.Closed()
		bob.Must("ACHAT %s", ids[2])
		alice = dial(t, server.Addr)
		alice.Must("REPRENDRE %s", token)
		if got := alice.Event("VENDU").Fields.Get("id"); got != ids[2] {
			t.Errorf("told of %s, want %s", got, ids[2])
		}
		alice.Must("PING")
		if len(alice.Events) != 0 {
			t.Errorf("told again: %v", alice.Events)
		}
	})
}

// SIGKILL: those who were connected there are gone within 5 s, for NB, SESSIONS
// and those who follow.
func TestKilledInstanceVanishes(t *testing.T) {
	t.Parallel()
	one, two, _ := twoServers(t)
	register(t, one.Addr, "alice", "bob")
	prof := login(t, one.Addr, "prof")
	login(t, two.Addr, "alice")
	login(t, two.Addr, "bob")
	login(t, one.Addr, "bob")
	count := func() (connections, users int64) {
		r := prof.Must("NB")
		return r.Fields.Int("connexions"), r.Fields.Int("utilisateurs")
	}
	testenv.WaitFor(t, 5*time.Second, "NB counts both", func() bool {
		c, u := count()
		return c == 4 && u == 3
	})
	if rows := prof.Must("SESSIONS").Rows; len(rows) != 4 || rows[0].Fields.Get("login") != "alice" ||
		rows[0].Fields.Get("serveur") != "deux" || rows[0].Fields.Get("adresse") != "127.0.0.1" || rows[0].Fields.Get("depuis") == "" {
		t.Errorf("sessions: %v", rows)
	}
	prof.Must("SUIVRE")
	if s := prof.Event("STATS").Fields; s.Int("serveurs") != 2 || s.Int("connexions") != 4 || s.Int("utilisateurs") != 3 {
		t.Errorf("state: %v", s)
	}
	two.Kill()
	killed := time.Now()
	for {
		s := prof.Event("STATS").Fields
		if s.Int("serveurs") == 1 && s.Int("connexions") == 2 && s.Int("utilisateurs") == 2 {
			break
		}
		if time.Since(killed) > 5*time.Second {
			t.Fatalf("state after 5 s: %v", s)
		}
	}
	if c, u := count(); c != 2 || u != 2 {
		t.Errorf("NB %d %d after %v", c, u, time.Since(killed))
	}
	if rows := prof.Must("SESSIONS").Rows; len(rows) != 2 {
		t.Errorf("sessions: %v", rows)
	}
	t.Logf("gone after %v", time.Since(killed))
}

// One that is stopped is gone at once.
func TestStoppedInstanceVanishesAtOnce(t *testing.T) {
	t.Parallel()
	one, two, _ := twoServers(t)
	prof := login(t, one.Addr, "prof")
	testenv.WaitFor(t, 5*time.Second, "two servers", func() bool {
		prof.Must("SUIVRE")
		return prof.Event("STATS").Fields.Int("serveurs") == 2
	})
	two.Stop()
	prof.Events = nil
	testenv.WaitFor(t, 3*time.Second, "one server", func() bool { return prof.Event("STATS").Fields.Int("serveurs") == 1 })
}

// Redis is emptied: within 5 s NB and SESSIONS are right again.
func TestPresenceAfterFlush(t *testing.T) {
	t.Parallel()
	one, two, env := twoServers(t)
	register(t, one.Addr, "alice")
	prof := login(t, one.Addr, "prof")
	login(t, two.Addr, "alice")
	for range 2 {
		testenv.WaitFor(t, 5*time.Second, "NB is right", func() bool {
			r := prof.Must("NB")
			return r.Fields.Int("connexions") == 2 && r.Fields.Int("utilisateurs") == 2 &&
				len(prof.Must("SESSIONS").Rows) == 2
		})
		env.Redis().FlushAll(t)
	}
}

// Redis goes away and comes back: NB says so meanwhile, the subscription comes
// back by itself, and what was lost is told from where it stands for certain.
func TestRedisLostAndFound(t *testing.T) {
	t.Parallel()
	one, two, env := twoServers(t)
	register(t, one.Addr, "alice", "bob")
	prof := login(t, one.Addr, "prof")
	alice, bob := login(t, one.Addr, "alice"), login(t, two.Addr, "bob")
	env.Redis().Kill(t)
	testenv.WaitFor(t, 5*time.Second, "NB is refused", func() bool { return prof.Do("NB").Code() == protocol.INDISPONIBLE })
	prof.Must("BLOQUER bob :sans Redis") // SQL is enough; bob's instance cannot hear it
	env.Redis().Start(t)
	testenv.WaitFor(t, 10*time.Second, "bob is out", func() bool { return bob.Do("QUI").Code() == protocol.AUTH })
	testenv.WaitFor(t, 5*time.Second, "NB is back", func() bool { return prof.Do("NB").OK() })
	prof.Must("ANNONCE :de retour")
	alice.Event("ANNONCE")
}
