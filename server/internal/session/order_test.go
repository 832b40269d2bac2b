package session_test

import (
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// TestOrderOfChecks has, for each two neighbours of PROTOCOL.md §1's order,
// a line that breaks both and gets the first one's code. That NO comes first
// and the state before the form stands in states_test.go.
func TestOrderOfChecks(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, defaultMax)
		c := h.login(t)
		first := c.Must("VENTE livre 4.50 ref=vente Titre")
		c.Refused("ACHAT 999999 ref=absent", protocol.ABSENT)

		t.Run("SYNTAXE before INVALIDE", func(t *testing.T) {
			for _, line := range []string{
				"VENTE chaussure cher", "VENTE chaussure -1 ref=é", "ACHAT x ref=é", "ARTICLES tri=cher n=x zut",
				"MOTDEPASSE motdepasse",
			} {
				c.Refused(line, protocol.SYNTAXE)
			}
		})
		t.Run("INVALIDE before a known ref", func(t *testing.T) {
			a := c.Refused("VENTE chaussure 4.50 ref=vente Titre", protocol.INVALIDE)
			if a.Fields.Get("champ") != "categorie" {
				t.Errorf("%s", a.Line)
			}
		})
		for range defaultMax - 2 {
			c.Must("VENTE livre 1 Titre")
		}
		t.Run("a known ref before QUOTA", func(t *testing.T) {
			if a := c.Must("VENTE livre 4.50 ref=vente Titre"); a.Fields.Get("rejoue") != "1" || a.Fields.Get("id") != first.Fields.Get("id") {
				t.Errorf("%s", a.Line)
			}
			if a := c.Refused("ACHAT 999999 ref=absent", protocol.ABSENT); a.Fields.Get("rejoue") != "1" {
				t.Errorf("%s", a.Line)
			}
			for _, line := range []string{
				"VENTE livre 4.51 ref=vente Titre", "ACHAT 1 ref=vente", "VENTE livre 4.50 ref=absent Titre", "ACHAT 999998 ref=absent",
			} {
				if a := c.Refused(line, protocol.INVALIDE); a.Fields.Get("champ") != "ref" {
					t.Errorf("%s", a.Line)
				}
			}
		})
		t.Run("SYNTAXE and INVALIDE before QUOTA", func(t *testing.T) {
			c.Refused("VENTE livre 4.50", protocol.SYNTAXE)
			c.Refused("VENTE livre -1 Titre", protocol.INVALIDE)
		})
		t.Run("QUOTA before the work", func(t *testing.T) {
			for _, line := range []string{"ACHAT 999999", "ACHAT " + first.Fields.Get("id"), "ACHAT 999999 ref=neuf"} {
				a := c.Refused(line, protocol.QUOTA)
				if a.Fields.Get("quota") != "services" || a.Fields.Get("max") != "10" || a.Fields.Get("fenetre") != "600" {
					t.Errorf("%s", a.Line)
				}
			}
		})
	})
}

// TestRefMayWriteItsArgumentsOtherwise: the same call in another spelling is
// the same call.
func TestRefMayWriteItsArgumentsOtherwise(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newTestServer(t, env, defaultMax).login(t)
		c.Must("VENTE livre 4.5 ref=a description=usé Un titre")
		for _, line := range []string{
			"vente livre 4,50 description=usé ref=a :Un titre", `VENTE "livre" 4.50 ref="a" description="usé" "Un titre"`,
			"VENTE livre 04.50 ref=a description=usé   Un titre",
		} {
			if a := c.Must(line); a.Fields.Get("rejoue") != "1" {
				t.Errorf("%q: %s", line, a.Line)
			}
		}
		// A ref is itself, to the letter and to its case, whatever the engine.
		for _, ref := range []string{"A", "a.", "a-", "aa"} {
			if a := c.Must("VENTE livre 4.5 ref=" + ref + " description=usé Un titre"); a.Fields.Get("rejoue") != "" {
				t.Errorf("ref=%s: %s", ref, a.Line)
			}
		}
		for _, line := range []string{
			"VENTE livre 4.5 ref=a description=usé Un Titre", "VENTE livre 4.5 ref=a description=usé Un titre ",
			"VENTE livre 4.5 ref=a description=use Un titre", "VENTE livre 4.5 ref=a Un titre",
		} {
			c.Refused(line, protocol.INVALIDE)
		}
	})
}

// TestOrderOfLogin: the password is judged before the block and the quota
// (PROTOCOL.md §7), and neither is a failure.
func TestOrderOfLogin(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, 1)
		login := h.newcomer(t, "etudiant")
		h.loginAs(t, login)
		c := h.connect(t)
		for range 5 {
			a := c.Refused("AUTH "+login+" "+password, protocol.QUOTA)
			if a.Fields.Get("quota") != "connexions" || a.Fields.Int("apres") < 590 || a.Fields.Int("apres") > 600 {
				t.Errorf("%s", a.Line)
			}
		}
		if a := c.Refused("AUTH "+login+" faux", protocol.ECHEC); a.Fields.Get("reste") != "2" {
			t.Errorf("%s", a.Line)
		}
		h.execSQL(t, `UPDATE utilisateurs SET etat = 'bloque' WHERE login = ?`, login)
		for range 3 {
			c.Refused("AUTH "+login+" "+password, protocol.BLOQUE)
		}
		if a := c.Refused("AUTH "+login+" faux", protocol.ECHEC); a.Fields.Get("reste") != "1" {
			t.Errorf("%s", a.Line)
		}
	})
}
