package api

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// Each call: the line it sends, a reply of the language, the value it gives.
func TestCalls(t *testing.T) {
	ctx := context.Background() // the outer test's is not of the bubbles
	when := time.Date(2026, 11, 21, 9, 0, 0, 5e6, time.UTC)
	for name, c := range map[string]struct {
		line  string
		reply []string
		call  func(c *Client) (any, error)
		want  func(now time.Time) any
	}{
		"register": {
			"INSCRIPTION alice a@b.fr \"Zoé Ann\" \"O\\\"Neil\" : sept = 7 ",
			[]string{"+OK INSCRIPTION login=alice"},
			func(c *Client) (any, error) {
				return c.Register(ctx, Registration{"alice", "a@b.fr", "Zoé Ann", "O\"Neil", " sept = 7 "})
			},
			func(time.Time) any { return "alice" },
		},
		"login": {
			"AUTH alice :mot de passe: été",
			[]string{passok},
			func(c *Client) (any, error) { return c.Login(ctx, "alice", "mot de passe: été") },
			func(time.Time) any {
				return Session{Login: "alice", Role: Student, Quota: Quota{Used: 3, Max: 10, Left: 7}, token: "j1"}
			},
		},
		"who": {
			"QUI",
			[]string{`+OK QUI login=a prenom="Anne Lise" nom=B email=a@b.fr role=admin depuis=2026-11-21T09:00:00.005Z`},
			func(c *Client) (any, error) { return c.Who(ctx) },
			func(time.Time) any { return Profile{"a", "Anne Lise", "B", "a@b.fr", Admin, when} },
		},
		"quotas": {
			"QUOTA",
			[]string{"| quota=connexions utilise=1 max=10 fenetre=600 reste=9 retour=0", "| quota=services utilise=10 max=10 fenetre=600 reste=0 retour=42", "+OK QUOTA"},
			func(c *Client) (any, error) { return c.Quotas(ctx) },
			func(now time.Time) any {
				return Quotas{Quota{1, 10, 9, 10 * time.Minute, time.Time{}}, Quota{10, 10, 0, 10 * time.Minute, now.Add(42 * time.Second)}}
			},
		},
		"sell": {
			`VENTE livre 4.05 ref=r1 description="a \"b\" = c" :E=mc2 expliqué`,
			[]string{`+OK VENTE id=12 categorie=livre prix=4.05 titre="E=mc2 expliqué" utilise=4 max=10 reste=6 rejoue=1`},
			func(c *Client) (any, error) {
				return c.Sell(ctx, Sale{"livre", 405, "E=mc2 expliqué", `a "b" = c`, "r1"})
			},
			func(time.Time) any {
				return Receipt{ID: "12", Title: "E=mc2 expliqué", Category: "livre", Cents: 405, Services: Quota{Used: 4, Max: 10, Left: 6}}
			},
		},
		"buy": {
			"ACHAT 12 ref=r2",
			[]string{"+OK ACHAT id=12 prix=4.05 titre=x vendeur=bob contact=b@c.fr utilise=5 max=10 reste=5"},
			func(c *Client) (any, error) { return c.Buy(ctx, "12", "r2") },
			func(time.Time) any {
				return Receipt{ID: "12", Title: "x", Cents: 405, Seller: "bob", Contact: "b@c.fr", Services: Quota{Used: 5, Max: 10, Left: 5}}
			},
		},
		"articles": {
			`ARTICLES categorie=livre q="le coeur" prix_max=5.00 vendeur=bob tri=-prix n=50 apres="k=="`,
			[]string{
				`| id=1 titre="Le Cœur" categorie=livre prix=3.00 vendeur=bob publie=2026-11-21T09:00:00.005Z`, "| id=2 titre=x prix=zz publie=hier", "+OK ARTICLES lignes=2 suite=k2",
			},
			func(c *Client) (any, error) {
				return c.Articles(ctx, Query{"livre", "le coeur", "bob", 500, false, Dearest, 50, "k=="})
			},
			func(time.Time) any {
				return Page[Article]{Rows: []Article{
					{ID: "1", Title: "Le Cœur", Category: "livre", Cents: 300, Seller: "bob", Published: when}, {ID: "2", Title: "x", Cents: -1},
				}, Next: "k2"}
			},
		},
		"free articles": {
			"ARTICLES prix_max=0.00",
			[]string{"+OK ARTICLES lignes=0"},
			func(c *Client) (any, error) { return c.Articles(ctx, Query{Free: true, MaxCents: 9}) },
			func(time.Time) any { return Page[Article]{Rows: []Article{}} },
		},
		"article": {
			"ARTICLE 7",
			[]string{`+OK ARTICLE id=7 titre=t categorie=cd prix=1.00 vendeur=bob etat=retire publie=2026-11-21T09:00:00.005Z description="d e"`},
			func(c *Client) (any, error) { return c.Article(ctx, "7") },
			func(time.Time) any {
				return Article{ID: "7", Title: "t", Category: "cd", Cents: 100, Seller: "bob", Published: when, Status: Withdrawn, Description: "d e"}
			},
		},
		"sales": {
			"MESVENTES n=2",
			[]string{"| id=1 titre=t categorie=cd prix=1.00 etat=vendu acheteur=zoe contact=z@b.fr", "+OK MESVENTES lignes=1"},
			func(c *Client) (any, error) { p, err := c.MySales(ctx, 2, ""); return p.Rows, err },
			func(time.Time) any {
				return []Article{{ID: "1", Title: "t", Category: "cd", Cents: 100, Status: Sold, Other: "zoe", Contact: "z@b.fr"}}
			},
		},
		"purchases": {
			"MESACHATS apres=x",
			[]string{"| id=1 titre=t prix=1.00 etat=vendu vendeur=bob contact=b@b.fr", "+OK MESACHATS lignes=1"},
			func(c *Client) (any, error) { p, err := c.MyPurchases(ctx, 0, "x"); return p.Rows, err },
			func(time.Time) any {
				return []Article{{ID: "1", Title: "t", Cents: 100, Status: Sold, Seller: "bob", Other: "bob", Contact: "b@b.fr"}}
			},
		},
		"boards": {
			"STATS",
			[]string{
				"| tableau=derniers rang=1 login=a instant=2026-11-21T09:00:00.005Z", "| tableau=top rang=1 login=b connexions=9",
				"| tableau=moins rang=2 login=c appels=0", "| tableau=services rang=1 service=achat appels=3", "| tableau=futur rang=1", "+OK STATS",
			},
			func(c *Client) (any, error) { return c.Boards(ctx) },
			func(time.Time) any {
				return Boards{
					Latest:   {{Rank: 1, Login: "a", When: when}},
					Top:      {{Rank: 1, Login: "b", Count: 9}},
					Least:    {{Rank: 2, Login: "c"}},
					Services: {{Rank: 1, Name: "achat", Count: 3}},
					"futur":  {{Rank: 1}},
				}
			},
		},
		"count": {
			"NB",
			[]string{"+OK NB connexions=4 utilisateurs=3"},
			func(c *Client) (any, error) { return c.Count(ctx) },
			func(time.Time) any { return Count{4, 3} },
		},
		"password": {
			`MOTDEPASSE "vieux mot" :neuf mot`,
			[]string{"+OK MOTDEPASSE"},
			func(c *Client) (any, error) { return nil, c.ChangePassword(ctx, "vieux mot", "neuf mot") },
			func(time.Time) any { return nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := open(t, none, steps(step(c.line, c.reply...)))
				got, err := c.call(client)
				if want := c.want(time.Now()); err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
				}
			})
		})
	}
}

func TestAnswerToSomethingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, none, steps(step("NB", "+OK PONG")))
		if _, err := c.Count(t.Context()); !errors.Is(err, link.ErrProtocol) {
			t.Error(err)
		}
	})
}

// A line break in a value must not become a second request.
func TestNoSecondRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, none, steps(step("NB", "+OK NB connexions=1 utilisateurs=1")))
		for _, err := range []error{
			c.ChangePassword(t.Context(), "x", "y\nACHAT 1"),
			func() error { _, err := c.Sell(t.Context(), Sale{Category: "cd", Title: "a\r\nACHAT 1"}); return err }(),
			func() error {
				_, err := c.Sell(t.Context(), Sale{Category: "cd", Description: "a\nb", Title: "t"})
				return err
			}(),
			func() error { _, err := c.Article(t.Context(), "1\nACHAT"); return err }(),
		} {
			if !errors.Is(err, link.ErrLine) {
				t.Error(err)
			}
		}
		if _, err := c.Count(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestRefs(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		r := NewRef()
		if seen[r] || len(r) < 24 || len(r) > 64 {
			t.Fatalf("ref %q", r)
		}
		seen[r] = true
	}
}

// TestMadNumbers: whatever a server says, a number is neither negative nor so
// large that what is computed from it overflows.
func TestMadNumbers(t *testing.T) {
	for _, mad := range []string{"-1", "-9223372036854775808", "9223372036854775807", "99999999999999999999", "1e300", "NaN", "x", ""} {
		f := protocol.Fields{}
		for _, key := range strings.Fields("utilise max reste fenetre retour periode connexions utilisateurs commandes_s p50_ms p99_ms " +
			"connexions_min ventes achats ventes_min achats_min refus refus_quota refus_echec serveurs suiveurs perdus") {
			f = append(f, protocol.Field{Key: key, Value: mad})
		}
		now := time.Now()
		q := quotaOf(f, now)
		if q.Used < 0 || q.Max < 0 || q.Left < 0 || q.Used*1000/1000 != q.Used || q.Window < 0 || !q.Next.IsZero() && q.Next.Before(now) {
			t.Errorf("%q: %+v", mad, q)
		}
		s := stats(f, now)
		for _, n := range []float64{
			float64(s.P50), float64(s.P99), s.CommandsPerSecond, float64(s.Connections), float64(s.Sales),
			float64(s.Purchases), float64(s.Lost), float64(s.Servers),
		} {
			if n < 0 || n != n {
				t.Errorf("%q: %+v", mad, s)
			}
		}
	}
}
