package main

import (
	"fmt"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// TestOwnListsHavePages: MESVENTES and MESACHATS give 20 rows without n, and the
// rest behind suite, each row once; what was sold says when.
func TestOwnListsHavePages(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env, "--quota-max", "1000", "--flood-rate", "0")
		register(t, server.Addr, "alice", "bob")
		alice, bob := login(t, server.Addr, "alice"), login(t, server.Addr, "bob")
		const n = 45
		before := time.Now().Add(-time.Minute)
		for i := range n {
			id := alice.Must("VENTE livre 1 Titre %d", i).Fields.Get("id")
			bob.Must("ACHAT %s", id)
		}
		alice.Must("VENTE livre 1 Pas vendu")
		for verb, all := range map[*client]struct {
			name string
			rows int
		}{alice: {"MESVENTES", n + 1}, bob: {"MESACHATS", n}} {
			seen, line, pages := map[string]bool{}, all.name, 0
			for {
				r := verb.Must("%s", line)
				suite, more := r.Fields.Lookup("suite")
				if want := min(20, all.rows-len(seen)); len(r.Rows) != want || r.Fields.Get("lignes") != fmt.Sprint(want) {
					t.Fatalf("%s: %d rows, lignes=%s", line, len(r.Rows), r.Fields.Get("lignes"))
				}
				for _, row := range r.Rows {
					seen[row.Fields.Get("id")] = true
					sold, said := row.Fields.Lookup("vendu")
					if said != (row.Fields.Get("etat") == "vendu") {
						t.Errorf("%s: vendu=%q of what is %s", line, sold, row.Fields.Get("etat"))
					}
					if at, err := time.Parse(time.RFC3339, sold); said && (err != nil || at.Before(before) || at.After(time.Now().Add(time.Minute))) {
						t.Errorf("%s: vendu=%q", line, sold)
					}
				}
				if pages++; !more {
					break
				}
				line = all.name + " apres=" + suite
			}
			if len(seen) != all.rows || pages != 3 {
				t.Errorf("%s: %d articles on %d pages", all.name, len(seen), pages)
			}
		}
		if r := alice.Must("MESVENTES n=100"); len(r.Rows) != n+1 {
			t.Errorf("n=100: %d rows", len(r.Rows))
		}
	})
}
