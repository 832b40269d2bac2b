package session_test

import (
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// TestSeparatorsInPasswords has the examples of PROTOCOL.md §1, and
// worse: where the password is the same, so is the account.
func TestSeparatorsInPasswords(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	for i, c := range []struct {
		stored  string   // as INSCRIPTION takes it
		same    []string // what follows the login in AUTH, or a whole line
		another []string
	}{
		{
			"mot de passe: été",
			[]string{"AUTH %s mot de passe: été", "AUTH %s :mot de passe: été", `AUTH %s "mot de passe: été"`, "auth   %s   mot de passe: été", "UP:%s:mot de passe: été", "UP %s mot de passe: été", `AUTH "%s" mot de passe: été`},
			[]string{"UP:%s: mot de passe: été", `UP:%s:"mot de passe: été"`, "AUTH %s : mot de passe: été", "AUTH %s mot de passe: été ", "AUTH %s mot de passe"},
		},
		{
			"a:b:c:d:e:f",
			[]string{"UP:%s:a:b:c:d:e:f", "AUTH %s a:b:c:d:e:f", "AUTH %s :a:b:c:d:e:f", "up: %s :a:b:c:d:e:f"},
			[]string{"UP:%s::a:b:c:d:e:f", "AUTH %s ::a:b:c:d:e:f"},
		},
		{
			"login=a b=c",
			[]string{"AUTH %s login=a b=c", `AUTH %s "login=a b=c"`, "UP:%s:login=a b=c"},
			[]string{"AUTH %s b=c"},
		},
		{
			`"à moitié`,
			[]string{`AUTH %s "à moitié`, `AUTH %s :"à moitié`, `AUTH %s "\"à moitié"`, `UP:%s:"à moitié`},
			[]string{"AUTH %s à moitié"},
		},
		{
			`a\"b"cdef`,
			[]string{`AUTH %s a\"b"cdef`, `UP:%s:a\"b"cdef`, `AUTH %s "a\\\"b\"cdef"`},
			[]string{`AUTH %s a"b"cdef`},
		},
	} {
		login := []string{"aa", "bb", "cc", "dd", "ee"}[i]
		h.connect(t).Must("INSCRIPTION " + login + " " + login + "@univ.fr P N :" + c.stored)
		for _, form := range c.same {
			h.connect(t).Must(fill(form, login))
		}
		for _, form := range c.another {
			h.connect(t).Refused(fill(form, login), protocol.ECHEC)
		}
	}
}

// fill puts a login in the place of %s.
func fill(form, login string) string {
	for i := range len(form) - 1 {
		if form[i:i+2] == "%s" {
			return form[:i] + login + form[i+2:]
		}
	}
	return form
}

// TestSpellingsOfTheCoursework has the verbs as the coursework writes them.
func TestSpellingsOfTheCoursework(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	login := h.newcomer(t, "etudiant")
	c := h.connect(t)
	c.Must("UP:" + login + ":" + password)
	id := c.Must("VENTE livre 1 Titre").Fields.Get("id")
	for _, line := range []string{"SEND:" + id, "send: " + id + " ", "SEND " + id, "ARTICLE " + id, `SEND:"` + id + `"`} {
		if a := c.Must(line); a.Word != "ARTICLE" {
			t.Errorf("%q: %s", line, a.Line)
		}
	}
	// Connections are sockets, of which a talk has none.
	if a := c.Must("nb"); a.Fields.Get("connexions") != "0" || a.Fields.Get("utilisateurs") != "1" {
		t.Errorf("%s", a.Line)
	}
	for _, line := range []string{"UP:" + login, "UP:", "UP::" + password, "UP:" + login + ":"} {
		h.connect(t).Refused(line, protocol.SYNTAXE)
	}
	if c.Must("END"); !c.Closed {
		t.Error("END leaves the connection open")
	}
}

// TestSeparatorsInTitles has PROTOCOL.md §1's rule of keys.
func TestSeparatorsInTitles(t *testing.T) {
	c := newTestServer(t, testenv.Embedded(t), plenty).login(t)
	for line, title := range map[string]string{
		"VENTE livre 4.50 E=mc2 expliqué":                   "E=mc2 expliqué",
		"VENTE livre 4.50 ref=a1 E=mc2 expliqué":            "E=mc2 expliqué",
		"VENTE livre 4.50 :ref=a2 est un titre":             "ref=a2 est un titre",
		`VENTE livre 4.50 "ref=a3 est un titre"`:            "ref=a3 est un titre",
		"VENTE livre 4.50 Guide ref=a4":                     "Guide ref=a4",
		`VENTE livre 4.50 "Guide" de voyage`:                `"Guide" de voyage`,
		"VENTE livre 4.50 :" + `"Guide"`:                    `"Guide"`,
		"VENTE livre 4.50 ::Guide":                          ":Guide",
		"VENTE livre 4.50 REF=majuscule":                    "REF=majuscule",
		"vente livre 4,50 description=\"a = b\" Guide":      "Guide",
		"VENTE\tlivre\t4.50\tGuide":                         "Guide",
		"  VENTE livre 4.50 Guide ":                         "Guide ",
		`VENTE livre 4.50 description="" titre=x "et" plus`: `titre=x "et" plus`,
	} {
		if got := c.Must(line).Fields.Get("titre"); got != title {
			t.Errorf("%q: title %q, want %q", line, got, title)
		}
	}
}
