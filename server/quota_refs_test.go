package main

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// TestTwinsOnTwoProcesses: the same ref at once is done once; the others wait
// and get the first reply again. Also as the tenth call: no twin is refused.
func TestTwinsOnTwoProcesses(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	for i := range repeats(t) {
		name := fmt.Sprintf("u%d", i)
		register(t, servers[0].Addr, name)
		c, token := loginToken(t, servers[0].Addr, name)
		const before = 9
		for range before {
			c.Must("VENTE cd 2 Avant")
		}
		twins := resume(t, token, 6, servers[0].Addr, servers[1].Addr)
		replies := make([]reply, len(twins))
		storm(len(twins), func(k int) { replies[k], _ = twins[k].Try("VENTE livre 4.50 ref=k Réseaux") })
		first, ids := 0, map[string]bool{}
		for _, r := range replies {
			if !r.OK() {
				t.Errorf("%s: twin: %s", name, r.Line)
			}
			if r.Fields.Get("rejoue") != "1" {
				first++
			}
			ids[r.Fields.Get("id")] = true
		}
		if first != 1 || len(ids) != 1 {
			t.Errorf("%s: %d done, %d ids", name, first, len(ids))
		}
		if n := judge.Used("appels", name); n != before+1 {
			t.Errorf("%s: %d calls in the ledger", name, n)
		}
		if n := judge.Cards(name, "services"); n != before+1 {
			t.Errorf("%s: ZCARD %d", name, n)
		}
		hangUp(twins)
	}
}

// TestTwinsWhoseMarkIsForgotten: Redis is emptied while a call is at work, and
// lets its twin through as well. SQL has one row a ref: the twin is answered
// with the first one's reply, and its slot goes back.
func TestTwinsWhoseMarkIsForgotten(t *testing.T) {
	t.Parallel()
	env, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice")
	_, token := loginToken(t, servers[0].Addr, "alice")
	twins := resume(t, token, 2, servers[0].Addr, servers[1].Addr)
	lock, err := judge.sql.Begin() // both come as far as the user's row
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback() }()
	if _, err := lock.Exec(`UPDATE utilisateurs SET nom = nom`); err != nil {
		t.Fatal(err)
	}
	for _, c := range twins {
		c.Send("VENTE livre 1 ref=k Réseaux\n")
		testenv.Eventually(t, 2*time.Second, func() error {
			if judge.Cards("alice", "services") != 1 {
				return errNotYet
			}
			return nil
		})
		if c == twins[0] {
			env.Redis().FlushAll(t)
		}
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	first, second := twins[0].Read(), twins[1].Read()
	if !first.OK() || !second.OK() || first.Fields.Get("id") != second.Fields.Get("id") ||
		first.Fields.Get("rejoue")+second.Fields.Get("rejoue") != "1" {
		t.Errorf("%s and %s", first.Line, second.Line)
	}
	if n := judge.Used("appels", "alice"); n != 1 {
		t.Errorf("%d calls in the ledger", n)
	}
	judge.settled(twins[0], "alice")
}

// TestRefReplays walks through what PROTOCOL.md §7 says of ref=.
func TestRefReplays(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "alice", "bob", "eve")
		alice, bob, eve := login(t, server.Addr, "alice"), login(t, server.Addr, "bob"), login(t, server.Addr, "eve")
		sold := alice.Must(`VENTE livre 4.50 ref=v description="deux tomes" Réseaux : le guide`)
		id := sold.Fields.Get("id")
		kept := alice.Must("VENTE cd 3 Autre").Fields.Get("id")
		bob.Must("ACHAT %s ref=a", id)
		first := map[string]reply{
			"ACHAT " + id + " ref=a":    bob.Do("ACHAT %s ref=a", id),
			"ACHAT 999999 ref=absent":   bob.Do("ACHAT 999999 ref=absent"),
			"ACHAT " + id + " ref=tard": bob.Do("ACHAT %s ref=tard", id),
		}
		own := alice.Do("ACHAT %s ref=moi", kept)
		for code, r := range map[string]reply{
			"ABSENT": first["ACHAT 999999 ref=absent"], "VENDU": first["ACHAT "+id+" ref=tard"], "INTERDIT": own,
		} {
			if r.Word != code || r.Fields.Get("rejoue") != "" {
				t.Errorf("first: %s, want %s", r.Line, code)
			}
		}

		// The quota is full, and a replay passes all the same.
		for bob.Must("QUOTA").Rows[1].Fields.Int("reste") > 0 {
			bob.Do("ACHAT 999999")
		}
		for line, was := range first {
			again := bob.Do("%s", line)
			if again.Word != was.Word || again.Fields.Get("rejoue") != "1" || again.Fields.Get("utilise") != was.Fields.Get("utilise") {
				t.Errorf("%s: %s, was %s", line, again.Line, was.Line)
			}
		}
		if r := bob.Do("ACHAT %s ref=neuf", kept); r.Word != "QUOTA" {
			t.Errorf("new ref over the quota: %s", r.Line)
		}
		if n := bob.Must("QUOTA").Rows[1].Fields.Int("utilise"); n != 10 {
			t.Errorf("replays counted: %d", n)
		}

		// The refused one left no trace: it is free for another call.
		alice.Must("RETRAIT %s", kept)
		if again := alice.Do("ACHAT %s ref=moi", kept); again.Word != "INTERDIT" || again.Fields.Get("rejoue") != "1" {
			t.Errorf("replay after the world changed: %s", again.Line)
		}
		same := alice.Must(`VENTE livre 4,50 description="deux tomes" ref=v :Réseaux : le guide`)
		if same.Fields.Get("rejoue") != "1" || same.Fields.Get("id") != id {
			t.Errorf("the same call, otherwise spelled: %s", same.Line)
		}
		for _, other := range []string{
			"VENTE cd 4.50 ref=v description=\"deux tomes\" Réseaux : le guide",
			"VENTE livre 4.51 ref=v description=\"deux tomes\" Réseaux : le guide",
			"VENTE livre 4.50 ref=v Réseaux : le guide",
			"VENTE livre 4.50 ref=v description=\"deux tomes\" Réseaux : le guide.",
			"ACHAT " + id + " ref=v",
		} {
			if r := alice.Do("%s", other); r.Word != "INVALIDE" || r.Fields.Get("champ") != "ref" {
				t.Errorf("%s: %s", other, r.Line)
			}
		}
		if r := eve.Must("VENTE dvd 1 ref=v À moi"); r.Fields.Get("rejoue") != "" {
			t.Errorf("another user's ref: %s", r.Line)
		}
	})
}

