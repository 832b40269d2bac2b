package api

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/client/internal/link"
	"etuservices/client/internal/link/linktest"
	"etuservices/client/internal/tokens"
	"etuservices/protocol"
)

func bubble(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

// A sale whose answer is lost is sold once: the session is resumed, the same
// ref is sent.
func TestLostSaleIsRepeated(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var first string
		c := open(t, tokens.Store{Dir: t.TempDir()}, func(s *linktest.Conn) {
			s.Say(linktest.Greeting)
			s.Expect("AUTH alice :motdepasse", passok)
			first, _ = s.Next() // sold, and then the cable
		}, func(s *linktest.Conn) {
			s.Say(linktest.Greeting)
			s.Expect("REPRENDRE j1", "+OK REPRENDRE login=alice role=etudiant jeton=j1")
			s.Expect(first, "+OK VENTE id=5 categorie=cd prix=1.00 titre=t utilise=1 max=10 reste=9 rejoue=1")
			s.Hold()
		})
		login(t, c)
		r, err := c.Sell(t.Context(), Sale{Category: "cd", Cents: 100, Title: "t"})
		if err != nil || r.ID != "5" || !strings.Contains(first, " ref=etu-") {
			t.Errorf("%+v, %v for %q", r, err, first)
		}
	})
}

// A connexion is never spent twice by the program itself.
func TestLostLoginIsNotRepeated(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := open(t, tokens.Store{Dir: t.TempDir()}, cut(step("AUTH alice :motdepasse")), func(s *linktest.Conn) {
			s.Say(linktest.Greeting)
			if again, ok := s.Next(); ok {
				t.Errorf("sent unasked: %q", again)
			}
		})
		if _, err := c.Login(t.Context(), "alice", "motdepasse"); !errors.Is(err, link.ErrLost) {
			t.Error(err)
		}
		time.Sleep(time.Minute) // of the bubble
	})
}

func TestResume(t *testing.T) {
	ok := "+OK REPRENDRE login=alice role=admin jeton=j1"
	bubble(t, func(t *testing.T) {
		kept := keep(t, "alice", "j1")
		c := open(t, kept, steps(step("REPRENDRE j1", ok)))
		s, err := c.Resume(t.Context(), "")
		if err != nil || s.Login != "alice" || s.Role != Admin || !s.Resumed {
			t.Errorf("%+v, %v", s, err)
		}
	})
	bubble(t, func(t *testing.T) {
		kept := keep(t, "alice", "j1")
		c := open(t, kept, steps(step("REPRENDRE j1", "-ERR ECHEC reste=2")))
		if _, err := c.Resume(t.Context(), "alice"); link.CodeOf(err) != protocol.ECHEC {
			t.Error(err)
		}
		if _, err := c.Resume(t.Context(), "alice"); !errors.Is(err, ErrNoToken) {
			t.Errorf("the dead token is still kept: %v", err)
		}
	})
}

func TestEnter(t *testing.T) {
	bubble(t, func(t *testing.T) {
		kept := keep(t, "a@b.fr", "old")
		c := open(t, kept, steps(step("REPRENDRE old", "-ERR ECHEC reste=2"), step("AUTH a@b.fr :pw", passok)))
		if s, err := c.Enter(t.Context(), "a@b.fr", "pw"); err != nil || s.Login != "alice" {
			t.Errorf("%+v, %v", s, err)
		}
		for _, name := range []string{"alice", "a@b.fr"} { // found again under both
			if tok, _ := kept.Load(address, name); tok != "j1" {
				t.Errorf("%s has token %q", name, tok)
			}
		}
	})
	bubble(t, func(t *testing.T) {
		if _, err := open(t, tokens.Store{Dir: t.TempDir()}, steps()).Enter(t.Context(), "alice", ""); !errors.Is(err, ErrNoToken) {
			t.Error(err)
		}
	})
}

