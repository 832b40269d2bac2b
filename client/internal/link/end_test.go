package link

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/client/internal/link/linktest"
)

// DELAI: a login screen left open for an hour makes no connections, and works.
func TestLoginScreenLeftOpen(t *testing.T) {
	timed(t, func(t *testing.T) {
		n := 0
		l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) {
			n++
			c.Say(linktest.Greeting)
			if n > 1 {
				c.Expect("PING", pong)
			}
			time.Sleep(180 * time.Second)
			c.Say("-ERR DELAI :trop long")
		})})
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := l.State(); s.Phase != Idle || n != 1 {
			t.Errorf("phase %d after %d connections", s.Phase, n)
		}
		start := time.Now()
		ping(t, l)
		if time.Since(start) != 0 {
			t.Errorf("the first key waited %s", time.Since(start))
		}
	})
}

// INACTIF: who is logged in is back at once, set up, without being shown.
func TestIdleSessionGoesOn(t *testing.T) {
	timed(t, func(t *testing.T) {
		setups, shown := 0, false
		l := open(t, Options{
			Keep:  func() bool { return true },
			Setup: func(context.Context, Doer) error { setups++; return nil },
			Dial: linktest.Pipe(t, func(c *linktest.Conn) {
				c.Say(linktest.Greeting)
				time.Sleep(5 * time.Minute)
				c.Say("-ERR INACTIF :trop long")
			}),
		})
		go func() {
			for s := range l.Changes() {
				shown = shown || s.Phase == Offline
				if s.Phase == Closed {
					return
				}
			}
		}()
		time.Sleep(21 * time.Minute)
		synctest.Wait()
		if s := l.State(); s.Phase != Online || setups != 5 || s.Generation != 5 || shown {
			t.Errorf("%+v, %d setups, offline shown: %v", s, setups, shown)
		}
	})
}

// A request that crosses the server's INACTIF or ARRET was not done: it is
// sent again even where repeating is not allowed.
func TestCrossedByTheEnd(t *testing.T) {
	for _, code := range []string{"INACTIF", "DELAI", "ARRET"} {
		timed(t, func(t *testing.T) {
			l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) {
				c.Say(linktest.Greeting)
				c.Expect("PING", "-ERR "+code)
			}, answer)})
			ping(t, l)
		})
	}
}

// What stands behind a reply that closes was not done.
func TestBehindAReplyThatCloses(t *testing.T) {
	timed(t, func(t *testing.T) {
		l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			first, _ := c.Next()
			if first != "ZZ" {
				t.Errorf("got %q", first)
			}
			time.Sleep(time.Second) // until the second one is on the wire
			go c.Hold()
			c.Say("-ERR INTERNE incident=x")
		}, answer)})
		var err error
		go func() { _, err = l.Do(t.Context(), Request{Line: "ZZ"}) }()
		synctest.Wait()
		ping(t, l)
		synctest.Wait()
		if CodeOf(err) != "INTERNE" {
			t.Errorf("the first got %v", err)
		}
	})
}

// ! ARRET: after apres and a random moment on a new connection, nothing shown,
// what is under way is answered on the old one.
func TestMoveOnArret(t *testing.T) {
	timed(t, func(t *testing.T) {
		start := time.Now()
		var moved time.Duration
		late, left := make(chan bool), false
		l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) {
			c.Say(linktest.Greeting, "! ARRET apres=7 :Le serveur s'arrête")
			c.Expect("MESACHATS")
			for waiting := true; waiting; { // a long reply, longer than the wait
				select {
				case waiting = <-late:
				case <-time.After(replyTimeout / 2):
					c.Say("| id=1")
				}
			}
			c.Say("+OK MESACHATS lignes=1")
			if _, more := c.Next(); more {
				t.Error("the old connection is still used")
			}
			left = true
		}, linktest.Refuse, func(c *linktest.Conn) {
			moved = time.Since(start)
			answer(c)
		}), OnEvent: func(Event) { t.Error("the user was told") }})
		listed := make(chan error, 1)
		go func() { _, err := l.Do(t.Context(), Request{Line: "MESACHATS"}); listed <- err }()
		for l.State().Generation < 2 {
			if s := <-l.Changes(); s.Phase == Offline {
				t.Error("shown offline")
			}
			synctest.Wait()
			if len(listed) > 0 {
				break
			}
		}
		ping(t, l)
		close(late)
		if err := <-listed; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if !left {
			t.Error("the old connection is kept")
		}
		if moved < 7*time.Second || moved > 7*time.Second+moveSpread+lastPause {
			t.Errorf("moved after %s", moved)
		}
	})
}

// PLEIN and DEBIT in place of the greeting are waited out.
func TestRefusedAtTheDoor(t *testing.T) {
	timed(t, func(t *testing.T) {
		start := time.Now()
		l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) { c.Say("-ERR DEBIT apres=30 :Trop") }, answer)})
		synctest.Wait()
		if s := l.State(); s.Phase != Offline || CodeOf(s.Err) != "DEBIT" {
			t.Errorf("%+v", s)
		}
		ping(t, l)
		if d := time.Since(start); d < 30*time.Second || d > 31*time.Second {
			t.Errorf("came back after %s", d)
		}
	})
}

// A request that kills the server each time ends; it does not kill for ever.
func TestPatienceEnds(t *testing.T) {
	timed(t, func(t *testing.T) {
		n := 0
		l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			if _, ok := c.Next(); ok {
				n++
			}
		})})
		_, err := l.Do(t.Context(), Request{Line: "STATS", Repeat: true})
		if !errors.Is(err, ErrLost) || n != maxRepeats+1 {
			t.Errorf("%v after %d", err, n)
		}
	})
}

// A long reply has time as long as it moves.
func TestSlowRows(t *testing.T) {
	timed(t, func(t *testing.T) {
		l := open(t, Options{Once: true, Dial: linktest.Pipe(t, func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			c.Expect("STATS")
			for range 4 {
				time.Sleep(replyTimeout * 3 / 4)
				c.Say("| rang=1")
			}
			c.Say("+OK STATS")
			c.Hold()
		})})
		if r, err := l.Do(t.Context(), Request{Line: "STATS"}); err != nil || len(r.Rows) != 4 {
			t.Errorf("%v, %v", r, err)
		}
	})
}

// What is sent again keeps its place before what was not sent yet.
func TestOrderOverACut(t *testing.T) {
	timed(t, func(t *testing.T) {
		lines := []string{"AIDE A", "AIDE B", "AIDE C", "AIDE D"}
		l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			c.Next()                // A; nobody reads B, so that C and D wait
			time.Sleep(time.Second) // of the bubble
		}, func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			for _, line := range lines {
				c.Expect(line, "+OK AIDE")
			}
			c.Hold()
		})})
		for _, line := range lines {
			go func() {
				if _, err := l.Do(t.Context(), Request{Line: line, Repeat: true}); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait()
		}
		time.Sleep(5 * time.Second)
	})
}
