package link

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/client/internal/link/linktest"
)

// timed runs a test whose clock only moves when everybody waits.
func timed(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

func answer(c *linktest.Conn) {
	c.Say(linktest.Greeting)
	c.Answer(func(string) []string { return []string{pong} })
}

func ping(t *testing.T, l *Link) {
	t.Helper()
	if r, err := l.Do(t.Context(), Request{Line: "PING"}); err != nil || r.Status.Word != "PONG" {
		t.Errorf("PING: %v, %v", r, err)
	}
}

func TestSilence(t *testing.T) {
	timed(t, func(t *testing.T) {
		start := time.Now()
		l := open(t, Options{Dial: linktest.Pipe(t, (*linktest.Conn).Hold), Once: true})
		_, err := l.Do(t.Context(), Request{Line: "PING"})
		if !errors.Is(err, ErrSilent) || time.Since(start) != greetTimeout {
			t.Errorf("no greeting: %v after %s", err, time.Since(start))
		}
	})
	timed(t, func(t *testing.T) {
		start := time.Now()
		l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) { c.Say(linktest.Greeting); c.Hold() }, linktest.Refuse)})
		_, err := l.Do(t.Context(), Request{Line: "PING"})
		if !errors.Is(err, ErrSilent) || !errors.Is(err, ErrLost) || time.Since(start) != replyTimeout {
			t.Errorf("no answer: %v after %s", err, time.Since(start))
		}
	})
}

// Events do not make up for an answer that does not come.
func TestSilenceUnderEvents(t *testing.T) {
	timed(t, func(t *testing.T) {
		l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			go c.Hold()
			for range 60 {
				time.Sleep(time.Second) // the bubble's clock
				c.Say("! STATS connexions=1")
			}
		}), Once: true})
		if _, err := l.Do(t.Context(), Request{Line: "PING"}); !errors.Is(err, ErrSilent) {
			t.Error(err)
		}
	})
}

func TestPauses(t *testing.T) {
	timed(t, func(t *testing.T) {
		var at []time.Time
		l := open(t, Options{Dial: func(context.Context) (net.Conn, error) {
			at = append(at, time.Now())
			return nil, linktest.ErrRefused
		}})
		time.Sleep(2 * time.Minute)
		_ = l.Close()
		want := firstPause
		for i := 1; i < len(at); i++ {
			got := at[i].Sub(at[i-1])
			if got < want*3/4 || got > want*5/4 {
				t.Errorf("pause %d: %s, want about %s", i, got, want)
			}
			want = min(2*want, lastPause)
		}
		if len(at) < 14 || len(at) > 25 {
			t.Errorf("%d attempts in two minutes", len(at))
		}
	})
}

func TestOfflineIsShownAndEnds(t *testing.T) {
	timed(t, func(t *testing.T) {
		l := open(t, Options{Dial: linktest.Pipe(t, linktest.Refuse, linktest.Refuse, answer)})
		synctest.Wait()
		s := l.State()
		if s.Phase != Offline || s.Attempt != 2 || !s.RetryAt.After(time.Now()) || !errors.Is(s.Err, ErrUnreachable) {
			t.Errorf("state %+v", s)
		}
		l.Retry() // the user does not wait
		synctest.Wait()
		if s := l.State(); s.Attempt != 3 {
			t.Errorf("after Retry: %+v", s)
		}
		ping(t, l)
		if s := <-l.Changes(); s.Phase != Online || s.Generation != 1 {
			t.Errorf("state %+v", s)
		}
	})
}

// A server that greets and hangs up is not hammered.
func TestHangUpsAreNotHammered(t *testing.T) {
	timed(t, func(t *testing.T) {
		n := 0
		l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) {
			n++
			c.Say(linktest.Greeting, "-ERR INACTIF :déjà")
		}), Keep: func() bool { return true }})
		time.Sleep(time.Minute)
		_ = l.Close()
		if n > 15 {
			t.Errorf("%d connections in a minute", n)
		}
	})
}

func TestTooManyWaiting(t *testing.T) {
	timed(t, func(t *testing.T) {
		l := open(t, Options{Dial: linktest.Pipe(t, linktest.Refuse)})
		ctx, cancel := context.WithCancel(t.Context())
		for range maxWaiting {
			go func() { _, _ = l.Do(ctx, Request{Line: "PING"}) }()
		}
		synctest.Wait()
		if _, err := l.Do(ctx, Request{Line: "PING"}); !errors.Is(err, ErrBusy) {
			t.Error(err)
		}
		cancel()
		short, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if _, err := l.Do(short, Request{Line: "PING"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("those who gave up still stand in line: %v", err)
		}
	})
}
