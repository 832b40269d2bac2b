package linemode

import (
	"slices"
	"strings"
	"testing"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link/linktest"
	"etuservices/protocol"
)

func TestFind(t *testing.T) {
	for word, want := range map[string]string{
		"catalogue": "catalogue", "CATALOGUE": "catalogue", "Nouvelles": "nouvelles", "buy": "acheter",
		"ach": "", "ache": "acheter", "acha": "achats", "achat": "achats", "cl": "", "clas": "classements", "?": "aide",
		"pass": "motdepasse", "qui": "quitter", "qu": "", "": "", "rm": "", "achats": "achats", "sel": "vendre",
	} {
		c, ok := find(word, false)
		if ok != (want != "") || ok && c.names[i18n.French] != want {
			t.Errorf("%q: %q, %v", word, c.names, ok)
		}
	}
}

// Students hear of no command of administrators, also not by its beginning.
func TestAdministratorsCommands(t *testing.T) {
	for word, want := range map[string]string{
		"bloquer": "bloquer", "expel": "expulser", "sess": "sessions", "direct": "direct", "inscriptions": "inscriptions",
		"inscription": "inscription", "register": "inscription", "supp": "supprimer", "annonce": "annonce",
	} {
		if c, ok := find(word, true); !ok || c.names[i18n.French] != want {
			t.Errorf("%q: %q, %v", word, c.names, ok)
		}
		if c, ok := find(word, false); ok && slices.ContainsFunc(orders(), func(o command) bool { return o.names == c.names }) {
			t.Errorf("a student finds %q", c.names)
		}
	}
	if c, ok := find("inscriptio", false); !ok || c.names[i18n.French] != "inscription" {
		t.Errorf("%q: a command of administrators makes a student's unclear", c.names)
	}
}

func TestCommandsAreDistinct(t *testing.T) {
	seen := map[string]int{}
	for i, c := range commands(true) {
		for _, n := range c.names {
			if n != protocol.Fold(n) {
				t.Errorf("%q cannot be found: words are compared folded", n)
			}
			if j, ok := seen[n]; ok && j != i {
				t.Errorf("%q means two things", n)
			}
			seen[n] = i
		}
	}
}

func TestCategoryInBothLanguages(t *testing.T) {
	s := &session{}
	for word, want := range map[string]string{"Livre": "livre", "book": "livre", "équipement": "equipement", "EQUIPMENT": "materiel", "matériel": "materiel", "cd": "cd"} {
		if got := s.category(word); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	for _, c := range protocol.Categories {
		if s.category(c) != c {
			t.Errorf("%q is not itself", c)
		}
	}
}

// TestVerbsOfTheProtocol: those that have a command are that command, the others
// are sent as they stand. A mistyped word is said with what was meant.
func TestVerbsOfTheProtocol(t *testing.T) {
	out := pipe(t, "ping\nNOUVELLES\nlu\nmesventes\nctalogue\nquitter\n", as(
		"etudiant",
		[]string{"ping", "+OK PONG"},
		[]string{
			"NOUVELLES", "| nouvelle=9 instant=2026-11-21T09:00:00Z type=RAZ lue=non texte=\"Remis à zéro.\"",
			"| nouvelle=8 instant=2026-11-21T09:00:00Z type=EXPULSE lue=oui texte=\"On se calme.\"", "+OK NOUVELLES lignes=2 non_lues=1",
		},
		[]string{"LU 9", "+OK LU non_lues=0"},
		[]string{"MESVENTES", "+OK MESVENTES lignes=0"},
	))
	for _, want := range []string{"+OK PONG", "Non lu : Remis à zéro.", "a mis fin à votre session : On se calme.", "0 nouvelle non lue.", "Aucun article.", "Vouliez-vous dire « catalogue » ?"} {
		if !strings.Contains(strings.ReplaceAll(out, "\u00a0", " "), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestWrongAnswersOfAPipe: all of them are said, nothing is sent, and what follows the last
// is the next command.
func TestWrongAnswersOfAPipe(t *testing.T) {
	out := pipe(t, "vendre\nbouquin\nUn livre\ngratuit\n\nping\n", as("etudiant", []string{"ping", "+OK PONG"}))
	for _, want := range []string{"Catégorie : livre, DVD, CD, jeu, matériel ou autre.", "Prix : de 0,00", "+OK PONG"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestLastPurchaseLineByLine: the receipt does not tell when the next one is back.
func TestLastPurchaseLineByLine(t *testing.T) {
	rows := map[string][]string{
		"AUTH":      {"+OK PASSOK login=prof role=etudiant utilise=1 max=10 reste=9 retour=0 visites=1 jeton=j"},
		"ARTICLE":   {"+OK ARTICLE id=7 titre=Nadja categorie=livre prix=4.50 vendeur=zoe etat=en_vente publie=2026-11-20T09:00:00Z"},
		"ACHAT":     {"+OK ACHAT id=7 prix=4.50 titre=Nadja vendeur=zoe contact=zoe@u.fr utilise=10 max=10 reste=0"},
		"QUOTA":     {"| quota=services utilise=10 max=10 fenetre=600 reste=0 retour=120", "+OK QUOTA lignes=1"},
		"MESVENTES": {"| id=3 titre=Zazie prix=5.00 etat=vendu acheteur=lea contact=lea@u.fr", "| id=4 titre=Uno prix=1.00 etat=retire", "+OK MESVENTES lignes=2"},
		"MESACHATS": {"| id=7 titre=Nadja prix=4.50 etat=vendu vendeur=zoe contact=zoe@u.fr", "+OK MESACHATS lignes=1"},
		"NOUVELLES": {"+OK NOUVELLES lignes=0 non_lues=0"},
	}
	out := pipe(t, "acheter #7\nmesventes\nmesachats\nmessages\n", func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		c.Answer(func(request string) []string {
			verb, _, _ := strings.Cut(request, " ")
			return rows[verb]
		})
	})
	_, out, _ = strings.Cut(out, "Achat accepté")
	for _, want := range []string{
		"0 achat ou vente restant sur 10, prochaine place dans 2 min", "Zazie. 5,00 €. Vendu à lea, contact : lea@u.fr.", "Uno. 1,00 €. Retiré.",
		"Nadja. 4,50 €. Acheté à zoe, contact : zoe@u.fr.", "0 nouvelle non lue.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
