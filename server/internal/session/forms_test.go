package session_test

import (
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// fitting gives a state in which a verb may be used.
func fitting(access protocol.Access) state {
	switch access {
	case protocol.LoggedIn:
		return student
	case protocol.Admin:
		return administrator
	default:
		return anonymous
	}
}

// samples has good values of parameters that do not take any.
var samples = map[string]string{
	"verbe": "VENTE", "login": "inconnu", "email": "inconnu@univ.fr", "prenom": "Prénom", "nom": "Nom",
	"motdepasse": "motdepasse", "jeton": "jeton", "categorie": "livre", "prix": "4.50", "ref": "r1",
	"description": "usé", "titre": "Titre", "id": "999999", "q": "titre", "prix_max": "10",
	"vendeur": "inconnu", "tri": "prix", "n": "5", "ARTICLES apres": "1-1", "tableau": "TOP", "ancien": "motdepasse",
	"periode": "5", "raison": "parce que", "minutes": "5", "texte": "à tous", "etat": "ouvertes", "nouvelle": "tout",
}

// sample is a good value of a verb's parameter.
func sample(v *protocol.Verb, p protocol.Param) string {
	for _, name := range []string{v.Name + " " + p.Name, p.Name} {
		if value, ok := samples[name]; ok {
			return value
		}
	}
	return "10"
}

// malformed gives lines with a wrong number or form of arguments, generated
// from the table.
func malformed(v *protocol.Verb) []string {
	line, hasText := v.Name, false
	var lines []string
	for _, p := range v.Params {
		sample := sample(v, p)
		switch {
		case p.Kind == protocol.Key:
			lines = append(
				lines,
				line+" "+p.Name+"=a "+p.Name+"=b",
				line+" "+p.Name+`="a`, line+" "+p.Name+`="a"b`, line+" "+p.Name+`="a\n"`,
			)
			continue
		case p.Kind == protocol.Text:
			hasText = true
			lines = append(lines, line, line+" ")
		case !p.Optional:
			lines = append(lines, line, line+` "`+sample, line+` "`+sample+`"x`)
		}
		line += " " + sample
	}
	if !hasText {
		lines = append(lines, line+" trop", line+" inconnu=1", line+" :texte", line+` ""`)
	}
	return append(lines, line+" \xc3", line+" \xff\xff", line+" \xed\xa0\x80")
}

// TestWrongFormIsSyntax asks every verb with every wrong number and form of
// arguments, and wants the usage that AIDE shows.
func TestWrongFormIsSyntax(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	conns := map[state]*talk{}
	for _, s := range states {
		conns[s] = h.in(t, s)
	}
	for _, v := range protocol.Verbs {
		c := conns[fitting(v.Access)]
		for _, line := range malformed(v) {
			if a := c.Refused(line, protocol.SYNTAXE); a.Fields.Get("usage") != v.Usage {
				t.Errorf("%q: usage %q, want %q", line, a.Fields.Get("usage"), v.Usage)
			}
			c.Must("PING") // so that nothing adds up to ten in a row
		}
	}
}

// outOfBounds has a value for each parameter that is well formed and INVALIDE.
var outOfBounds = map[string]string{
	"login": "é", "email": "x", "prenom": "\u200b", "nom": "\u200b", "categorie": "voiture", "prix": "cher",
	"ref": "é", "description": "\u200b", "titre": "\u200b", "q": "\u200b", "prix_max": "cher", "vendeur": "é", "n": "0",
	"periode": "0", "raison": "\u200b", "minutes": "0", "texte": "\u200b", "motdepasse": "\u200b", "ancien": "\u200b",
	"jeton": "é",
}

// TestFormBeforeValues asks every verb of the table with one parameter of a wrong
// form, and one too many or too few, while all others are out of their bounds.
func TestFormBeforeValues(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	conns := map[state]*talk{}
	for _, s := range states {
		conns[s] = h.in(t, s)
	}
	wrongForms := []string{"x-", "-1", "1.0", "٣", "99999999999999999999-x"}
	for _, v := range protocol.Verbs {
		c := conns[fitting(v.Access)]
		refused := func(line string) {
			t.Helper()
			c.Refused(line, protocol.SYNTAXE)
			c.Must("PING")
		}
		for i, p := range v.Params {
			for _, wrong := range wrongForms {
				if p.Form != nil && !p.Form(wrong) {
					refused(badly(v, i, wrong))
				}
			}
		}
		for i, p := range v.Params {
			if p.Kind == protocol.Key {
				refused(badly(v, i, "a "+p.Name+"=b"))
				refused(badly(v, i, `"a`))
			}
		}
		if n := len(v.Params); n == 0 || v.Params[n-1].Kind != protocol.Text {
			refused(badly(v, -1, "") + " trop")
		}
	}
	// Whether apres fits depends on tri.
	c := conns[student]
	for _, form := range []string{"tri=foo", "apres=1-1", "tri=prix apres=1", "tri=recent apres=x", "apres=9223372036854775808"} {
		for _, value := range []string{"categorie=voiture", "n=0", "prix_max=x", "vendeur=é", "q=\u200b"} {
			refusedBoth := []string{"ARTICLES " + form + " " + value, "ARTICLES " + value + " " + form}
			for _, line := range refusedBoth {
				c.Refused(line, protocol.SYNTAXE)
				c.Must("PING")
			}
		}
	}
}

// badly is a request whose values are out of bounds, but for parameter i.
func badly(v *protocol.Verb, i int, value string) string {
	line := v.Name
	for j, p := range v.Params {
		s, bounded := outOfBounds[p.Name]
		switch {
		case j == i:
			s = value
		case !bounded && p.Kind == protocol.Key:
			continue
		case !bounded:
			s = samples[p.Name]
		}
		if line += " "; p.Kind == protocol.Key {
			line += p.Name + "="
		}
		line += s
	}
	return line
}

// TestWrongFormOfValues has what the table cannot know: ids are digits, the
// orders and the boards have names, a cursor comes from a page.
func TestWrongFormOfValues(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	c := h.login(t)
	for _, line := range []string{
		"ACHAT x", "ACHAT -1", "ACHAT +1", "ACHAT 1.0", "ACHAT ٣", `ACHAT ""`, `ACHAT "1 2"`, "ACHAT ref=a",
		"ARTICLE x", "SEND:", "SEND:x", "SEND:1 2", "SEND: ", "RETRAIT x", "RETRAIT -1",
		"ARTICLES tri=cher", "ARTICLES tri=PRIX", `ARTICLES tri=""`, "ARTICLES Q=livre", "ARTICLES livre",
		"ARTICLES apres=x", "ARTICLES apres=1-1", "ARTICLES tri=prix apres=1", "ARTICLES apres=-1",
		"MESVENTES apres=x", "MESACHATS apres=1-2", "STATS NIMPORTE", "STATS TOP MOINS", `STATS ""`, "AIDE NIMPORTE",
	} {
		c.Refused(line, protocol.SYNTAXE)
		c.Must("PING")
	}
}

// TestArticleNumberTooLarge: digits only is well formed, and such an article
// does not exist.
func TestArticleNumberTooLarge(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newTestServer(t, env, plenty).login(t)
		for _, id := range []string{"0", "999999", "9223372036854775807", "9223372036854775808", strings.Repeat("9", 1000)} {
			for _, verb := range []string{"ARTICLE", "ACHAT", "RETRAIT"} {
				c.Refused(verb+" "+id, protocol.ABSENT)
			}
		}
	})
}
