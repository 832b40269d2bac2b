package main

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// deeds has a line of each verb that administrators have against an account.
var deeds = []string{
	"BLOQUER %s :bruit", "DEBLOQUER %s", "EXPULSER %s minutes=5 bruit", "EXPULSER %s bruit", "RAZ %s",
	"NOUVEAUMDP %s motdepasse", "SUPPRIMER %s bruit",
}

// Every verb of administrators: a student may not, an unknown login is ABSENT,
// and what would shut out oneself, or the last administrator, is INTERDIT.
func TestWhoMayAdminister(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env, adminArgs...)
		register(t, server.Addr, "alice", "bob")
		alice, prof := login(t, server.Addr, "alice"), login(t, server.Addr, "prof")
		for _, v := range protocol.Verbs {
			if v.Access == protocol.Admin {
				alice.Refused(protocol.INTERDIT, "%s", v.Name) // before the form is looked at
			}
		}
		alice.Refused(protocol.INTERDIT, "BLOQUER bob :parce que")
		for _, deed := range deeds {
			prof.Refused(protocol.ABSENT, deed, "personne")
			prof.Refused(protocol.INVALIDE, deed, "É")
			toSelf := prof.Do(deed, "prof") // himself, and the last administrator
			if want := deed == "RAZ %s" || deed == "DEBLOQUER %s"; toSelf.OK() != want || !want && toSelf.Code() != protocol.INTERDIT {
				t.Errorf("%s on oneself: %s", deed, toSelf.Line)
			}
		}
		prof.Must("QUI")
		if r := prof.Do("COMPTES q=prof"); len(r.Rows) != 1 || r.Rows[0].Fields.Get("etat") != "actif" {
			t.Errorf("%v", r.Rows)
		}
		prof.Refused(protocol.INVALIDE, "BLOQUER alice :")
		prof.Refused(protocol.INVALIDE, "EXPULSER alice minutes=0 :bruit")
		prof.Refused(protocol.INVALIDE, "EXPULSER alice minutes=99999 :bruit")
		prof.Refused(protocol.INVALIDE, "ANNONCE : ")
		prof.Refused(protocol.INVALIDE, "SUIVRE periode=0")
		prof.Refused(protocol.INVALIDE, "SUIVRE periode=61")
		prof.Refused(protocol.SYNTAXE, "INSCRIPTIONS peut-être")
		alice.Must("QUI")
	})
}

// What is done on one instance holds on the other at once.
func TestAdministeringAnotherInstance(t *testing.T) {
	t.Parallel()
	one, two, env := twoServers(t)
	register(t, one.Addr, "alice", "bob")
	prof := login(t, one.Addr, "prof")

	// BLOQUER: told why, closed, tokens dead; the password alone says it.
	alice := dial(t, two.Addr)
	token := alice.Must("AUTH alice %s", password).Fields.Get("jeton")
	prof.Must("BLOQUER alice :bavardage : trop")
	if e := alice.Event("EXPULSE"); e.Text != "bavardage : trop" {
		t.Errorf("told %q", e.Text)
	}
	alice.Closed()
	alice = dial(t, two.Addr)
	alice.Refused(protocol.ECHEC, "REPRENDRE %s", token)
	alice.Refused(protocol.ECHEC, "AUTH alice mauvais-mot")
	if r := alice.Refused(protocol.BLOQUE, "AUTH alice %s", password); r.Fields.Get("apres") != "" {
		t.Errorf("%s", r.Line)
	}
	if r := prof.Must("COMPTES q=ALICE"); len(r.Rows) != 1 || r.Rows[0].Fields.Get("etat") != "bloque" {
		t.Errorf("%v", r.Rows)
	}
	prof.Must("DEBLOQUER alice")
	alice.Must("AUTH alice %s", password)

	// EXPULSER with minutes: BLOQUE apres= until then; DEBLOQUER ends it.
	prof.Must("EXPULSER alice minutes=2 :dehors")
	alice.Event("EXPULSE")
	alice.Closed()
	alice = dial(t, two.Addr)
	if r := alice.Refused(protocol.BLOQUE, "AUTH alice %s", password); r.Fields.Int("apres") < 110 || r.Fields.Int("apres") > 120 {
		t.Errorf("%s", r.Line)
	}
	prof.Must("DEBLOQUER alice")
	alice.Must("AUTH alice %s", password)
	prof.Must("EXPULSER alice :dehors") // without: closed, and free to come back
	alice.Event("EXPULSE")
	alice.Closed()
	alice = login(t, two.Addr, "alice")

	// NOUVEAUMDP: only the given password, and nothing but changing it.
	prof.Must("NOUVEAUMDP alice donné par le prof")
	alice.Event("EXPULSE")
	alice.Closed()
	alice = dial(t, two.Addr)
	alice.Refused(protocol.ECHEC, "AUTH alice %s", password)
	in := alice.Must("AUTH alice donné par le prof")
	if in.Fields.Get("changer") != "1" {
		t.Errorf("%s", in.Line)
	}
	for _, line := range []string{"VENTE livre 1 Titre", "ARTICLES", "STATS", "NB", "QUOTA"} {
		alice.Refused(protocol.INTERDIT, "%s", line)
	}
	resumed := dial(t, one.Addr)
	if r := resumed.Must("REPRENDRE %s", in.Fields.Get("jeton")); r.Fields.Get("changer") != "1" {
		t.Errorf("%s", r.Line)
	}
	resumed.Refused(protocol.INTERDIT, "ARTICLES")
	resumed.Must("QUITTER")
	alice.Refused(protocol.INVALIDE, `MOTDEPASSE "donné par le prof" donné par le prof`)
	alice.Must(`MOTDEPASSE "donné par le prof" %s`, password)
	alice.Must("ARTICLES")
	alice.Must("DECONNEXION")
	if r := alice.Must("AUTH alice %s", password); r.Fields.Get("changer") != "" {
		t.Errorf("%s", r.Line)
	}

	// ANNONCE reaches everybody who is logged in, and nobody else.
	nobody := dial(t, two.Addr)
	prof.Must("ANNONCE :Pause : dix minutes")
	if e := alice.Event("ANNONCE"); e.Text != "Pause : dix minutes" {
		t.Errorf("told %q", e.Text)
	}
	nobody.Must("PING")
	if len(nobody.Events) != 0 {
		t.Errorf("told whoever is not logged in: %v", nobody.Events)
	}

	// INSCRIPTIONS.
	prof.Must("INSCRIPTIONS fermees")
	nobody.Refused(protocol.INTERDIT, "INSCRIPTION carol carol@univ.fr Carol Martin %s", password)
	if r := prof.Must("INSCRIPTIONS"); r.Fields.Get("etat") != "fermees" {
		t.Errorf("%s", r.Line)
	}
	prof.Must("INSCRIPTIONS OUVERTES")
	nobody.Must("INSCRIPTION carol carol@univ.fr Carol Martin %s", password)

	// All of it stands in the audit.
	want := "AJOUTER prof admin, BLOQUER alice bavardage : trop, DEBLOQUER alice , EXPULSER alice dehors, DEBLOQUER alice , EXPULSER alice dehors, " +
		"NOUVEAUMDP alice , ANNONCE  Pause : dix minutes, INSCRIPTIONS  fermees, INSCRIPTIONS  ouvertes"
	if got := audit(t, env); got != want {
		t.Errorf("audit:\n%s\nwant\n%s", got, want)
	}
}

