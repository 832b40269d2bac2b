package main

import (
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// Two spellings of one password, and what may stand in for a space.
const (
	composed   = "mot de passé"
	decomposed = "mot de passe\u0301"
	wideSpaced = "mot\u00a0de\u3000passé"
)

// TestPasswordsArePreparedByOpaqueString (RFC 8265, section 4.2): whichever way
// a keyboard spells it, it is the same password; its bounds hold once prepared.
func TestPasswordsArePreparedByOpaqueString(t *testing.T) {
	t.Parallel()
	addr := openInside(t, testenv.Embedded(t)).Serve(t, "--quota-max", "100")
	c := dial(t, addr)
	e := func(n int) string { return strings.Repeat("e\u0301", n) } // n characters once prepared
	for i, word := range []string{
		"sept\u200bcarac", "mot\u00addepasse", "mot\u2066depasse", "\ufeffmotdepasse", "mot\ue000depasse", "motdepass\u0378",
		e(protocol.MinPassword - 1), e(protocol.MaxPassword + 1),
	} {
		if r := c.Refused(protocol.INVALIDE, "INSCRIPTION non%d non%d@univ.fr A B :%s", i, i, word); r.Fields.Get("champ") != "motdepasse" {
			t.Errorf("%q: %s", word, r.Line)
		}
	}
	c.Must("INSCRIPTION court court@univ.fr A B :%s", e(protocol.MinPassword))
	c.Must("INSCRIPTION long long@univ.fr A B :%s", e(protocol.MaxPassword))
	c.Must("INSCRIPTION alice alice@univ.fr A B :%s", decomposed)
	for _, word := range []string{composed, decomposed, wideSpaced} {
		dial(t, addr).Must("AUTH alice :%s", word)
	}
	for _, word := range []string{"mot de passe", "Mot de passé", composed + " ", "ｍot de passé", "mot de passé\u200b"} {
		dial(t, addr).Refused(protocol.ECHEC, "AUTH alice :%s", word)
	}
	alice := dial(t, addr)
	alice.Must("AUTH alice :%s", composed)
	alice.Must(`MOTDEPASSE "%s" %s`, wideSpaced, e(protocol.MinPassword))
	dial(t, addr).Must("AUTH alice :%s", strings.Repeat("é", protocol.MinPassword))
}

// TestOldHashIsAcceptedVerbatimAndRenewed: one of the bytes as they were typed,
// from before passwords were prepared, is good for those bytes, and from then on
// for all spellings. One that OpaqueString refuses stays good as it is.
func TestOldHashIsAcceptedVerbatimAndRenewed(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		in := openInside(t, env)
		addr := in.Serve(t, "--quota-max", "100")
		register(t, addr, "alice", "bob")
		set := func(login, word string) string {
			t.Helper()
			hash, err := argon2id.CreateHash(word, &testCost)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := in.stores.SQL.Write.Exec(t.Context(), `UPDATE utilisateurs SET mot_de_passe = ? WHERE login = ?`, hash, login); err != nil {
				t.Fatal(err)
			}
			return hash
		}
		hash := func(login string) (h string) {
			t.Helper()
			if err := in.stores.SQL.Read.QueryRow(t.Context(), `SELECT mot_de_passe FROM utilisateurs WHERE login = ?`, login).Scan(&h); err != nil {
				t.Fatal(err)
			}
			return h
		}
		old := set("alice", decomposed)
		dial(t, addr).Refused(protocol.ECHEC, "AUTH alice :%s", composed)
		if hash("alice") != old {
			t.Error("a wrong password renewed the hash")
		}
		dial(t, addr).Must("AUTH alice :%s", decomposed)
		renewed := hash("alice")
		if renewed == old {
			t.Error("the hash is the old one")
		}
		for _, word := range []string{composed, decomposed} {
			dial(t, addr).Must("AUTH alice :%s", word)
		}
		if hash("alice") != renewed {
			t.Error("renewed again without need")
		}
		const refused = "mot\u200bde-passe"
		kept := set("bob", refused)
		dial(t, addr).Must("AUTH bob :%s", refused)
		dial(t, addr).Refused(protocol.ECHEC, "AUTH bob :mot-de-passe")
		if hash("bob") != kept {
			t.Error("what cannot be prepared was hashed anew")
		}
	})
}
