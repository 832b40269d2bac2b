package session_test

import (
	"regexp"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/testenv"
)

// instant is RFC 3339 in UTC (PROTOCOL.md §1).
var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)

// TestReplyKeys: the replies of a whole trade have exactly the keys that PROTOCOL.md §5
// names, on both kinds of stores.
func TestReplyKeys(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, defaultMax)
		// say wants a success of this word, keys and number of rows.
		say := func(c *talk, line, word, last string, rows int, row string) answer {
			t.Helper()
			a := c.Must(line)
			if a.Word != word || len(a.Rows) != rows {
				t.Errorf("%q: word %s, %d rows; want %s, %d", line, a.Word, len(a.Rows), word, rows)
			}
			wantKeys(t, line, a.Message, last)
			for _, r := range a.Rows {
				if row != "" { // else they differ
					wantKeys(t, line+" (row)", r, row)
				}
			}
			return a
		}
		alice, bob := h.connect(t), h.connect(t)

		say(alice, "AIDE", "AIDE", "lignes", len(protocol.Verbs), "verbe usage aide")
		say(alice, "AIDE send", "AIDE", "lignes", 1, "verbe usage aide")
		say(alice, "PING", "PONG", "", 0, "")
		say(alice, "INSCRIPTION Alice alice@univ.fr Alice Martin motdepasse", "INSCRIPTION", "login", 0, "")
		say(bob, "INSCRIPTION bob bob@univ.fr Bob Martin motdepasse", "INSCRIPTION", "login", 0, "")
		in := say(alice, "AUTH alice motdepasse", "PASSOK", "login role utilise max reste retour visites jeton non_lues", 0, "")
		wantFields(t, in, "login=alice role=etudiant utilise=1 max=10 reste=9 retour=0 visites=1")
		in = say(bob, "AUTH BOB@univ.fr motdepasse", "PASSOK", "login role utilise max reste retour visites jeton non_lues", 0, "")
		wantFields(t, in, "login=bob")
		again := say(h.connect(t), "REPRENDRE "+in.Fields.Get("jeton"), "REPRENDRE", "login role jeton non_lues", 0, "")
		wantFields(t, again, "login=bob role=etudiant jeton="+in.Fields.Get("jeton"))
		who := say(alice, "QUI", "QUI", "login prenom nom email role depuis", 0, "")
		wantFields(t, who, "login=alice prenom=Alice nom=Martin email=alice@univ.fr role=etudiant")
		if !instant.MatchString(who.Fields.Get("depuis")) {
			t.Errorf("%s", who.Line)
		}
		q := say(alice, "QUOTA", "QUOTA", "lignes", 2, "quota utilise max fenetre reste retour")
		wantFields(t, answer{Message: q.Rows[0]}, "quota=connexions utilise=1 max=10 fenetre=600 reste=9 retour=0")
		wantFields(t, answer{Message: q.Rows[1]}, "quota=services utilise=0 max=10 fenetre=600 reste=10 retour=0")

		saleKeys := "id categorie prix titre utilise max reste"
		sale := say(alice, "VENTE livre 4,5 Réseaux", "VENTE", saleKeys, 0, "")
		wantFields(t, sale, "categorie=livre prix=4.50 titre=Réseaux utilise=1 max=10 reste=9")
		id := sale.Fields.Get("id")
		say(alice, "VENTE dvd 0 ref=r Film", "VENTE", saleKeys, 0, "")
		other := say(alice, "VENTE dvd 0 ref=r Film", "VENTE", saleKeys+" rejoue", 0, "").Fields.Get("id")

		row := "id titre categorie prix vendeur publie"
		list := say(bob, "ARTICLES", "ARTICLES", "lignes", 2, row)
		if !instant.MatchString(list.Rows[0].Fields.Get("publie")) {
			t.Errorf("row %v", list.Rows[0])
		}
		page := say(bob, "ARTICLES n=1", "ARTICLES", "lignes suite", 1, row)
		say(bob, "ARTICLES n=1 apres="+page.Fields.Get("suite"), "ARTICLES", "lignes", 1, row)
		article := say(bob, "SEND:"+id, "ARTICLE", row+" etat description", 0, "")
		wantFields(t, article, "id="+id+" titre=Réseaux categorie=livre prix=4.50 vendeur=alice etat=en_vente")

		bought := say(bob, "ACHAT "+id, "ACHAT", "id prix titre vendeur contact utilise max reste", 0, "")
		wantFields(t, bought, "id="+id+" prix=4.50 titre=Réseaux vendeur=alice contact=alice@univ.fr utilise=1 max=10 reste=9")
		if len(alice.Events) != 1 {
			t.Fatalf("events: %q", alice.Events)
		}
		event, err := protocol.ParseMessage(alice.Events[0])
		if err != nil || event.Word != "VENDU" {
			t.Errorf("event %v, %v", event, err)
		}
		wantKeys(t, "! VENDU", event, "id titre acheteur contact")
		wantFields(t, answer{Message: event}, "id="+id+" titre=Réseaux acheteur=bob contact=bob@univ.fr")

		wantFields(t, bob.Refused("RETRAIT "+other, protocol.INTERDIT), "")
		wantFields(t, say(alice, "RETRAIT "+other, "RETRAIT", "id", 0, ""), "id="+other)
		mine := alice.Must("MESVENTES")
		say(alice, "MESVENTES n=1", "MESVENTES", "lignes suite", 1, row[:strings.Index(row, " vendeur")]+" publie etat")
		wantKeys(t, "a sold article's row", mine.Rows[1], "id titre categorie prix publie etat vendu acheteur contact")
		wantFields(t, answer{Message: mine.Rows[1]}, "etat=vendu acheteur=bob contact=bob@univ.fr")
		wantFields(t, answer{Message: mine.Rows[0]}, "etat=retire")
		bought = say(bob, "MESACHATS", "MESACHATS", "lignes", 1, "id titre categorie prix publie etat vendu vendeur contact")
		wantFields(t, answer{Message: bought.Rows[0]}, "etat=vendu vendeur=alice contact=alice@univ.fr")

		news := say(alice, "NOUVELLES", "NOUVELLES", "lignes non_lues", 1, "nouvelle instant type lue id titre acheteur contact texte")
		wantFields(t, answer{Message: news.Rows[0]}, "type=VENDU lue=non id="+id+" titre=Réseaux acheteur=bob contact=bob@univ.fr")
		wantFields(t, say(alice, "LU TOUT", "LU", "non_lues", 0, ""), "non_lues=0")

		say(alice, "STATS DERNIERS", "STATS", "lignes", 2, "tableau rang login instant")
		say(alice, "STATS top", "STATS", "lignes", 2, "tableau rang login connexions")
		say(alice, "STATS MOINS", "STATS", "lignes", 2, "tableau rang login appels")
		services := say(alice, "STATS SERVICES", "STATS", "lignes", 2, "tableau rang service appels")
		wantFields(t, answer{Message: services.Rows[0]}, "tableau=services rang=1 service=vente appels=2")
		wantFields(t, answer{Message: services.Rows[1]}, "tableau=services rang=2 service=achat appels=1")
		prof := h.loginAs(t, h.register(t, "prof", accounts.Admin))
		say(prof, "SUIVRE", "SUIVRE", "periode", 0, "")
		say(prof, "STOP", "STOP", "", 0, "")
		say(prof, "SESSIONS", "SESSIONS", "lignes", 4, "serveur login adresse depuis")
		say(prof, "COMPTES", "COMPTES", "lignes", 3, "login prenom nom email role etat")
		say(prof, "COMPTES n=1 q=a", "COMPTES", "lignes suite", 1, "login prenom nom email role etat")
		say(prof, "FICHE prof", "FICHE", "login lignes", 5, "")
		say(prof, "SERVEURS", "SERVEURS", "lignes", 1, "serveur version depuis connexions utilisateurs commandes_s p99 mysql redis")
		say(prof, "HISTORIQUE minutes=1", "HISTORIQUE", "lignes", 12, "instant commandes connexions ventes achats refus p99")
		carol := h.loginAs(t, h.register(t, "carol", accounts.Student))
		say(prof, "EXPULSER carol minutes=5 bruit", "EXPULSER", "login", 0, "")
		say(prof, "BLOQUER carol :bruit", "BLOQUER", "login", 0, "")
		say(prof, "DEBLOQUER carol", "DEBLOQUER", "login", 0, "")
		say(prof, "RAZ carol", "RAZ", "login", 0, "")
		say(prof, "ANNONCE bonjour", "ANNONCE", "", 0, "")
		say(prof, "NOUVEAUMDP carol motdepasse", "NOUVEAUMDP", "login", 0, "")
		say(prof, "SUPPRIMER carol bruit", "SUPPRIMER", "login", 0, "")
		say(prof, "INSCRIPTIONS", "INSCRIPTIONS", "etat", 0, "")
		say(prof, "INSCRIPTIONS fermees", "INSCRIPTIONS", "etat", 0, "")
		if len(carol.Events) != 1 || carol.Events[0] != "! EXPULSE :bruit" {
			t.Errorf("events of who was thrown out: %q", carol.Events)
		}
		say(alice, "NB", "NB", "connexions utilisateurs", 0, "")
		say(alice, "MOTDEPASSE motdepasse nouveaumot", "MOTDEPASSE", "", 0, "")
		say(alice, "LOGOUT", "DECONNEXION", "", 0, "")
		say(alice, "END", "QUITTER", "", 0, "")
		if !alice.Closed {
			t.Error("END left the connection open")
		}
	})
}