func TestLogout(t *testing.T) {
	bubble(t, func(t *testing.T) {
		kept := tokens.Store{Dir: t.TempDir()}
		c := open(t, kept, steps(step("AUTH alice :motdepasse", passok), step("DECONNEXION", "+OK DECONNEXION")))
		login(t, c)
		if err := c.Logout(t.Context()); err != nil {
			t.Error(err)
		}
		_, known := kept.Load(address, "alice")
		if _, ok := c.Session(); ok || known {
			t.Error("still known")
		}
	})
	// Its answer is lost: the dead token is what was wanted, and no news.
	bubble(t, func(t *testing.T) {
		c := open(t, tokens.Store{Dir: t.TempDir()}, cut(step("AUTH alice :motdepasse", passok), step("DECONNEXION")),
			steps(step("REPRENDRE j1", "-ERR ECHEC reste=2"), step("DECONNEXION", "-ERR AUTH")))
		login(t, c)
		if err := c.Logout(t.Context()); err != nil || len(c.Events()) != 0 {
			t.Errorf("%v, %d events", err, len(c.Events()))
		}
	})
}

// The token dies while the link is cut (EXPULSE): the user is told, with the
// reason, and calls get AUTH.
func TestSessionEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		kept := tokens.Store{Dir: t.TempDir()}
		c := open(t, kept, func(s *linktest.Conn) {
			s.Say(linktest.Greeting)
			s.Expect("AUTH alice :motdepasse", passok, "! EXPULSE :triche")
		}, steps(step("REPRENDRE j1", "-ERR BLOQUE apres=60"), step("QUI", "-ERR AUTH")))
		login(t, c)
		if e, ok := (<-c.Events()).(Expelled); !ok || e.Reason != "triche" {
			t.Errorf("%+v", e)
		}
		e, ok := (<-c.Events()).(SessionEnded)
		if !ok || e.Reason != "triche" {
			t.Errorf("%+v", e)
		}
		if _, err := c.Who(t.Context()); link.CodeOf(err) != protocol.AUTH {
			t.Error(err)
		}
		_, known := kept.Load(address, "alice")
		if _, ok := c.Session(); ok || known {
			t.Error("still known")
		}
	})
}

// Another run of the program changed the password: its token is taken up.
func TestNewerToken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		kept := tokens.Store{Dir: t.TempDir()}
		c := open(t, kept, func(s *linktest.Conn) {
			s.Say(linktest.Greeting)
			s.Expect("AUTH alice :motdepasse", passok)
			time.Sleep(time.Second) // of the bubble: until j1 is kept
			_ = kept.Save(address, "alice", "j2")
		}, cut(step("REPRENDRE j1", "-ERR ECHEC reste=2"), step("REPRENDRE j2", "+OK REPRENDRE login=alice role=etudiant jeton=j2")),
			steps(step("REPRENDRE j2", "+OK REPRENDRE login=alice role=etudiant jeton=j2"), step("NB", "+OK NB connexions=1 utilisateurs=1")))
		if _, err := c.Login(t.Context(), "alice", "motdepasse"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		if _, err := c.Count(t.Context()); err != nil {
			t.Error(err)
		}
		if len(c.Events()) != 0 {
			t.Error("the user was told")
		}
	})
}

