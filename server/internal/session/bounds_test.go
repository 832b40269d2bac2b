package session_test

import (
	"fmt"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// widest is a character of four bytes: bounds count code points, and columns
// must hold them.
const widest = "🎸"

// bound is one value at n-1, n and n+1 of its bound.
type bound struct {
	field string // what INVALIDE says in champ=
	value string
	ok    bool
}

// lengths gives values around a bound on the number of characters.
func lengths(field string, least, most int) (list []bound) {
	for _, c := range []string{"a", widest} {
		for _, n := range []int{least - 1, least, least + 1, most - 1, most, most + 1} {
			if n >= 0 {
				list = append(list, bound{field, strings.Repeat(c, n), n >= least && n <= most})
			}
		}
	}
	return list
}

func good(field string, values ...string) []bound { return bounds(field, true, values) }
func bad(field string, values ...string) []bound  { return bounds(field, false, values) }

func bounds(field string, ok bool, values []string) (list []bound) {
	for _, v := range values {
		list = append(list, bound{field, v, ok})
	}
	return list
}

func all(lists ...[]bound) (list []bound) {
	for _, l := range lists {
		list = append(list, l...)
	}
	return list
}

// hostile are the characters that no value may hold.
var hostile = []string{"a\x00b", "a\x1bb", "a\tb\x07", "a\u009bb", "a\u2028b", "a\u202eb", "a\x7fb", "a\u2066b", "a\u200bb"}

func asLogin(n int) string { return strings.Repeat("a", n) }

func emailOf(n int) string { return strings.Repeat("a", n-len("@univ.fr")) + "@univ.fr" }

// TestBounds has each value of PROTOCOL.md §5 at n-1, n and n+1 of its
// bound, on both kinds of stores: what is accepted must also fit them, and
// come back as it went in.
func TestBounds(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, plenty)
		t.Run("INSCRIPTION", func(t *testing.T) { registrationBounds(t, h) })
		t.Run("MOTDEPASSE", func(t *testing.T) { passwordBounds(t, h) })
		t.Run("VENTE", func(t *testing.T) { saleBounds(t, h) })
		t.Run("lists", func(t *testing.T) { listBounds(t, h) })
		if strings.Contains(h.logs.String(), "incident=") {
			t.Errorf("incidents:\n%s", h.logs)
		}
	})
}