// wantFields wants these fields, among others.
func wantFields(t *testing.T, a answer, want string) {
	t.Helper()
	for field := range strings.FieldsSeq(want) {
		key, value, _ := strings.Cut(field, "=")
		if got, ok := a.Fields.Lookup(key); !ok || got != value {
			t.Errorf("%s: %s=%q, want %q", a.Word, key, got, value)
		}
	}
}

// TestFailureKeys has the keys that PROTOCOL.md §3 gives each code that a
// client can provoke.
func TestFailureKeys(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), 2)
	c, anyone := h.login(t), h.connect(t)
	other := h.login(t)
	own := c.Must("VENTE livre 1 Titre").Fields.Get("id")
	for _, f := range []struct {
		c    *talk
		line string
		code protocol.Code
		keys string
	}{
		{c, "FOO", protocol.NO, ""},
		{c, "ACHAT", protocol.SYNTAXE, "usage"},
		{c, "VENTE livre x y", protocol.INVALIDE, "champ"},
		{anyone, "QUI", protocol.AUTH, ""},
		{c, "AUTH a b", protocol.DEJA, ""},
		{anyone, "AUTH a b", protocol.ECHEC, "reste"},
		{anyone, "AUTH a b", protocol.ECHEC, "reste"},
		{anyone, "INSCRIPTION etudiant-1 neuf@univ.fr P N motdepasse", protocol.EXISTE, "champ"},
		{anyone, "INSCRIPTION neuf ETUDIANT-1@univ.fr P N motdepasse", protocol.EXISTE, "champ"},
		{anyone, "AUTH a b", protocol.EC, ""},
		{c, "ACHAT " + own, protocol.INTERDIT, ""},
		{c, "ACHAT 1", protocol.QUOTA, "quota max fenetre apres"},
		{other, "ACHAT 99", protocol.ABSENT, ""},
		{other, "RETRAIT 99", protocol.ABSENT, ""},
		{other, "ARTICLE 99", protocol.ABSENT, ""},
		{other, "RETRAIT " + own, protocol.INTERDIT, ""},
		{other, "ACHAT " + own, "", "id prix titre vendeur contact utilise max reste"},
		{c, "RETRAIT " + own, protocol.VENDU, ""},
	} {
		a := f.c.Do(f.line)
		if a.Code() != f.code {
			t.Errorf("%q: %s, want %s", f.line, a.Line, f.code)
		}
		wantKeys(t, f.line, a.Message, f.keys)
		if !a.OK() && a.Text == "" {
			t.Errorf("%q: nothing for people: %s", f.line, a.Line)
		}
	}
}
