package api

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"etuservices/client/internal/link"
	"etuservices/client/internal/link/linktest"
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
			AccountPage{[]Account{{"bob", "Bob Ann", "M", "b@c.fr", Student, AccountExpelled}}, "bob"},
		},
		"block":   {"BLOQUER bob :a = \"b\"", []string{"+OK BLOQUER login=bob"}, func(c *Client) (any, error) { return nil, c.Block(ctx, "bob", `a = "b"`) }, nil},
		"unblock": {"DEBLOQUER bob", []string{"+OK DEBLOQUER login=bob"}, func(c *Client) (any, error) { return nil, c.Unblock(ctx, "bob") }, nil},
		"expel":   {"EXPULSER bob minutes=10 :calme", []string{"+OK EXPULSER login=bob"}, func(c *Client) (any, error) { return nil, c.Expel(ctx, "bob", 10, "calme") }, nil},
		"kick":    {"EXPULSER bob :calme", []string{"+OK EXPULSER login=bob"}, func(c *Client) (any, error) { return nil, c.Expel(ctx, "bob", 0, "calme") }, nil},
		"reset":   {"RAZ bob", []string{"+OK RAZ login=bob"}, func(c *Client) (any, error) { return nil, c.ResetQuotas(ctx, "bob") }, nil},
		"tell":    {"ANNONCE :minutes=3 : ce soir", []string{"+OK ANNONCE"}, func(c *Client) (any, error) { return nil, c.Announce(ctx, "minutes=3 : ce soir") }, nil},
		"give":    {"NOUVEAUMDP bob :mot = mot", []string{"+OK NOUVEAUMDP login=bob"}, func(c *Client) (any, error) { return nil, c.GivePassword(ctx, "bob", "mot = mot") }, nil},
		"delete":  {"SUPPRIMER bob :parti", []string{"+OK SUPPRIMER login=bob"}, func(c *Client) (any, error) { return nil, c.DeleteAccount(ctx, "bob", "parti") }, nil},
		"open?":   {"INSCRIPTIONS", []string{"+OK INSCRIPTIONS etat=ouvertes"}, func(c *Client) (any, error) { return c.Registrations(ctx) }, true},
		"shut?":   {"INSCRIPTIONS", []string{"+OK INSCRIPTIONS etat=fermees"}, func(c *Client) (any, error) { return c.Registrations(ctx) }, false},
		"open":    {"INSCRIPTIONS ouvertes", []string{"+OK INSCRIPTIONS etat=ouvertes"}, func(c *Client) (any, error) { return nil, c.OpenRegistrations(ctx, true) }, nil},
		"shut":    {"INSCRIPTIONS fermees", []string{"+OK INSCRIPTIONS etat=fermees"}, func(c *Client) (any, error) { return nil, c.OpenRegistrations(ctx, false) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				client := open(t, nil, steps(step(c.line, c.reply...)))
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
			c := open(t, nil, cut(step(line)), func(s *linktest.Conn) {
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
		c := open(t, keep("", ""), cut(step("AUTH alice :motdepasse", passok), step("SUIVRE periode=2", "+OK SUIVRE periode=2")),
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
		c := open(t, nil, steps(step("AUTH alice :motdepasse", passok+" changer=1")))
		if s, err := c.Login(t.Context(), "alice", "motdepasse"); err != nil || !s.MustChange {
			t.Errorf("%+v, %v", s, err)
		}
	})
}