// audit reads the table of deeds: what, whom, why; by prof, or the server's own, on "un", now.
func audit(t *testing.T, env *testenv.Env) (all string) {
	t.Helper()
	db := env.Open(t).SQL.Read.DB
	rows, err := db.Query(`SELECT action, cible, raison, admin, serveur, admin_id IS NULL, cible_id, instant FROM audit ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var action, whom, why, who, where, when string
		var noID bool
		var whomID sql.NullInt64
		if err := rows.Scan(&action, &whom, &why, &who, &where, &noID, &whomID, &when); err != nil {
			t.Fatal(err)
		}
		by := "prof"
		if action == "AJOUTER" {
			by = "~serveur"
		}
		if who != by || where != "un" || noID != (by != "prof") || whomID.Valid != (whom != "") || when == "" {
			t.Errorf("%s: by %s on %s, at %s", action, who, where, when)
		}
		if all != "" {
			all += ", "
		}
		all += fmt.Sprint(action, " ", whom, " ", why)
	}
	return all
}

// RAZ empties both windows on all instances, and a Redis that is emptied after
// it is filled by what came after it.
func TestResetOfQuotas(t *testing.T) {
	t.Parallel()
	one, two, env := twoServers(t)
	register(t, one.Addr, "alice")
	prof := login(t, one.Addr, "prof")
	alice := dial(t, two.Addr)
	for range 10 {
		alice.Must("AUTH alice %s", password)
		alice.Must("DECONNEXION")
	}
	alice.Refused(protocol.QUOTA, "AUTH alice %s", password)
	for range 2 {
		prof.Must("RAZ alice")
		alice.Must("AUTH alice %s", password)
		for i := range 10 {
			alice.Must("VENTE livre 1 titre %d", i)
		}
		alice.Refused(protocol.QUOTA, "VENTE livre 1 titre")
		alice.Must("DECONNEXION")
	}
	alice.Must("AUTH alice %s", password)
	prof.Must("RAZ alice")
	alice.Event("ANNONCE")
	alice.Must("VENTE livre 1 titre")
	env.Redis().FlushAll(t)
	for i, want := range []int64{0, 1} {
		if r := alice.Must("QUOTA").Rows[i].Fields; r.Int("utilise") != want {
			t.Errorf("%v, want %d used", r, want)
		}
	}
	for i := range 9 {
		alice.Must("VENTE livre 1 titre %d", i)
	}
	alice.Refused(protocol.QUOTA, "VENTE livre 1 titre")
}

// A deleted account: its login is free for somebody else, who finds nothing of
// it; its sales stay without a name, and the totals count them, rebuilt or not.
func TestDeletedAccount(t *testing.T) {
	t.Parallel()
	one, two, env := twoServers(t)
	register(t, one.Addr, "alice", "bob")
	prof := login(t, one.Addr, "prof")
	alice, bob := login(t, two.Addr, "alice"), login(t, one.Addr, "bob")
	sold := alice.Must("VENTE livre 1 vendu").Fields.Get("id")
	left := alice.Must("VENTE livre 1 reste").Fields.Get("id")
	for i := range 8 {
		alice.Must("VENTE livre 1 titre %d", i)
	}
	bob.Must("ACHAT %s", sold)
	prof.Must("SUPPRIMER alice :à sa demande")
	if e := alice.Event("EXPULSE"); e.Text != "à sa demande" {
		t.Errorf("told %q", e.Text)
	}
	alice.Closed()
	dial(t, two.Addr).Refused(protocol.ECHEC, "AUTH alice %s", password)
	dial(t, two.Addr).Refused(protocol.ECHEC, "AUTH ~2 %s", password)
	prof.Refused(protocol.ABSENT, "BLOQUER alice :encore")
	if r := prof.Must("COMPTES"); len(r.Rows) != 2 {
		t.Errorf("accounts: %v", r.Rows)
	}
	bought := bob.Must("MESACHATS").Rows[0].Fields
	if bought.Get("vendeur") == "alice" || bought.Get("contact") != "" || bought.Get("titre") != "vendu" {
		t.Errorf("purchase: %v", bought)
	}
	bob.Refused(protocol.VENDU, "ACHAT %s", left)
	if r := bob.Must("ARTICLES"); len(r.Rows) != 0 {
		t.Errorf("for sale: %v", r.Rows)
	}

	register(t, two.Addr, "alice") // somebody else
	alice = login(t, two.Addr, "alice")
	for _, r := range alice.Must("QUOTA").Rows {
		if want := map[string]int64{"connexions": 1, "services": 0}[r.Fields.Get("quota")]; r.Fields.Int("utilise") != want {
			t.Errorf("the newcomer's quota: %v", r)
		}
	}
	if r := alice.Must("MESVENTES"); len(r.Rows) != 0 {
		t.Errorf("the newcomer's sales: %v", r.Rows)
	}
	alice.Must("VENTE livre 1 le sien")
	check := func() {
		t.Helper()
		least := map[string]int64{}
		for _, r := range alice.Must("STATS MOINS").Rows {
			least[r.Fields.Get("login")] = r.Fields.Int("appels")
		}
		if len(least) != 3 || least["alice"] != 1 || least["bob"] != 2 || least["prof"] != 0 {
			t.Errorf("least: %v", least)
		}
		if r := alice.Must("STATS DERNIERS").Rows; len(r) != 3 {
			t.Errorf("last: %v", r)
		}
		services := alice.Must("STATS SERVICES").Rows
		if services[0].Fields.Int("appels") != 11 || services[1].Fields.Int("appels") != 2 {
			t.Errorf("services: %v", services)
		}
	}
	check()
	env.Redis().FlushAll(t)
	testenv.WaitFor(t, 10*time.Second, "boards are back", func() bool { return len(alice.Must("STATS TOP").Rows) == 3 })
	check()
}

// Tokens that die on one instance are dead on the others at once.
func TestTokensDieEverywhere(t *testing.T) {
	t.Parallel()
	one, two, _ := twoServers(t)
	register(t, one.Addr, "alice")
	alice := dial(t, one.Addr)
	token := alice.Must("AUTH alice %s", password).Fields.Get("jeton")
	same, other := dial(t, two.Addr), login(t, two.Addr, "alice")
	same.Must("REPRENDRE %s", token)
	alice.Must("MOTDEPASSE %s nouveaumot", password)
	testenv.WaitFor(t, time.Second, "the other token is dead", func() bool { return other.Do("QUI").Code() == protocol.AUTH })
	same.Must("QUI")
	alice.Must("DECONNEXION")
	testenv.WaitFor(t, time.Second, "the same token is dead", func() bool { return same.Do("QUI").Code() == protocol.AUTH })
	same.Must("PING") // and the connection lives
}

// Two administrators block each other at the same moment: one of them stays.
func TestAdministratorsBlockEachOther(t *testing.T) {
	t.Parallel()
	one, two, env := twoServers(t)
	register(t, one.Addr, "alice")
	if _, err := env.Open(t).SQL.Write.Exec(t.Context(), `UPDATE utilisateurs SET role = 'admin' WHERE login = 'alice'`); err != nil {
		t.Fatal(err)
	}
	prof, alice := login(t, one.Addr, "prof"), login(t, two.Addr, "alice")
	answers := make(chan reply, 2)
	ask := func(c *client, line string) {
		c.Send(line + "\r\n")
		r, err := c.TryRead()
		if err != nil {
			r = reply{Line: err.Error()} // thrown out before the answer
		}
		answers <- r
	}
	go ask(prof, "BLOQUER alice :toi")
	go ask(alice, "BLOQUER prof :non, toi")
	done := 0
	lines := []string{}
	for range 2 {
		r := <-answers
		if r.OK() {
			done++
		}
		lines = append(lines, r.Line)
	}
	slices.Sort(lines)
	if done != 1 {
		t.Errorf("%d were done: %q", done, lines)
	}
}