// A connection made while the answer to AUTH was on its way knows nobody.
func TestUnknownOnANewConnection(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := open(t, tokens.Store{Dir: t.TempDir()}, steps(step("AUTH alice :motdepasse", passok), step("ACHAT 1 ref=r", "-ERR AUTH"),
			step("REPRENDRE j1", "+OK REPRENDRE login=alice role=etudiant jeton=j1"), step("ACHAT 1 ref=r", "+OK ACHAT id=1 prix=1.00")))
		login(t, c)
		if r, err := c.Buy(t.Context(), "1", "r"); err != nil || r.ID != "1" {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// Redis or MySQL is away while we come back: that is being offline, not the
// end of the session.
func TestResumptionUnavailable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		start := time.Now()
		c := open(t, tokens.Store{Dir: t.TempDir()}, cut(step("AUTH alice :motdepasse", passok)),
			steps(step("REPRENDRE j1", "-ERR INDISPONIBLE apres=3")),
			steps(step("REPRENDRE j1", "+OK REPRENDRE login=alice role=etudiant jeton=j1"), step("NB", "+OK NB connexions=1")))
		login(t, c)
		if _, err := c.Count(t.Context()); err != nil || time.Since(start) < 3*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestWithdrawLost(t *testing.T) {
	for state, want := range map[string]protocol.Code{"retire": "", "vendu": protocol.VENDU, "en_vente": ""} {
		bubble(t, func(t *testing.T) {
			after := [][]string{step("ARTICLE 1", "+OK ARTICLE id=1 etat="+state)}
			if state == "en_vente" { // it had not been done
				after = append(after, step("RETRAIT 1", "+OK RETRAIT id=1"))
			}
			c := open(t, none, cut(step("RETRAIT 1")), steps(after...))
			if err := c.Withdraw(t.Context(), "1"); link.CodeOf(err) != want || (want == "") != (err == nil) {
				t.Errorf("%s: %v", state, err)
			}
		})
	}
}

// statsLine is a whole measure, with a key of a later version.
const statsLine = "! STATS periode=2 connexions=4 utilisateurs=3 commandes_s=1.50 connexions_min=5 ventes=7 achats=6 " +
	"refus=9 refus_quota=4 refus_echec=3 ventes_min=2 achats_min=1 p50_ms=0.25 p99_ms=12.00 serveurs=2 suiveurs=1 " +
	"instant=2026-11-21T09:00:00.000Z perdus=8 futur=x"

// SUIVRE goes on after a cut, and ends when it is ended.
func TestFollow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		again := []string{"+OK SUIVRE periode=2", statsLine, "! REFUS login=bob quota=services"}
		c := open(t, tokens.Store{Dir: t.TempDir()}, cut(step("AUTH alice :motdepasse", passok), step("SUIVRE periode=2", "+OK SUIVRE periode=2")),
			steps(step("REPRENDRE j1", "+OK REPRENDRE login=alice role=admin jeton=j1"), append([]string{"SUIVRE periode=2"}, again...), step("STOP", "+OK STOP")))
		login(t, c)
		if err := c.Follow(context.Background(), 2); err != nil {
			t.Fatal(err)
		}
		s, ok := (<-c.Live()).(Stats)
		want := Stats{
			At: s.At, Connections: 4, Users: 3, CommandsPerSecond: 1.5,
			P50: 250 * time.Microsecond, P99: 12 * time.Millisecond, LoginsPerMinute: 5, Sales: 7, Purchases: 6,
			SalesPerMinute: 2, PurchasesPerMinute: 1, RefusalsPerMinute: 9, RefusedQuota: 4, RefusedKey: 3,
			Servers: 2, Lost: 8,
		}
		if !ok || s != want {
			t.Errorf("%+v", s)
		}
		if a, ok := (<-c.Live()).(Activity); !ok || a.Type != "REFUS" || a.Login != "bob" {
			t.Errorf("%+v", a)
		}
		if err := c.Unfollow(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestEvents(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := open(t, none, func(s *linktest.Conn) {
			s.Say(linktest.Greeting, `! VENDU id=3 titre="a b" acheteur=zoe contact=z@b.fr`, "! ANNONCE :Bonjour", "! NEUF a=1 :x", "! ARRET apres=1000")
			s.Hold()
		})
		sold, _ := (<-c.Events()).(ArticleSold)
		if sold.ID != "3" || sold.Title != "a b" || sold.Buyer != "zoe" || sold.Contact != "z@b.fr" {
			t.Errorf("%+v", sold)
		}
		if a, ok := (<-c.Events()).(Announced); !ok || a.Text != "Bonjour" {
			t.Errorf("%+v", a)
		}
		if u, ok := (<-c.Events()).(Unknown); !ok || u.Word != "NEUF" {
			t.Errorf("%+v", u)
		}
	})
}

// 10,000 events a second, unread: replies come, memory does not grow, the
// newest are kept.
func TestEventFlood(t *testing.T) {
	const flood = 30_000
	pong := "+OK PONG"
	c := New(Options{Addr: linktest.Listen(t, func(s *linktest.Conn) {
		s.Say(linktest.Greeting)
		for i := range flood {
			s.Say("! VENTE login=a", "! ANNONCE n=1")
			if i%1000 == 0 {
				s.Expect("PING", pong)
			}
		}
		s.Say("! ANNONCE n=2 :la dernière")
		s.Expect("PING", pong)
		s.Hold()
	})})
	t.Cleanup(func() { _ = c.Close() })
	for range flood/1000 + 1 {
		if _, err := c.Do(t.Context(), "PING"); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.Events()) != eventQueue || len(c.Live()) != liveQueue {
		t.Errorf("%d and %d kept", len(c.Events()), len(c.Live()))
	}
	var last Event
	for range eventQueue {
		last = <-c.Events()
	}
	if a, ok := last.(Announced); !ok || a.Text != "la dernière" {
		t.Errorf("the newest is missing: %v", last)
	}
}
