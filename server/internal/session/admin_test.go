package session_test

import (
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/testenv"
)

// TestAdminVerbsAreDone: each does its work on a student, and refuses what is
// wrong before it does anything.
func TestAdminVerbsAreDone(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, 10)
		admin := h.loginAs(t, h.newcomer(t, accounts.Admin))
		who := h.newcomer(t, accounts.Student)
		for _, c := range []struct {
			line string
			code protocol.Code
		}{
			{"BLOQUER personne-ici :raison", protocol.ABSENT},
			{"DEBLOQUER personne-ici", protocol.ABSENT},
			{"EXPULSER personne-ici :raison", protocol.ABSENT},
			{"RAZ personne-ici", protocol.ABSENT},
			{"NOUVEAUMDP personne-ici un-mot-nouveau", protocol.ABSENT},
			{"SUPPRIMER personne-ici raison", protocol.ABSENT},
			{"BLOQUER Pas! :raison", protocol.INVALIDE},
			{"NOUVEAUMDP " + who + " court", protocol.INVALIDE},
			{"SUIVRE periode=0", protocol.INVALIDE},
			{"ANNONCE", protocol.SYNTAXE},
			{"INSCRIPTIONS peut-etre", protocol.SYNTAXE},
			{"COMPTES n=0", protocol.INVALIDE},
		} {
			admin.Refused(c.line, c.code)
		}
		for _, line := range []string{
			"EXPULSER " + who + " minutes=5 :trop de bruit",
			"DEBLOQUER " + who,
			"BLOQUER " + who + " :annonces en double",
			"DEBLOQUER " + who,
			"RAZ " + who,
			"ANNONCE :la bourse ouvre à midi",
			"INSCRIPTIONS fermees", "INSCRIPTIONS", "INSCRIPTIONS ouvertes",
			"SUIVRE periode=2", "STOP", "SESSIONS", "COMPTES q=" + who,
			"NOUVEAUMDP " + who + " un-mot-nouveau",
			"SUPPRIMER " + who + " a quitté l'école",
		} {
			if r := admin.Must(line); strings.HasPrefix(line, "COMPTES") && len(r.Rows) != 1 {
				t.Errorf("%s: %d rows", line, len(r.Rows))
			}
		}
		admin.Refused("RAZ "+who, protocol.ABSENT) // deleted
	})
}

// TestGreeting is what PROTOCOL.md §1 says.
func TestGreeting(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), 10)
	var out protocol.Writer
	h.connect(t).s.Greet(&out)
	if got := string(out.Bytes()); !strings.HasPrefix(got, "+OK ETUSERVICES proto=1 serveur=") {
		t.Errorf("%q", got)
	}
}

// TestFrenchWait reads like French.
func TestFrenchWait(t *testing.T) {
	for seconds, want := range map[int64]string{
		0: "0 seconde", 1: "1 seconde", 119: "119 secondes", 120: "2 minutes", 121: "2 minutes et 1 seconde",
	} {
		if got := protocol.Wait(seconds); got != want {
			t.Errorf("%d: %q, want %q", seconds, got, want)
		}
	}
}
