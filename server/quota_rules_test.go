package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/testenv"
)

// The tests below are of bugs that public attempts at this exercise have.

// aging moves everything that a user did into the past, in both stores.
func (j *judge) aging(login, table, kind string, by time.Duration) {
	j.t.Helper()
	ctx, key := context.Background(), "etu:{"+login+"}:"+kind
	j.Exec(`UPDATE ` + table + ` SET instant = instant - INTERVAL ` + fmt.Sprint(by.Microseconds()) + ` MICROSECOND`)
	for _, z := range j.db0.ZRangeWithScores(ctx, key, 0, -1).Val() {
		z.Score -= float64(by.Milliseconds())
		j.db0.ZAdd(ctx, key, z)
	}
}

// A list that is trimmed by length, an expiry that every login
// renews, or refused attempts that count: who went over the quota once, or
// keeps trying, is shut out for ever.
func TestTheWindowEndsForOneWhoKeepsTrying(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice")
	for range 10 {
		login(t, servers[0].Addr, "alice")
	}
	for range 13 {
		if r := dial(t, servers[1].Addr).Do("AUTH alice %s", password); r.Word != "QUOTA" {
			t.Fatalf("over the quota: %s", r.Line)
		}
	}
	if cards, rows := judge.Cards("alice", "connexions"), judge.Used("connexions", "alice"); cards != 10 || rows != 10 {
		t.Errorf("refused attempts count: ZCARD %d, ledger %d", cards, rows)
	}
	if ttl := judge.db0.TTL(context.Background(), "etu:{alice}:connexions").Val(); ttl <= 0 || ttl > 601*time.Second {
		t.Errorf("the window lives %v", ttl)
	}
	judge.aging("alice", "connexions", "connexions", 10*time.Minute)
	c := login(t, servers[1].Addr, "alice")
	if r := c.Must("QUOTA").Rows[0].Fields; r.Int("utilise") != 1 {
		t.Errorf("after the window: %v", r)
	}
}

// Asked before the password, the quota of another can be used up.
func TestNobodyElseUsesUpMyQuota(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice")
	for range 12 {
		if r := dial(t, servers[0].Addr).Do("AUTH alice mauvais-mot"); r.Word != "ECHEC" {
			t.Fatalf("wrong password: %s", r.Line)
		}
	}
	if r := login(t, servers[0].Addr, "alice").Must("QUOTA").Rows[0].Fields; r.Int("utilise") != 1 {
		t.Errorf("%v", r)
	}
	for range 9 {
		login(t, servers[0].Addr, "alice")
	}
	// A full quota tells nothing to who does not know the password.
	if r := dial(t, servers[0].Addr).Do("AUTH alice mauvais-mot"); r.Word != "ECHEC" {
		t.Errorf("wrong password over the quota: %s", r.Line)
	}
	if n := judge.Used("connexions", "alice"); n != 10 {
		t.Errorf("%d logins in the ledger", n)
	}
}

// The first and the second login of a new user crash or are refused.
func TestFirstAndSecondLogin(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "neuf")
		for want := int64(1); want <= 10; want++ {
			r := dial(t, server.Addr).Must("AUTH neuf %s", password)
			retour := r.Fields.Int("retour")
			if r.Fields.Int("utilise") != want || r.Fields.Int("reste") != 10-want || (retour > 0) != (want == 10) {
				t.Errorf("login %d: %s", want, r.Line)
			}
		}
	})
}

// A counter that lost its expiry locks its user out for ever. Every key
// that belongs to a user ends by itself, whatever was done.
func TestEveryUserKeyExpires(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice", "bob")
	c := login(t, servers[0].Addr, "alice")
	c.Must("VENTE livre 1 ref=k Réseaux")
	c.Do("ACHAT 1")
	c.Must("QUOTA")
	bob := login(t, servers[1].Addr, "bob")
	bob.Must("ACHAT 1 ref=b")
	bob.Must("STATS")
	bob.Must("QUITTER")
	ctx := context.Background()
	for db, r := range []redis.UniversalClient{judge.db0, judge.db1} {
		keys := r.Keys(ctx, "*").Val()
		if len(keys) == 0 {
			t.Errorf("database %d is empty", db)
		}
		for _, key := range keys {
			if !strings.HasPrefix(key, "etu:") {
				t.Errorf("database %d: key %q", db, key)
			}
			board := strings.HasPrefix(key, "etu:{connexions}:") || strings.HasPrefix(key, "etu:{services}:")
			const never = -1 // of PTTL; -2 is a key that has ended since
			if ttl := r.PTTL(ctx, key).Val(); !board && key != "etu:installation" && ttl == never {
				t.Errorf("database %d: %s lives %v", db, key, ttl)
			}
		}
	}
}

