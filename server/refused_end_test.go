package main

import (
	"fmt"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// A MySQL server that is cut off from the others of its cluster refuses what a
// sale writes and then the ROLLBACK, too. Nothing of a refused sale may be found
// later: the counters, the ledger and the articles agree.
func TestRefusedSaleLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	const notReady = 1047
	for name, refused := range map[string][]string{
		"rollback": {"INSERT INTO appels", "INSERT INTO articles", "ROLLBACK"},
		"commit":   {"COMMIT", "ROLLBACK"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := testenv.Real(t)
			judge := newJudge(t, env)
			refuser := env.Refuse(t)
			server := start(t, env)
			register(t, server.Addr, "alice", "bob")
			alice, bob := login(t, server.Addr, "alice"), login(t, server.Addr, "bob")
			alice.Must("VENTE livre 1 ref=avant Réseaux")

			refuser.Answer(notReady, refused...)
			for i := range 3 {
				alice.Refused("INDISPONIBLE", "VENTE livre 1 ref=pendant%d Réseaux", i)
			}
			refuser.Pass()
			for range 5 { // they get the connections of the refused ones
				bob.worksAgain("VENTE livre 1 Réseaux")
			}
			for login, want := range map[string]int{"alice": 1, "bob": 5} {
				var counter, ledger, articles int
				err := judge.sql.QueryRow(`SELECT nb_ventes,
					(SELECT COUNT(*) FROM appels a WHERE a.utilisateur_id = u.id),
					(SELECT COUNT(*) FROM articles a WHERE a.vendeur_id = u.id)
					FROM utilisateurs u WHERE login = ?`, login).Scan(&counter, &ledger, &articles)
				if err != nil || counter != want || ledger != want || articles != want {
					t.Errorf("%s: counter %d, ledger %d, articles %d, want %d of each (%v)", login, counter, ledger, articles, want, err)
				}
			}
			// The same references are free to be done, once.
			alice.worksAgain("VENTE livre 1 ref=pendant0 Réseaux")
			testenv.Eventually(t, 12*time.Second, func() error {
				if n := judge.Used("appels", "alice"); n != 2 {
					return fmt.Errorf("%d calls of alice", n)
				}
				return nil
			})
			judge.SameBoards(bob)
		})
	}
}