// TestRefExpires: after its 24 h a ref is free again. The row is aged, for no
// test waits a day.
func TestRefExpires(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server, judge := start(t, env), newJudge(t, env)
		register(t, server.Addr, "alice")
		c := login(t, server.Addr, "alice")
		first := c.Must("VENTE livre 1 ref=k Un").Fields.Get("id")
		var ends store.Instant
		if err := judge.sql.QueryRow(`SELECT expire_le FROM refs`).Scan(&ends); err != nil {
			t.Fatal(err)
		}
		if left := time.Until(ends.Time); left < 23*time.Hour+59*time.Minute || left > 24*time.Hour {
			t.Errorf("a ref lives %v", left)
		}
		judge.Exec(`UPDATE refs SET expire_le = ?`, store.At(time.Now().Add(time.Minute)))
		if r := c.Must("VENTE livre 1 ref=k Un"); r.Fields.Get("id") != first {
			t.Errorf("a minute before its end: %s", r.Line)
		}
		judge.Exec(`UPDATE refs SET expire_le = ?`, store.At(time.Now().Add(-time.Millisecond)))
		second := c.Must("VENTE dvd 2 ref=k Deux")
		if second.Fields.Get("id") == first || second.Fields.Get("rejoue") != "" {
			t.Errorf("after its end: %s", second.Line)
		}
		if r := c.Must("VENTE dvd 2 ref=k Deux"); r.Fields.Get("rejoue") != "1" || r.Fields.Get("id") != second.Fields.Get("id") {
			t.Errorf("the new one: %s", r.Line)
		}
	})
}

// A twin that lost the race in SQL, and cannot read the winner's reply just then,
// is told to ask again: it is no fault of ours, and the connection stays.
func TestTwinWhoseReplyCannotBeReadAsksAgain(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	refuser := env.Refuse(t)
	server, judge := start(t, env), newJudge(t, env)
	register(t, server.Addr, "alice")
	_, token := loginToken(t, server.Addr, "alice")
	conns := resume(t, token, 2, server.Addr)

	lock, err := judge.sql.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback() }()
	if _, err := lock.Exec(`UPDATE utilisateurs SET nom = nom`); err != nil {
		t.Fatal(err)
	}
	for i, c := range conns {
		env.Redis().FlushAll(t) // which forgets that the first is at work
		c.Send("VENTE livre 1 ref=k Réseaux\n")
		testenv.Eventually(t, 2*time.Second, func() error {
			if n := judge.Count(`SELECT COUNT(*) FROM information_schema.processlist
				WHERE db = DATABASE() AND info LIKE 'UPDATE utilisateurs SET nb_ventes%'`); n != i+1 {
				return fmt.Errorf("%d calls wait for the lock", n)
			}
			return nil
		})
	}
	refuser.Answer(1047, "SELECT VERBE")
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	words := map[string]int{}
	for _, c := range conns {
		words[c.Read().Word]++
	}
	if words["VENTE"] != 1 || words["INDISPONIBLE"] != 1 {
		t.Errorf("answers: %v", words)
	}
	refuser.Pass()
	for _, c := range conns {
		if r := c.Must("VENTE livre 1 ref=k Réseaux"); r.Fields.Get("rejoue") != "1" {
			t.Errorf("again: %s", r.Line)
		}
	}
	if n := judge.Used("appels", "alice"); n != 1 {
		t.Errorf("%d calls in the ledger", n)
	}
}

