package session_test

import (
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/testenv"
)

// examples has a well-formed line for each verb; a verb without one fails
// TestEveryVerbInEveryState.
var examples = map[string]string{
	"AIDE":        "AIDE VENTE",
	"PING":        "PING",
	"INSCRIPTION": "INSCRIPTION inconnu inconnu@univ.fr Prénom Nom motdepasse",
	"AUTH":        "AUTH inconnu motdepasse",
	"REPRENDRE":   "REPRENDRE jeton",
	"QUI":         "QUI",
	"QUOTA":       "QUOTA",
	"VENTE":       "VENTE livre 4.50 ref=r1 description=usé Un titre",
	"ACHAT":       "ACHAT 999999 ref=r2",
	"ARTICLES":    "ARTICLES categorie=livre q=titre prix_max=10 vendeur=alice tri=prix n=5 apres=1-1",
	"ARTICLE":     "ARTICLE 999999",
	"RETRAIT":     "RETRAIT 999999",
	"MESVENTES":   "MESVENTES n=5 apres=1",
	"MESACHATS":   "MESACHATS n=5 apres=1",
	"NOUVELLES":   "NOUVELLES n=5 apres=1",
	"LU":          "LU tout",
	"STATS":       "STATS TOP",
	"NB":          "NB",
	"MOTDEPASSE":  "MOTDEPASSE motdepasse nouveaumot",
	"DECONNEXION": "DECONNEXION",
	"QUITTER":     "QUITTER",

	"SUIVRE":       "SUIVRE periode=5",
	"STOP":         "STOP",
	"SESSIONS":     "SESSIONS",
	"COMPTES":      "COMPTES q=ali n=5 apres=al",
	"BLOQUER":      "BLOQUER inconnu parce que",
	"DEBLOQUER":    "DEBLOQUER inconnu",
	"EXPULSER":     "EXPULSER inconnu minutes=5 parce que",
	"RAZ":          "RAZ inconnu",
	"ANNONCE":      "ANNONCE à tous",
	"NOUVEAUMDP":   "NOUVEAUMDP inconnu motdepasse",
	"SUPPRIMER":    "SUPPRIMER inconnu parce que",
	"INSCRIPTIONS": "INSCRIPTIONS ouvertes",
}

type state string

const (
	anonymous     state = "anonymous"
	student       state = "student"
	administrator state = "admin"
)

var states = []state{anonymous, student, administrator}

// in gives a connection in a state, of a new user.
func (h *testServer) in(t testing.TB, s state) *talk {
	t.Helper()
	switch s {
	case student:
		return h.login(t)
	case administrator:
		return h.loginAs(t, h.newcomer(t, accounts.Admin))
	default:
		return h.connect(t)
	}
}

// barrier is the code that the state alone earns a verb, "" for none.
func barrier(access protocol.Access, s state) protocol.Code {
	switch {
	case access == protocol.Anonymous && s != anonymous:
		return protocol.DEJA
	case access >= protocol.LoggedIn && s == anonymous:
		return protocol.AUTH
	case access == protocol.Admin && s == student:
		return protocol.INTERDIT
	}
	return ""
}

// TestEveryVerbInEveryState is generated from the table of verbs:
// who may not is refused and who may is not, before the form is looked at.
func TestEveryVerbInEveryState(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	for _, v := range protocol.Verbs {
		example, ok := examples[v.Name]
		if !ok {
			t.Errorf("%s has no example", v.Name)
			continue
		}
		_, args, _ := strings.Cut(example, " ")
		for _, s := range states {
			t.Run(v.Name+"/"+string(s), func(t *testing.T) {
				want := barrier(v.Access, s)
				for _, name := range append([]string{v.Name, strings.ToLower(v.Name)}, v.Aliases...) {
					a := h.in(t, s).Do(strings.TrimSpace(name + " " + args))
					if want != "" && a.Code() != want || want == "" && stopped(a) {
						t.Errorf("%s: %s, want %q", name, a.Line, want)
					}
				}
				malformed := h.in(t, s).Do(v.Name + " \xff")
				if want == "" {
					want = protocol.SYNTAXE
				}
				if malformed.Code() != want {
					t.Errorf("malformed: %s, want %s", malformed.Line, want)
				}
			})
		}
	}
}

// stopped says that the reply is one of those given before the work begins.
func stopped(a answer) bool {
	switch a.Code() {
	case protocol.NO, protocol.DEJA, protocol.AUTH, protocol.SYNTAXE, protocol.INVALIDE, protocol.INTERNE:
		return true
	}
	return false
}

// TestUnknownVerbIsAnswered, whatever it looks like.
func TestUnknownVerbIsAnswered(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	for _, s := range states {
		c := h.in(t, s)
		for _, line := range []string{
			"FOO", "foo bar", "PINGS", "PIN", "VENTES livre", "\xff", "\x00", "AUTH:alice:mot", "PING:", "SENDID:1",
			"ARTICLE:1", strings.Repeat("A", 2000), "=", ":", `"PING"`, "É",
		} {
			c.Refused(line, protocol.NO)
			c.Must("PING")
		}
	}
}

func TestEmptyLineIsNoRequest(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	for _, s := range states {
		c := h.in(t, s)
		for _, line := range []string{"", " ", "\t \t"} {
			if c.s.Line(t.Context(), []byte(line), &c.out) || c.out.Len() != 0 {
				t.Errorf("%q got %q", line, c.out.Bytes())
			}
		}
	}
}
