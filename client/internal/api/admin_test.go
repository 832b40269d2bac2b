package api

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"etuservices/client/internal/link"
	"etuservices/client/internal/link/linktest"
	"etuservices/client/internal/tokens"
)

func TestAdminCalls(t *testing.T) {
	ctx := context.Background()
	since := time.Date(2026, 11, 21, 9, 0, 0, 5e6, time.UTC)
	for name, c := range map[string]struct {
		line  string
		reply []string
		call  func(c *Client) (any, error)
		want  any
	}{
		"sessions": {
			"SESSIONS",
			[]string{"| serveur=s1 login=bob adresse=10.0.0.7 depuis=2026-11-21T09:00:00.005Z", "+OK SESSIONS lignes=1"},
			func(c *Client) (any, error) { return c.Sessions(ctx) },
			[]Connected{{"s1", "bob", "10.0.0.7", since}},
		},
		"accounts": {
			`COMPTES q="bob univ" n=50 apres=al`,
			[]string{`| login=bob prenom="Bob Ann" nom=M email=b@c.fr role=etudiant etat=expulse`, "+OK COMPTES lignes=1 suite=bob"},
			func(c *Client) (any, error) { return c.Accounts(ctx, "bob univ", 50, "al") },
			Page[Account]{Rows: []Account{{"bob", "Bob Ann", "M", "b@c.fr", Student, AccountExpelled}}, Next: "bob"},
		},
		"block":   {"BLOQUER bob :a = \"b\"", []string{"+OK BLOQUER login=bob"}, func(c *Client) (any, error) { return nil, c.Block(ctx, "bob", `a = "b"`) }, nil},
		"unblock": {"DEBLOQUER bob", []string{"+OK DEBLOQUER login=bob"}, func(c *Client) (any, error) { return nil, c.Unblock(ctx, "bob") }, nil},
		"expel":   {"EXPULSER bob minutes=10 :calme", []string{"+OK EXPULSER login=bob"}, func(c *Client) (any, error) { return nil, c.Expel(ctx, "bob", 10, "calme") }, nil},
		"servers": {
			"SERVEURS",
			[]string{
				"| serveur=s1 version=1.2 depuis=2026-11-21T09:00:00.005Z connexions=4 utilisateurs=3 commandes_s=12.50 p99=3.10 mysql=ok redis=panne",
				"| serveur=s2 version=1.2 depuis=2026-11-21T09:00:00.005Z connexions=0 utilisateurs=0 commandes_s=0 p99=0 mysql=panne redis=ok etat=perdu", "+OK SERVEURS lignes=2",
			},
			func(c *Client) (any, error) { return c.Instances(ctx) },
			[]Instance{
				{Name: "s1", Version: "1.2", Since: since, Connections: 4, Users: 3, CommandsPerSecond: 12.5, P99: 3100 * time.Microsecond, MySQL: true},
				{Name: "s2", Version: "1.2", Since: since, Redis: true, Lost: true},
			},
		},
		"history": {
			"HISTORIQUE minutes=16",
			[]string{"| instant=2026-11-21T09:00:00.005Z commandes=50 connexions=2 ventes=1 achats=3 refus=4 p99=0.75", "+OK HISTORIQUE lignes=1"},
			func(c *Client) (any, error) { return c.History(ctx, 16) },
			[]Slot{{Start: since, Commands: 50, Logins: 2, Refusals: 4, P99: 750 * time.Microsecond}},
		},
		"details": {
			"FICHE bob",
			[]string{
				"| genre=compte login=bob prenom=Bob nom=M email=b@c.fr role=etudiant etat=bloque inscrit=2026-11-21T09:00:00.005Z depuis=2026-11-21T09:00:00.005Z par=prof raison=\"trop de bruit\" jusqua=2026-11-21T09:00:00.005Z",
				"| genre=quota quota=services utilise=3 max=10 fenetre=600 reste=7 retour=0",
				"| genre=session serveur=s1 adresse=10.0.0.7 depuis=2026-11-21T09:00:00.005Z",
				"| genre=connexion instant=2026-11-21T09:00:00.005Z adresse=10.0.0.8 serveur=s2",
				"| genre=appel instant=2026-11-21T09:00:00.005Z service=achat resultat=VENDU serveur=s1 id=7",
				"| genre=vente id=8 titre=Dune categorie=livre prix=3.00 etat=vendu publie=2026-11-21T09:00:00.005Z acheteur=zoe contact=z@c.fr",
				"| genre=achat id=9 titre=Catan categorie=jeu prix=4.00 etat=vendu publie=2026-11-21T09:00:00.005Z vendeur=leo contact=l@c.fr",
				"| genre=refus instant=2026-11-21T09:00:00.005Z quota=connexions", "| genre=nouveau", "+OK FICHE login=bob lignes=9",
			},
			func(c *Client) (any, error) { return c.AccountDetails(ctx, "bob") },
			AccountDetails{
				Account: Account{"bob", "Bob", "M", "b@c.fr", Student, AccountBlocked}, Registered: since, Shut: Shut{since, since, "prof", "trop de bruit"},
				Quotas:    Quotas{Services: Quota{Used: 3, Max: 10, Left: 7, Window: 10 * time.Minute}},
				Sessions:  []Connected{{"s1", "bob", "10.0.0.7", since}},
				Logins:    []Connected{{"s2", "bob", "10.0.0.8", since}},
				Calls:     []Call{{since, "achat", "VENDU", "7"}},
				Sales:     []Article{{ID: "8", Title: "Dune", Category: "livre", Cents: 300, Published: since, Status: Sold, Other: "zoe", Contact: "z@c.fr"}},
				Purchases: []Article{{ID: "9", Title: "Catan", Category: "jeu", Cents: 400, Seller: "leo", Published: since, Status: Sold, Other: "leo", Contact: "l@c.fr"}},
				Refusals:  []QuotaRefusal{{since, "connexions"}},
			},
		},
		"expel without minutes": {"EXPULSER bob :calme", []string{"+OK EXPULSER login=bob"}, func(c *Client) (any, error) { return nil, c.Expel(ctx, "bob", 0, "calme") }, nil},
		"reset":                 {"RAZ bob", []string{"+OK RAZ login=bob"}, func(c *Client) (any, error) { return nil, c.ResetQuotas(ctx, "bob") }, nil},
		"tell":                  {"ANNONCE :minutes=3 : ce soir", []string{"+OK ANNONCE"}, func(c *Client) (any, error) { return nil, c.Announce(ctx, "minutes=3 : ce soir") }, nil},
		"give":                  {"NOUVEAUMDP bob :mot = mot", []string{"+OK NOUVEAUMDP login=bob"}, func(c *Client) (any, error) { return nil, c.GivePassword(ctx, "bob", "mot = mot") }, nil},
		"delete":                {"SUPPRIMER bob :parti", []string{"+OK SUPPRIMER login=bob"}, func(c *Client) (any, error) { return nil, c.DeleteAccount(ctx, "bob", "parti") }, nil},
		"open?":                 {"INSCRIPTIONS", []string{"+OK INSCRIPTIONS etat=ouvertes"}, func(c *Client) (any, error) { return c.Registrations(ctx) }, true},
		"shut?":                 {"INSCRIPTIONS", []string{"+OK INSCRIPTIONS etat=fermees"}, func(c *Client) (any, error) { return c.Registrations(ctx) }, false},
		"open":                  {"INSCRIPTIONS ouvertes", []string{"+OK INSCRIPTIONS etat=ouvertes"}, func(c *Client) (any, error) { return nil, c.OpenRegistrations(ctx, true) }, nil},
		"shut":                  {"INSCRIPTIONS fermees", []string{"+OK INSCRIPTIONS etat=fermees"}, func(c *Client) (any, error) { return nil, c.OpenRegistrations(ctx, false) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				client := open(t, none, steps(step(c.line, c.reply...)))
				got, err := c.call(client)
				if err != nil || !reflect.DeepEqual(got, c.want) {
					t.Errorf("got  %+v, %v\nwant %+v", got, err, c.want)
				}
			})
		})
	}
}