func registrationBounds(t *testing.T, h *testServer) {
	values := all(
		good("login", asLogin(2), asLogin(3), asLogin(31), asLogin(32), "0a", "a.", "a-_.9", "MAJUSCULE"),
		bad("login", "a", asLogin(33), asLogin(300), ".a", "-a", "_a", "é1", "a b", "a@b", "a+b", "a"+widest, "mi\u212ae", "a\x00"),
		good("email", "a@b.c", emailOf(253), emailOf(254), "prénom@univ.fr", "A.B+C@Univ.FR"),
		bad("email", "", "a", "@", "a@", "@b.c", "a@b", "a@b.", "a@.c", "a@b..c", "a@b@c.d", emailOf(255), "a b@c.d", "a@-b.c", "a@b\x1b.c"),
		lengths("prenom", 1, 64), bad("prenom", " ", "\u00a0"), bad("prenom", hostile...),
		lengths("nom", 1, 64), bad("nom", hostile...), good("nom", "de La Tour", `O"Brien\`, "N'Guyen=1"),
		lengths("motdepasse", 8, 128), bad("motdepasse", hostile...), good("motdepasse", "mot de passe: été", `"à moitié`),
	)
	for i, b := range values {
		v := map[string]string{
			"login": fmt.Sprintf("login-%d", i), "email": fmt.Sprintf("login-%d@univ.fr", i),
			"prenom": "Prénom", "nom": "Nom", "motdepasse": password,
		}
		v[b.field] = b.value
		line := fmt.Sprintf("INSCRIPTION %s %s %s %s :%s", quoteRaw(v["login"]), quoteRaw(v["email"]),
			quoteRaw(v["prenom"]), quoteRaw(v["nom"]), v["motdepasse"])
		c := h.connect(t)
		if !judged(t, c, line, b) {
			continue
		}
		c.Must("AUTH " + v["login"] + " :" + v["motdepasse"])
		who := c.Must("QUI").Fields
		if who.Get("login") != strings.ToLower(v["login"]) || who.Get("email") != strings.ToLower(v["email"]) ||
			who.Get("prenom") != v["prenom"] || who.Get("nom") != v["nom"] {
			t.Errorf("%q: came back as %v", line, who)
		}
	}
}

// quoteRaw quotes a word without replacing what is hostile in it.
func quoteRaw(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// judged says a line and tells whether its value passed, as it must.
func judged(t *testing.T, c *talk, line string, b bound) bool {
	t.Helper()
	if len(line) > protocol.MaxLine-len("\r\n") {
		t.Errorf("%.40q…: a line of %d bytes", line, len(line))
	}
	a := c.Do(line)
	switch {
	case b.ok && !a.OK():
		t.Errorf("%q: %s", line, a.Line)
	case !b.ok && (a.Code() != protocol.INVALIDE || a.Fields.Get("champ") != b.field):
		t.Errorf("%q: %s, want INVALIDE champ=%s", line, a.Line, b.field)
	}
	return a.OK()
}

func passwordBounds(t *testing.T, h *testServer) {
	c := h.login(t)
	old := password
	for _, b := range all(lengths("motdepasse", 8, 128), bad("motdepasse", hostile...)) {
		if judged(t, c, "MOTDEPASSE "+old+" :"+b.value, b) {
			old = b.value
		}
	}
}

func saleBounds(t *testing.T, h *testServer) {
	c := h.login(t)
	for _, b := range all(
		good("categorie", protocol.Categories...), bad("categorie", "", "livres", "Livre", "chaussure", "é", widest),
		good("prix", "0", "0.00", "0,01", "4", "4.5", "4.50", "4,50", "9999.98", "9999.99", "0000000004.50"),
		bad(
			"prix", "", "-0.01", "10000", "10000.00", "9999.991", "4.", ".5", "4.505", "1e3", "+4", "4.5.0", "4,5,0",
			"4 50", "∞", "NaN", "0x10", "٤", strings.Repeat("9", 500),
		),
		good("ref", "a", "A-z_0.9", strings.Repeat("b", 63), strings.Repeat("c", 64)),
		bad("ref", "", "a b", "é", "a/b", "a:b", "{a}", "*", strings.Repeat("d", 65)),
		lengths("description", 0, 300), good("description", "", "a  b", `\"="`), bad("description", hostile...),
		lengths("titre", 1, 120), bad("titre", " ", "\u00a0"), bad("titre", hostile...),
		good("titre", "E=mc2 expliqué", "ref=x", "'; DROP TABLE articles; --", "100 % neuf_", `"`, " espace devant", "\uFFFD", "œuvre"),
	) {
		v := map[string]string{"categorie": "livre", "prix": "4.50", "ref": "", "description": "", "titre": "Titre"}
		v[b.field] = b.value
		line := fmt.Sprintf("VENTE %s %s", quoteRaw(v["categorie"]), quoteRaw(v["prix"]))
		if b.field == "ref" {
			line += " ref=" + quoteRaw(v["ref"])
		}
		line += " description=" + quoteRaw(v["description"]) + " :" + v["titre"]
		if !judged(t, c, line, b) {
			continue
		}
		sale := c.Must("ARTICLES n=1").Rows[0].Fields
		article := c.Must("ARTICLE " + sale.Get("id")).Fields
		if article.Get("titre") != v["titre"] || article.Get("description") != v["description"] || article.Get("categorie") != v["categorie"] {
			t.Errorf("%q: came back as %v", line, article)
		}
	}
}

func listBounds(t *testing.T, h *testServer) {
	c := h.login(t)
	for _, b := range all(
		good("n", "1", "2", "99", "100"), bad("n", "", "0", "101", "-1", "x", "1.0", "é", "99999999999999999999"),
	) {
		for _, verb := range []string{"ARTICLES", "MESVENTES", "MESACHATS", "NOUVELLES"} {
			judged(t, c, verb+" n="+quoteRaw(b.value), b)
		}
	}
	for _, b := range all(
		good("prix", "0", "9999.99", "4,5"), bad("prix", "", "10000", "-1", "x"),
	) {
		judged(t, c, "ARTICLES prix_max="+quoteRaw(b.value), b)
	}
	for _, b := range bad("login", "", "a", "é", widest, "a b", asLogin(33)) {
		judged(t, c, "ARTICLES vendeur="+quoteRaw(b.value), b)
	}
	for _, b := range bad("categorie", "", "livres", "é") {
		judged(t, c, "ARTICLES categorie="+quoteRaw(b.value), b)
	}
	for _, q := range []string{
		"", " ", "é", widest, "%", "_", "'", `\`, strings.Repeat("a ", 500), strings.Repeat(widest, 400),
		strings.Repeat("é", 900), "\uFFFD", "œ", "a\u0301",
	} {
		c.Must("ARTICLES q=" + quoteRaw(q))
	}
	for _, b := range bad("q", hostile...) {
		judged(t, c, "ARTICLES q="+quoteRaw(b.value), b)
	}
}
