package main

import (
	"context"
	"slices"
	"testing"
)

// TestWhatATeacherLooksAt: database 0 holds windows, sessions and visits,
// database 1 the calls and their counters; the ledger says who, when, from
// where and which service.
func TestWhatATeacherLooksAt(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice")
	c := login(t, servers[0].Addr, "alice")
	c.Must("VENTE livre 1 Réseaux")
	c.Do("ACHAT 1")
	c.Refused("ABSENT", "ACHAT 999999")
	ctx := context.Background()
	for key, want := range map[string]string{
		"etu:{alice}:connexions": "zset", "etu:{alice}:services": "zset", "etu:{alice}:visites": "string",
	} {
		if got := judge.db0.Type(ctx, key).Val(); got != want {
			t.Errorf("database 0: %s is %s, want %s", key, got, want)
		}
	}
	if n := judge.Cards("alice", "services"); n != 3 {
		t.Errorf("ZCARD %d", n)
	}
	if n := len(judge.db0.Keys(ctx, "etu:jeton:*").Val()); n != 1 {
		t.Errorf("%d tokens in database 0", n)
	}
	for _, board := range []struct {
		key, member string
		want        float64
	}{
		{"etu:{services}:total", "alice", 3},
		{"etu:{services}:par_service", "vente", 1},
	} {
		if got := judge.db1.ZScore(ctx, board.key, board.member).Val(); got != board.want {
			t.Errorf("database 1: %s of %s is %v, want %v", board.member, board.key, got, board.want)
		}
	}
	if got := judge.db1.HGet(ctx, "etu:{services}:par_compte", "alice").Val(); got != "1 2" {
		t.Errorf("database 1: listings and purchases of alice: %q", got)
	}
	if n := judge.db1.ZCard(ctx, "etu:{alice}:appels").Val(); n != 3 {
		t.Errorf("%d calls in database 1", n)
	}
	if keys := judge.db0.Keys(ctx, "etu:{services}:*").Val(); len(keys) > 0 {
		t.Errorf("database 0: %q", keys)
	}
	if n := judge.Count(`SELECT COUNT(*) FROM connexions WHERE adresse = '127.0.0.1' AND serveur = 'un'`); n != 1 {
		t.Errorf("%d logins from where they were", n)
	}
	var calls []string
	rows, err := judge.sql.Query(`SELECT CONCAT(service, ' ', resultat, ' ', article_id) FROM appels ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		calls = append(calls, s)
	}
	if want := []string{"vente ok 1", "achat INTERDIT 1", "achat ABSENT 999999"}; !slices.Equal(calls, want) || rows.Err() != nil {
		t.Errorf("%q, want %q", calls, want)
	}
}
