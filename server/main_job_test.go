package main

import (
	"testing"

	"etuservices/server/internal/testenv"
)

// TestMainJob is a day of two students and their teacher, on both kinds of stores.
func TestMainJob(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "alice", "bob")
		alice, bob := login(t, server.Addr, "alice"), login(t, server.Addr, "bob")
		sale := alice.Must("VENTE livre 4,50 Réseaux : le guide")
		if sale.Fields.Get("prix") != "4.50" || sale.Fields.Get("titre") != "Réseaux : le guide" {
			t.Errorf("sale: %s", sale.Line)
		}
		if list := bob.Must("ARTICLES q=reseaux"); len(list.Rows) != 1 {
			t.Errorf("search finds %d articles", len(list.Rows))
		}
		bought := bob.Must("ACHAT %s", sale.Fields.Get("id"))
		if got := bought.Fields.Get("contact"); got != "alice@univ.fr" {
			t.Errorf("contact %q", got)
		}
		alice.Must("PING") // the event stands before or behind this reply,
		alice.Must("PING") // so certainly before this one
		if len(alice.Events) != 1 || alice.Events[0].Fields.Get("contact") != "bob@univ.fr" {
			t.Errorf("seller's events: %v", alice.Events)
		}
		if rows := bob.Must("STATS").Rows; len(rows) != 2+2+2+2 {
			t.Errorf("boards have %d rows: %v", len(rows), rows)
		}
		bob.Must("QUITTER")
		bob.Closed()
		server.Stop()
	})
}