// heldCall begins a call of alice that waits for the lock of the user's row, which
// the transaction that is given holds, until the slot of the call stands in Redis.
func heldCall(t *testing.T, judge *judge, calls, look *client, used int) *sql.Tx {
	t.Helper()
	lock, err := judge.sql.Begin()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lock.Rollback() })
	if _, err := lock.Exec(`UPDATE utilisateurs SET nom = nom WHERE login = 'alice'`); err != nil {
		t.Fatal(err)
	}
	calls.Send("VENTE livre 1 ref=attend Réseaux\n")
	testenv.Eventually(t, 2*time.Second, func() error {
		if n := look.Must("QUOTA").Rows[1].Fields.Int("utilise"); n != int64(used) {
			return fmt.Errorf("%d slots are taken, want %d", n, used)
		}
		return nil
	})
	return lock
}

// A known ref takes no slot, and needs none: also while another call is at work on
// the last one.
func TestKnownRefIsAnsweredBesideTheTenthCall(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server, judge := start(t, env), newJudge(t, env)
		register(t, server.Addr, "alice")
		c, token := loginToken(t, server.Addr, "alice")
		first := c.Must("VENTE livre 4.50 ref=k Réseaux")
		for range 8 {
			c.Must("VENTE cd 2 Avant")
		}
		held := resume(t, token, 1, server.Addr)[0]
		lock := heldCall(t, judge, held, c, 10)
		again := c.Must("VENTE livre 4.50 ref=k Réseaux")
		if want := strings.Replace(first.Line, " :", " rejoue=1 :", 1); again.Line != want {
			t.Errorf("replayed:\n%s, want\n%s", again.Line, want)
		}
		if err := lock.Rollback(); err != nil {
			t.Fatal(err)
		}
		if r := held.Read(); !r.OK() {
			t.Errorf("the tenth: %s", r.Line)
		}
		if r := c.Do("VENTE livre 4.50 ref=neuf Réseaux"); r.Word != "QUOTA" {
			t.Errorf("the eleventh: %s", r.Line)
		}
	})
}

// The window is counted after the lock of the user's row: what another process
// committed while a call waited for it is counted.
func TestWindowIsCountedAfterTheLock(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server, judge := start(t, env), newJudge(t, env)
		register(t, server.Addr, "alice")
		c, token := loginToken(t, server.Addr, "alice")
		for range 9 {
			c.Must("VENTE cd 2 Avant")
		}
		held := resume(t, token, 1, server.Addr)[0]
		lock := heldCall(t, judge, held, c, 10)
		if _, err := lock.Exec(`INSERT INTO appels (utilisateur_id, service, resultat, instant, serveur, creneau)
			SELECT id, 'achat', 'ABSENT', ?, 'ailleurs', '0123456789abcdef' FROM utilisateurs WHERE login = 'alice'`,
			store.At(time.Now())); err != nil {
			t.Fatal(err)
		}
		if err := lock.Commit(); err != nil {
			t.Fatal(err)
		}
		if r := held.Read(); r.Word != "QUOTA" {
			t.Errorf("the eleventh: %s", r.Line)
		}
		if n := judge.Used("appels", "alice"); n != 10 {
			t.Errorf("%d calls in the ledger", n)
		}
		if n := judge.Count(`SELECT nb_ventes FROM utilisateurs WHERE login = 'alice'`); n != 9 {
			t.Errorf("%d sales are counted", n)
		}
	})
}

// A ref that an older version wrote holds the finished reply.
func TestRefOfAnOlderVersionIsReplayed(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server, judge := start(t, env), newJudge(t, env)
		register(t, server.Addr, "alice")
		c := login(t, server.Addr, "alice")
		for i, call := range []struct{ line, old, want string }{
			{
				"VENTE livre 1 ref=v Un", `+OK VENTE id=7 titre="a :b" utilise=3 max=10 reste=7 :En vente.`,
				`+OK VENTE id=7 titre="a :b" utilise=3 max=10 reste=7 rejoue=1 :En vente.`,
			},
			{"ACHAT 999999 ref=a", "-ERR ABSENT :Absent. Il vous reste 4 appels.", "-ERR ABSENT rejoue=1 :Absent. Il vous reste 4 appels."},
		} {
			c.Do("%s", call.line)
			judge.Exec(`UPDATE refs SET reponse = ? WHERE reponse LIKE '{%'`, call.old)
			if r := c.Do("%s", call.line); strings.TrimSpace(r.Line) != call.want {
				t.Errorf("%d: replayed %q, want %q", i, r.Line, call.want)
			}
		}
	})
}
