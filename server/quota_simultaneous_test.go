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
	for i := range repeats(t) {
		name := fmt.Sprintf("u%d", i)
		register(t, servers[0].Addr, name)
		conns := make([]*client, 40)
		for k := range conns {
			conns[k] = dial(t, servers[k%2].Addr)
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
	for i := range repeats(t) {
		name := fmt.Sprintf("u%d", i)
		register(t, servers[0].Addr, name)
		_, token := loginToken(t, servers[i%2].Addr, name)
		conns := resume(t, token, 40, servers[0].Addr, servers[1].Addr)
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
	const buyers, perCrowd = 50, 10 // nobody calls more than his quota
	_, servers, judge := pair(t)
	var seller *client
	var crowd []*client
	for i := range repeats(t) {
		if i%perCrowd == 0 {
			hangUp(crowd)
			seller, crowd = newCrowd(t, servers, i/perCrowd, buyers)
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

func newCrowd(t *testing.T, servers [2]*process, n, buyers int) (seller *client, crowd []*client) {
	t.Helper()
	names := []string{fmt.Sprintf("s%d", n)}
	for k := range buyers {
		names = append(names, fmt.Sprintf("a%d-%d", n, k))
	}
	register(t, servers[0].Addr, names...)
	for k, name := range names {
		crowd = append(crowd, login(t, servers[k%2].Addr, name))
	}
	return crowd[0], crowd[1:]
}

func hangUp(conns []*client) {
	for _, c := range conns {
		_ = c.nc.Close()
	}
}
