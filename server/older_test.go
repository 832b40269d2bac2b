package main

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/app"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/testenv"
)

// older is a server's stores as a version before this one left them: accounts
// and words that it wrote, and no word of what was brought up to date.
func older(t *testing.T, in *inside) {
	t.Helper()
	in.exec(t, "DELETE FROM reglages WHERE nom IN ('nfc', 'mots')")
}

// prepared is what a start does before it listens.
func prepared(t *testing.T, in *inside) {
	t.Helper()
	cfg, err := config.Load([]string{"--addr", "127.0.0.1:0"}, func(string) string { return "" }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	h := app.New(cfg, hashing.Options{Cost: testCost}, in.stores, slog.New(slog.DiscardHandler))
	defer h.Close()
	if err := h.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestOneAddressWhateverItsForm: composed or not, in capitals or not, an address
// is one account, and names come back composed.
func TestOneAddressWhateverItsForm(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		c := dial(t, server.Addr)
		c.Must("INSCRIPTION dora ande\u0301@univ.fr Rene\u0301e Duran\u0327d motdepasse")
		for _, again := range []string{"and\u00e9@univ.fr", "AND\u00c9@univ.fr", "ANDE\u0301@UNIV.fr", "ande\u0301@univ.fr"} {
			if r := c.Do("INSCRIPTION dora2 %s Dora Durand motdepasse", again); r.Code() != protocol.EXISTE || r.Fields.Get("champ") != "email" {
				t.Errorf("%+q: %s", again, r.Line)
			}
		}
		c.Must("AUTH ANDE\u0301@univ.fr motdepasse")
		who := c.Must("QUI").Fields
		if who.Get("email") != "and\u00e9@univ.fr" || who.Get("prenom") != "Ren\u00e9e" || who.Get("nom") != "Dura\u0146d" {
			t.Errorf("%+q", who)
		}
	})
}

// TestOlderAccountsComeIntoNFC at the next start, once; where two would have one
// address they stay as they are, can both log in, and are listed.
func TestOlderAccountsComeIntoNFC(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		in := openInside(t, env)
		addr := in.Serve(t)
		logins := []string{"seul", "un", "deux", "trois", "quatre", "cache"}
		register(t, addr, logins...)
		older(t, in)
		set := func(login, column, value string) {
			t.Helper()
			if _, err := in.stores.SQL.Write.Exec(t.Context(), "UPDATE utilisateurs SET "+column+" = ? WHERE login = ?", value, login); err != nil {
				t.Fatal(err)
			}
		}
		forms := map[string][2]string{ // before, after
			"seul":  {"se\u0301ul@univ.fr", "s\u00e9ul@univ.fr"},
			"un":    {"m\u00eame@univ.fr", "m\u00eame@univ.fr"}, // with deux
			"deux":  {"me\u0302me@univ.fr", "me\u0302me@univ.fr"},
			"cache": {"ca\u200bche@univ.fr", "ca\u200bche@univ.fr"},
		}
		forms["quatre"] = [2]string{"e\u0323\u0302@univ.fr", "e\u0323\u0302@univ.fr"}
		forms["trois"] = [2]string{"\u1eb9\u0302@univ.fr", "\u1eb9\u0302@univ.fr"}
		for login, form := range forms {
			set(login, "email", form[0])
			set(login, "prenom", "Rene\u0301")
			set(login, "nom", strings.Repeat("\ufb2c", 30)) // would not fit any more
		}
		prepared(t, in)
		read := func() map[string]string {
			all := map[string]string{}
			rows, err := in.stores.SQL.Read.DB.QueryContext(t.Context(), "SELECT login, email, prenom, nom FROM utilisateurs")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			for rows.Next() {
				var login, email, first, last string
				if err := rows.Scan(&login, &email, &first, &last); err != nil {
					t.Fatal(err)
				}
				all[login] = email
				if first != "Ren\u00e9" || last != strings.Repeat("\ufb2c", 30) {
					t.Errorf("%s is called %+q %+q", login, first, last)
				}
			}
			return all
		}
		after := read()
		for login, form := range forms {
			if after[login] != form[1] {
				t.Errorf("%s has %+q, want %+q", login, after[login], form[1])
			}
			c := dial(t, addr)
			for _, typed := range []string{form[0], form[1], strings.ToUpper(form[1])} {
				r := c.Must("AUTH %s %s", typed, password)
				if r.Fields.Get("login") != login {
					t.Errorf("%+q is %s, want %s", typed, r.Fields.Get("login"), login)
				}
				c.Must("DECONNEXION")
			}
		}
		shared, err := accounts.SharedAddresses(t.Context(), in.stores.SQL.Read.Conn)
		if err != nil {
			t.Fatal(err)
		}
		var together []string
		for _, s := range shared {
			slices.Sort(s.Logins)
			together = append(together, strings.Join(s.Logins, "+"))
		}
		slices.Sort(together)
		if !slices.Equal(together, []string{"deux+un", "quatre+trois"}) {
			t.Errorf("shared: %q", together)
		}
		set("seul", "email", "se\u0301ul@univ.fr")
		prepared(t, in)
		if got := read()["seul"]; got != "se\u0301ul@univ.fr" {
			t.Errorf("brought up to date a second time: %+q", got)
		}
	})
}

