package main

import (
	"fmt"
	"testing"
)

// TestSimultaneousLogins is also what a bug of public attempts (check, then
// act) does not survive: 40 logins of one user at once over two processes
// admit exactly 10 (PROTOCOL.md §7), and both stores say so.
func TestSimultaneousLogins(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	raceForLogins(t, judge, "u", servers[0].Addr, servers[1].Addr)
}

// raceForLogins does it over two addresses, with users whose names begin so.
func raceForLogins(t *testing.T, judge *judge, prefix string, addrs ...string) {
	t.Helper()
	for i := range repeats(t) {
		name := fmt.Sprint(prefix, i)
		register(t, addrs[0], name)
		conns := make([]*client, 40)
		for k := range conns {
			conns[k] = dial(t, addrs[k%2])
		}
		var got tally
		storm(len(conns), func(k int) { got.Add(conns[k].Try("AUTH %s %s", name, password)) })
		got.Want(t, name, map[string]int{"OK": 10, "QUOTA": 30})
		if n := judge.Used("connexions", name); n != 10 {
			t.Errorf("%s: %d logins in the ledger", name, n)
		}
		if n := judge.Cards(name, "connexions"); n != 10 {
			t.Errorf("%s: ZCARD %d", name, n)
		}
		hangUp(conns)
	}
}

// TestSimultaneousCalls: 40 VENTE at once, then VENTE and ACHAT mixed, admit
// exactly 10 together.
func TestSimultaneousCalls(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	raceForCalls(t, judge, "u", servers[0].Addr, servers[1].Addr)
}

// raceForCalls does it over two addresses, with users whose names begin so.
func raceForCalls(t *testing.T, judge *judge, prefix string, addrs ...string) {
	t.Helper()
	for i := range repeats(t) {
		name := fmt.Sprint(prefix, i)
		register(t, addrs[0], name)
		_, token := loginToken(t, addrs[i%2], name)
		conns := resume(t, token, 40, addrs...)
		line := func(k int) string {
			if i%2 == 1 && k%4 < 2 {
				return fmt.Sprintf("ACHAT %d", 1_000_000+k) // ABSENT counts too
			}
			return "VENTE livre 4.50 Réseaux"
		}
		var got tally
		storm(len(conns), func(k int) { got.Add(conns[k].Try("%s", line(k))) })
		if done := got.n["OK"] + got.n["ABSENT"]; done != 10 || got.n["QUOTA"] != 30 {
			t.Errorf("%s: %v, want 10 done and 30 QUOTA", name, got.n)
		}
		if n := judge.Used("appels", name); n != 10 {
			t.Errorf("%s: %d calls in the ledger", name, n)
		}
		if n := judge.Cards(name, "services"); n != 10 {
			t.Errorf("%s: ZCARD %d", name, n)
		}
		if sold := judge.Count(`SELECT COUNT(*) FROM articles a JOIN utilisateurs u ON u.id = a.vendeur_id WHERE u.login = ?`, name); sold != got.n["OK"] {
			t.Errorf("%s: %d articles of %d sales", name, sold, got.n["OK"])
		}
		hangUp(conns)
	}
}

// TestSimultaneousBuyers (a public attempt sold a stock of one
// four times): of 50 buyers of one article exactly one has it; the call of each
// of them counts.
func TestSimultaneousBuyers(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	raceForArticles(t, judge, "u", servers[0].Addr, servers[1].Addr)
}

// raceForArticles does it over two addresses, with users whose names begin so.
func raceForArticles(t *testing.T, judge *judge, prefix string, addrs ...string) {
	t.Helper()
	const buyers, perCrowd = 50, 10 // nobody calls more than his quota
	var seller *client
	var crowd []*client
	for i := range repeats(t) {
		if i%perCrowd == 0 {
			hangUp(crowd)
			seller, crowd = newCrowd(t, addrs, fmt.Sprint(prefix, i/perCrowd), buyers)
		}
		id := seller.Must("VENTE livre 4.50 Réseaux").Fields.Get("id")
		var got tally
		storm(buyers, func(k int) { got.Add(crowd[k].Try("ACHAT %s", id)) })
		got.Want(t, "article "+id, map[string]int{"OK": 1, "VENDU": buyers - 1})
		const query = `SELECT COUNT(*) FROM appels WHERE service = 'achat' AND article_id = ? AND resultat = ?`
		if done, late := judge.Count(query, id, "ok"), judge.Count(query, id, "VENDU"); done != 1 || late != buyers-1 {
			t.Errorf("article %s: ledger has %d ok and %d VENDU", id, done, late)
		}
	}
}

func newCrowd(t *testing.T, addrs []string, prefix string, buyers int) (seller *client, crowd []*client) {
	t.Helper()
	names := []string{prefix + "s"}
	for k := range buyers {
		names = append(names, fmt.Sprintf("%sa%d", prefix, k))
	}
	register(t, addrs[0], names...)
	for k, name := range names {
		crowd = append(crowd, login(t, addrs[k%2], name))
	}
	return crowd[0], crowd[1:]
}

func hangUp(conns []*client) {
	for _, c := range conns {
		_ = c.nc.Close()
	}
}
