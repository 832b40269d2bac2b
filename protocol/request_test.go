package protocol_test

import (
	"strings"
	"testing"

	"etuservices/protocol"
)

// parsed reads a line as the server does: its verb, then the rest.
func parsed(line string) (protocol.Request, string) {
	v, rest, ok := protocol.SplitVerb([]byte(line))
	switch {
	case !ok:
		return protocol.Request{}, "NO"
	case v == nil:
		return protocol.Request{}, "empty"
	}
	r, err := v.Parse(rest)
	if err != nil {
		return r, "SYNTAXE"
	}
	return r, v.Name
}

// show writes what was given, in the table's order: name=[value].
func show(r protocol.Request) string {
	var b strings.Builder
	for _, p := range r.Verb.Params {
		if v, ok := r.Lookup(p.Name); ok {
			b.WriteString(" " + p.Name + "=[" + v + "]")
		}
	}
	return b.String()
}

func TestRequest(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		// The examples of PROTOCOL.md §1.
		{`VENTE livre 4.50 E=mc2 expliqué`, `VENTE categorie=[livre] prix=[4.50] titre=[E=mc2 expliqué]`},
		{`AUTH alice mot de passe: été`, `AUTH login=[alice] motdepasse=[mot de passe: été]`},
		{`AUTH alice :mot de passe: été`, `AUTH login=[alice] motdepasse=[mot de passe: été]`},
		{`AUTH alice "mot de passe: été"`, `AUTH login=[alice] motdepasse=[mot de passe: été]`},
		{`AUTH alice a=b`, `AUTH login=[alice] motdepasse=[a=b]`},
		{`UP:alice:motdepasse`, `AUTH login=[alice] motdepasse=[motdepasse]`},
		{`UP:alice:"a:b" `, `AUTH login=[alice] motdepasse=["a:b" ]`},
		{`SEND:12`, `ARTICLE id=[12]`},

		// Verbs: any case, aliases, blanks around, arity.
		{`ping`, `PING`},
		{`  PiNg` + "\t ", `PING`},
		{`PING x`, `SYNTAXE`},
		{`PING =`, `SYNTAXE`},
		{`help up`, `AIDE verbe=[up]`},
		{`AIDE`, `AIDE`},
		{`AIDE ""`, `AIDE verbe=[]`},
		{`AIDE PING PONG`, `SYNTAXE`},
		{`end`, `QUITTER`},
		{`QUIT`, `QUITTER`},
		{`logout`, `DECONNEXION`},
		{``, `empty`},
		{" \t ", `empty`},
		{`BONJOUR`, `NO`},
		{`PINGS`, `NO`},
		{`PING:`, `NO`},
		{`:`, `NO`},
		{`"PING"`, `NO`},
		{`AUTH:alice:motdepasse`, `NO`},
		{`DÉCONNEXION`, `NO`},
		{"\xff\xfe", `NO`},
		{"PING\r", `NO`},
		{"PING\x00", `NO`},
		{`GET / HTTP/1.1`, `NO`},
		{strings.Repeat("PING", 5), `NO`},

		// Words.
		{`ACHAT`, `SYNTAXE`},
		{`ACHAT 42 43`, `SYNTAXE`},
		{`ACHAT "42"`, `ACHAT id=[42]`},
		{`ACHAT "42"x`, `SYNTAXE`},
		{`ACHAT "42`, `SYNTAXE`},
		{`ACHAT "4\2"`, `SYNTAXE`},
		{`ACHAT "42\"`, `SYNTAXE`},
		{`ACHAT "42\`, `SYNTAXE`},
		{
			`INSCRIPTION anne a@univ.fr "Anne Marie" "dit \"Nana\" \\ B" mot de passe`,
			`INSCRIPTION login=[anne] email=[a@univ.fr] prenom=[Anne Marie] nom=[dit "Nana" \ B] motdepasse=[mot de passe]`,
		},
		{`INSCRIPTION anne a@univ.fr Anne Bé`, `SYNTAXE`},
		{`MOTDEPASSE "mon ancien" le "nouveau"`, `MOTDEPASSE ancien=[mon ancien] motdepasse=[le "nouveau"]`},
		{`MOTDEPASSE ref=a n=1`, `MOTDEPASSE ancien=[ref=a] motdepasse=[n=1]`},

		// Keys: those of the verb, in any order, before the text.
		{`ACHAT 42 ref=k7`, `ACHAT id=[42] ref=[k7]`},
		{`ACHAT ref=k7 42`, `SYNTAXE`},
		{`ACHAT 42 ref=a ref=b`, `SYNTAXE`},
		{`ACHAT 42 REF=a`, `SYNTAXE`},
		{`ACHAT 42 ref="a" `, `ACHAT id=[42] ref=[a]`},
		{`ACHAT 42 ref="a"b`, `SYNTAXE`},
		{`ACHAT 42 n=1`, `SYNTAXE`},
		{`ARTICLES n=5 q="été \"bleu\"" tri=-prix`, `ARTICLES q=[été "bleu"] tri=[-prix] n=[5]`},
		{`ARTICLES q= n=5`, `ARTICLES q=[] n=[5]`},
		{`ARTICLES q=a=b`, `ARTICLES q=[a=b]`},
		{`ARTICLES livre`, `SYNTAXE`},
		{`ARTICLES =livre`, `SYNTAXE`},
		{
			`VENTE cd 1 description="d'été" ref=r1 ref2=x n=5`,
			`VENTE categorie=[cd] prix=[1] ref=[r1] description=[d'été] titre=[ref2=x n=5]`,
		},
		{`VENTE cd 1 description="d'été`, `SYNTAXE`},
		{`VENTE cd 1 ref=r1`, `SYNTAXE`},
		{`VENTE cd 1 ref=r1 titre ref=r2`, `VENTE categorie=[cd] prix=[1] ref=[r1] titre=[titre ref=r2]`},
		{`VENTE cd 1 :ref=r1 x`, `VENTE categorie=[cd] prix=[1] titre=[ref=r1 x]`},
		{`VENTE cd 1 "ref=r1 x"`, `VENTE categorie=[cd] prix=[1] titre=[ref=r1 x]`},

		// Text: after ":" verbatim; wholly quoted; else as it stands.
		{`AUTH alice`, `SYNTAXE`},
		{`AUTH alice `, `SYNTAXE`},
		{`AUTH alice :`, `AUTH login=[alice] motdepasse=[]`},
		{`AUTH alice ""`, `AUTH login=[alice] motdepasse=[]`},
		{`AUTH alice ::x`, `AUTH login=[alice] motdepasse=[:x]`},
		{`AUTH alice : x `, `AUTH login=[alice] motdepasse=[ x ]`},
		{`AUTH alice :"x"`, `AUTH login=[alice] motdepasse=["x"]`},
		{`AUTH alice x `, `AUTH login=[alice] motdepasse=[x ]`},
		{`AUTH alice   x`, `AUTH login=[alice] motdepasse=[x]`},
		{`AUTH alice "x" `, `AUTH login=[alice] motdepasse=["x" ]`},
		{`AUTH alice "x" et "y"`, `AUTH login=[alice] motdepasse=["x" et "y"]`},
		{`AUTH alice "a \"b\" \\c"`, `AUTH login=[alice] motdepasse=[a "b" \c]`},
		{`AUTH alice "a\b"`, `AUTH login=[alice] motdepasse=["a\b"]`},
		{`AUTH alice "abc\"`, `AUTH login=[alice] motdepasse=["abc\"]`},
		{`AUTH alice "abc`, `AUTH login=[alice] motdepasse=["abc]`},
		{"AUTH alice motdepass\xe9", `SYNTAXE`},
		{"PING \xff", `SYNTAXE`},

		// The coursework's spelling.
		{`up:alice@univ.fr::x:y `, `AUTH login=[alice@univ.fr] motdepasse=[:x:y ]`},
		{`UP: alice :x`, `AUTH login=[alice] motdepasse=[x]`},
		{`UP:alice:`, `SYNTAXE`},
		{`UP:alice`, `SYNTAXE`},
		{`UP::motdepasse`, `SYNTAXE`},
		{`UP:`, `SYNTAXE`},
		{`UP alice motdepasse`, `AUTH login=[alice] motdepasse=[motdepasse]`},
		{`UP :alice:motdepasse`, `SYNTAXE`},
		{`send: 12 `, `ARTICLE id=[12]`},
		{`SEND 12`, `ARTICLE id=[12]`},
		{`SEND:12 13`, `SYNTAXE`},
		{`SEND:"12`, `SYNTAXE`},
		{`SEND:`, `SYNTAXE`},
		{`SEND:12:13`, `ARTICLE id=[12:13]`},
	} {
		r, got := parsed(c.line)
		if got != "NO" && got != "empty" && got != "SYNTAXE" {
			got += show(r)
		}
		if got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

func TestRequestLookup(t *testing.T) {
	r, _ := parsed(`ARTICLES q=""`)
	if v, ok := r.Lookup("q"); v != "" || !ok {
		t.Errorf("an empty value that was given: %q %v", v, ok)
	}
	if v, ok := r.Lookup("n"); v != "" || ok {
		t.Errorf("a key that was not given: %q %v", v, ok)
	}
	if v, ok := r.Lookup("nosuch"); v != "" || ok {
		t.Errorf("a key that the verb does not have: %q %v", v, ok)
	}
	if r, _ = parsed(`ACHAT 42`); r.Get("id") != "42" || r.Get("ref") != "" {
		t.Errorf("Get: %q %q", r.Get("id"), r.Get("ref"))
	}
}

// Every legal request fits (PROTOCOL.md §1): the longest ones that the
// bounds allow, in characters of 4 bytes or that need an escape.
func TestLongestRequestsFit(t *testing.T) {
	wide := func(n int) string { return strings.Repeat("🎓", n) }
	ref := strings.Repeat("r", protocol.MaxRef)
	for _, line := range []string{
		`VENTE materiel 9999.99 ref=` + ref + ` description="` + wide(protocol.MaxDescription) + `" "` + wide(protocol.MaxTitle) + `"`,
		`INSCRIPTION ` + strings.Repeat("l", protocol.MaxLogin) + ` "` + strings.Repeat("e", protocol.MaxEmail) + `" "` +
			wide(protocol.MaxName) + `" "` + wide(protocol.MaxName) + `" "` + wide(protocol.MaxPassword) + `"`,
		`MOTDEPASSE "` + wide(protocol.MaxPassword) + `" "` + wide(protocol.MaxPassword) + `"`,
		`ARTICLES categorie=materiel q="` + wide(protocol.MaxTitle) + `" prix_max=9999.99 vendeur=` +
			strings.Repeat("l", protocol.MaxLogin) + ` tri=recent n=100 apres=` + ref,
	} {
		if got := len(line + "\r\n"); got > protocol.MaxLine {
			t.Errorf("%d bytes: %.20s…", got, line)
		}
		if _, got := parsed(line); strings.HasPrefix(got, "S") {
			t.Errorf("%s: %.20s…", got, line)
		}
	}
}