// TestSearchKnowsNoCase, as Unicode knows cases, nor accents, in titles and in
// the names of accounts.
func TestSearchKnowsNoCase(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), "--quota-max", "1000", "--admin-login", "chef", "--admin-password", "pas-de-devinette")
	register(t, server.Addr, "alice")
	c := login(t, server.Addr, "alice")
	admin := dial(t, server.Addr)
	admin.Must("AUTH chef pas-de-devinette")
	for i, pair := range otherCases {
		c.Must("VENTE livre 1 :%s", pair[0])
		if r := c.Must("ARTICLES n=1 q=%s", pair[1]); len(r.Rows) != 1 || r.Rows[0].Fields.Get("titre") != pair[0] {
			t.Errorf("%s is not found by %s: %s", pair[0], pair[1], r.Line)
		}
		c.Must("RETRAIT %d", i+1)
		if i < 4 { // an address may open five accounts
			other := dial(t, server.Addr)
			other.Must("INSCRIPTION cas-%d cas%d@univ.fr %s Nom motdepasse", i, i, pair[0])
			if r := admin.Must("COMPTES q=%s", pair[1]); len(r.Rows) != 1 || r.Rows[0].Fields.Get("prenom") != pair[0] {
				t.Errorf("account of %s is not found by %s", pair[0], pair[1])
			}
		}
	}
}

// otherCases are a title and a search that finds it.
var otherCases = [][2]string{
	{"Ελλάς", "ΕΛΛΆΣ"},
	{"kırmızı", "KIRMIZI"},
	{"Straße", "STRASSE"},
	{"ΟΔΟΣ", "οδος"},
	{"ΕΛΛΆΣ", "ελλας"},
	{"KIRMIZI", "kırmızı"},
	{"İstanbul", "istanbul"},
	{"STRASSE", "straße"},
	{"GROẞ", "gross"},
	{"Œuvre", "OEUVRE"},
	{"ÆGIR", "aegir"},
	{"ŁÓDŹ", "lodz"},
	{"Đặng", "dang"},
	{"ﬁn", "FIN"},
	{"ǅemal", "džemal"},
	{"τῳ", "ΤΩ"},
	{"می\u200cخواهم", "میخواهم"},
	{"ⅷ", "VIII"},
	{"Ｌivre", "livre"},
	{"ſi", "SI"},
	{"ᲐᲑᲒ", "აბგ"},
}

// TestOlderTitlesAreFoundAgain after a start, though their words were folded by
// an older rule, which another instance may be half through.
func TestOlderTitlesAreFoundAgain(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		in := openInside(t, env)
		addr := in.Serve(t)
		register(t, addr, "alice")
		c := login(t, addr, "alice")
		for range 2 {
			c.Must("VENTE livre 1 :Ελλάς kırmızı")
			c.Must("VENTE livre 1 :Straße d'été")
			id := c.Must("VENTE livre 1 :Été").Fields.Get("id")
			for range 8 { // 256 of them: more than one batch
				in.exec(t, `INSERT INTO articles (vendeur_id, categorie, prix_centimes, titre, publie_le)
					SELECT vendeur_id, categorie, prix_centimes, titre, publie_le FROM articles WHERE titre = 'Été' AND id >= `+id)
			}
			in.exec(t, `INSERT INTO mots (mot, article_id) SELECT 'ete', id FROM articles WHERE titre = 'Été' AND id > `+id)
		}
		older(t, in)
		in.exec(t, "UPDATE mots SET mot = 'ελλας' WHERE mot = 'ελλασ'")
		in.exec(t, "UPDATE mots SET mot = 'kırmızı' WHERE mot = 'kirmizi'")
		if r := c.Must("ARTICLES q=KIRMIZI"); len(r.Rows) != 0 {
			t.Fatal("the words are not those of an older rule")
		}
		prepared(t, in)
		for q, want := range map[string]string{"ΕΛΛΆΣ": "2", "KIRMIZI": "2", "STRASSE": "2", "ete": "100"} {
			if r := c.Must("ARTICLES n=100 q=%s", q); r.Fields.Get("lignes") != want {
				t.Errorf("%s: %s", q, r.Line)
			}
		}
		in.exec(t, "UPDATE mots SET mot = 'kırmızı' WHERE mot = 'kirmizi'")
		prepared(t, in)
		if r := c.Must("ARTICLES q=KIRMIZI"); len(r.Rows) != 0 {
			t.Error("all words were read again")
		}
	})
}