// A quota per token, per connection or per address is none.
func TestTheQuotaIsTheUsers(t *testing.T) {
	t.Parallel()
	_, servers, _ := pair(t)
	register(t, servers[0].Addr, "alice", "bob")
	for i := range 10 {
		c := dial(t, servers[i%2].Addr) // by login and by e-mail, in any case
		name := []string{"alice", "ALICE", "alice@univ.fr", "Alice@Univ.fr"}[i%4]
		c.Must("AUTH %s %s", name, password)
		if r := c.Do("ACHAT 999999 ref=%d", i); r.Word != "ABSENT" {
			t.Errorf("call %d: %s", i, r.Line)
		}
	}
	if r := dial(t, servers[0].Addr).Do("UP:alice@univ.fr:%s", password); r.Word != "QUOTA" {
		t.Errorf("11th login: %s", r.Line)
	}
	if r := login(t, servers[0].Addr, "bob").Do("ACHAT 999999"); r.Word != "ABSENT" {
		t.Errorf("another user: %s", r.Line)
	}
}

// Looking at statistics, quotas or lists empties or uses up quotas.
func TestLookingCostsNothing(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice", "bob")
	alice, bob := login(t, servers[0].Addr, "alice"), login(t, servers[1].Addr, "bob")
	alice.Must("VENTE livre 1 Réseaux")
	for range 12 {
		for _, line := range []string{"STATS", "QUOTA", "NB", "QUI", "ARTICLES", "ARTICLE 1", "MESVENTES", "MESACHATS", "AIDE", "STATS TOP"} {
			bob.Must("%s", line)
		}
	}
	judge.SameQuota(alice, "alice")
	judge.SameQuota(bob, "bob")
	for name, want := range map[string][2]int{"alice": {1, 1}, "bob": {1, 0}} {
		if got := [2]int{judge.Cards(name, "connexions"), judge.Cards(name, "services")}; got != want {
			t.Errorf("%s: ZCARD %v, want %v", name, got, want)
		}
	}
}

// Ten in ten minutes, as it was asked for.
func TestTenInTenMinutes(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t))
	register(t, server.Addr, "alice")
	for _, row := range login(t, server.Addr, "alice").Must("QUOTA").Rows {
		if row.Fields.Int("max") != 10 || row.Fields.Int("fenetre") != 600 {
			t.Errorf("%v", row.Fields)
		}
	}
}

// A window that begins anew lets twenty through across its edge.
func TestNoTwoBurstsAcrossAnEdge(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice")
	c := login(t, servers[0].Addr, "alice")
	c.Do("ACHAT 999999")
	judge.aging("alice", "appels", "services", 9*time.Minute+50*time.Second)
	for range 9 {
		c.Do("ACHAT 999999")
	}
	judge.aging("alice", "appels", "services", 11*time.Second) // the first has left
	if r := c.Do("ACHAT 999999"); r.Word != "ABSENT" {
		t.Errorf("one place is free: %s", r.Line)
	}
	if r := c.Do("ACHAT 999999"); r.Word != "QUOTA" || r.Fields.Int("apres") < 580 {
		t.Errorf("a second burst: %s", r.Line)
	}
}

// A session that is open before the quota answered.
func TestRefusedIsNotLoggedIn(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice")
	for range 10 {
		login(t, servers[0].Addr, "alice")
	}
	c := dial(t, servers[0].Addr)
	if r := c.Do("AUTH alice %s", password); r.Word != "QUOTA" || r.Fields.Get("jeton") != "" {
		t.Fatalf("11th: %s", r.Line)
	}
	for _, line := range []string{"QUI", "VENTE livre 1 Réseaux", "ACHAT 1", "STATS", "ARTICLES"} {
		if r := c.Do("%s", line); r.Word != "AUTH" {
			t.Errorf("%s: %s", line, r.Line)
		}
	}
	if n := judge.Count(`SELECT COUNT(*) FROM jetons`); n != 10 {
		t.Errorf("%d tokens of 10 logins", n)
	}
}

// Passwords may be tried without end.
func TestThreeWrongPasswordsClose(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t))
	register(t, server.Addr, "alice")
	c := dial(t, server.Addr)
	for i, want := range []string{"ECHEC", "ECHEC", "EC"} {
		if r := c.Do("AUTH alice mauvais-mot-%d", i); r.Word != want {
			t.Errorf("try %d: %s", i+1, r.Line)
		}
	}
	c.Closed()
}

// Redis is down, and the user is told of too many logins.
func TestRedisDownIsNoQuota(t *testing.T) {
	t.Parallel()
	env, servers, _ := pair(t)
	register(t, servers[0].Addr, "alice")
	env.Redis().Stop(t)
	if r := dial(t, servers[0].Addr).Do("AUTH alice %s", password); r.Word != "INDISPONIBLE" || r.Fields.Int("apres") < 1 {
		t.Errorf("%s", r.Line)
	}
}