// What would harm the second time is not sent again after a cut: the login of a
// deleted account may be somebody else's by then.
func TestLostOrderIsNotRepeated(t *testing.T) {
	for line, call := range map[string]func(*Client, context.Context) error{
		"SUPPRIMER bob :parti":     func(c *Client, ctx context.Context) error { return c.DeleteAccount(ctx, "bob", "parti") },
		"EXPULSER bob :calme":      func(c *Client, ctx context.Context) error { return c.Expel(ctx, "bob", 0, "calme") },
		"ANNONCE :à midi":          func(c *Client, ctx context.Context) error { return c.Announce(ctx, "à midi") },
		"RAZ bob":                  func(c *Client, ctx context.Context) error { return c.ResetQuotas(ctx, "bob") },
		"NOUVEAUMDP bob :12345678": func(c *Client, ctx context.Context) error { return c.GivePassword(ctx, "bob", "12345678") },
	} {
		bubble(t, func(t *testing.T) {
			c := open(t, none, cut(step(line)), func(s *linktest.Conn) {
				s.Say(linktest.Greeting)
				if again, ok := s.Next(); ok {
					t.Errorf("sent again: %q", again)
				}
			})
			if err := call(c, t.Context()); !errors.Is(err, link.ErrLost) {
				t.Errorf("%s: %v", line, err)
			}
			time.Sleep(time.Minute) // of the bubble
		})
	}
}

// A refused SUIVRE after a cut must not cost the connection: everything else
// still works.
func TestFollowRefusedAfterACut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := open(t, tokens.Store{Dir: t.TempDir()}, cut(step("AUTH alice :motdepasse", passok), step("SUIVRE periode=2", "+OK SUIVRE periode=2")),
			steps(step("REPRENDRE j1", "+OK REPRENDRE login=alice role=admin jeton=j1"),
				step("SUIVRE periode=2", "-ERR INDISPONIBLE apres=2"), step("NB", "+OK NB connexions=4 utilisateurs=3")))
		login(t, c)
		if err := c.Follow(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		if n, err := c.Count(t.Context()); err != nil || n.Users != 3 {
			t.Errorf("%+v, %v", n, err)
		}
	})
}

// What a slow follower loses here is told with what the server lost.
func TestDroppedActivityIsTold(t *testing.T) {
	c := &Client{live: make(chan Event, 4)}
	for range 10 {
		c.put(c.live, Activity{Type: "VENTE"})
	}
	c.put(c.live, Stats{Lost: 5})
	var last Event
	for range 4 {
		last = <-c.live
	}
	if s, ok := last.(Stats); !ok || s.Lost != 11 {
		t.Errorf("%+v", last)
	}
}

func TestGivenPasswordIsToBeChanged(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := open(t, none, steps(step("AUTH alice :motdepasse", passok+" changer=1")))
		if s, err := c.Login(t.Context(), "alice", "motdepasse"); err != nil || !s.MustChange {
			t.Errorf("%+v, %v", s, err)
		}
	})
}
