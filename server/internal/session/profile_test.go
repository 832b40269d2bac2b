package session_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/testenv"
)

// TestProfile: FICHE has an account's rows of every kind, ten at most of each.
func TestProfile(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, defaultMax)
		admin := h.loginAs(t, h.newcomer(t, accounts.Admin))
		who := h.newcomer(t, accounts.Student)
		alice, bob := h.loginAs(t, who), h.login(t)
		own := alice.Must("VENTE livre 1 Titre").Fields.Get("id")
		bob.Must("ACHAT " + own)
		alice.Must("ACHAT " + bob.Must("VENTE livre 2 ref=r1 Autre").Fields.Get("id"))
		for range 8 {
			alice.Refused("ACHAT 999", protocol.ABSENT)
		}
		windows := func() (state []string) {
			for _, kind := range []string{"connexions", "services"} {
				key := "etu:{" + who + "}:" + kind
				all, err := h.stores.Redis.DB0.ZRangeWithScores(t.Context(), key, 0, -1).Result()
				end, endErr := h.stores.Redis.DB0.PExpireTime(t.Context(), key).Result()
				if env.Kind == testenv.KindEmbedded { // whose clock of ends ticks
					end = 0
				}
				state = append(state, fmt.Sprint(all, err, end, endErr))
			}
			return state
		}
		before := windows()
		for range 12 {
			alice.Refused("ACHAT 999", protocol.QUOTA)
		}
		if after := windows(); !slices.Equal(before, after) {
			t.Errorf("refusals changed windows:\n%v\n%v", before, after)
		}
		kinds := map[string]int{}
		for _, r := range admin.Must("FICHE " + strings.ToUpper(who)).Rows {
			kind := r.Fields.Get("genre")
			kinds[kind]++
			want := map[string]string{
				"compte":    "login prenom nom email role etat inscrit",
				"quota":     "quota utilise max fenetre reste retour",
				"session":   "serveur adresse depuis",
				"connexion": "instant adresse serveur",
				"appel":     "instant service resultat serveur id",
				"vente":     "id titre categorie prix etat publie vendu acheteur contact",
				"achat":     "id titre categorie prix etat publie vendu vendeur contact",
				"refus":     "instant quota",
			}[kind]
			wantKeys(t, "genre="+kind, r, "genre "+want)
			if kind == "refus" && (r.Fields.Get("quota") != "services" || !instant.MatchString(r.Fields.Get("instant"))) {
				t.Errorf("%v", r)
			}
		}
		want := map[string]int{"compte": 1, "quota": 2, "session": 1, "connexion": 1, "appel": 10, "vente": 1, "achat": 1, "refus": 10}
		if fmt.Sprint(kinds) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", kinds, want)
		}
		admin.Refused("FICHE personne-ici", protocol.ABSENT)
		admin.Refused("FICHE É", protocol.INVALIDE)
		admin.Must("SUPPRIMER " + who + " :à sa demande")
		if n := h.stores.Redis.DB0.Exists(t.Context(), "etu:{"+who+"}:refus").Val(); n != 0 {
			t.Error("refusals of a deleted account are left")
		}
	})
}
