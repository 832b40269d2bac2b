package session_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/config"
	"etuservices/server/internal/monitor"
	"etuservices/server/internal/session"
)

// paced gives a logged-in connection of a server that slows floods down, and
// has no stores: ARTICLES, which stands for the verbs that reach one, answers
// at once. So the clock of a synctest moves only while the server slows.
func paced(t *testing.T, rate, burst int) *talk {
	t.Helper()
	replaceHandler(t, "ARTICLES", func(_ context.Context, _ *session.Session, _ *protocol.Request, out *protocol.Writer) error {
		out.OK("ARTICLES").Int("lignes", 0).End()
		return nil
	})
	limits := config.DefaultLimits
	limits.FloodBurst = burst
	log := slog.New(slog.DiscardHandler)
	deps := &session.Deps{
		Monitor: monitor.New(nil, monitor.NewRecorder(), nil, nil, log), Observer: noObserver{},
		Limits: limits, Flood: rate, Log: log,
	}
	c := &talk{t: t}
	c.s = session.OpenAs(deps, c, &accounts.Session{User: accounts.User{Login: "alice", Role: accounts.Student}})
	return c
}

// takes fails the test unless n times a line take exactly so long, all together.
func (c *talk) takes(n int, line string, want time.Duration) {
	c.t.Helper()
	began := time.Now()
	for range n {
		c.Must(line)
	}
	if took := time.Since(began); took != want {
		c.t.Errorf("%d %s took %v, want %v", n, line, took, want)
	}
}

// TestFloodBurst: the burst passes without a wait, to its last verb; the
// next waits for its share of the rate, and nobody is refused. What was not
// used comes back, up to the burst. 0 is off.
func TestFloodBurst(t *testing.T) {
	usual, err := config.Load(nil, func(string) string { return "" }, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		rate, burst int
	}{
		{"the defaults", usual.FloodRate, usual.Limits.FloodBurst},
		{"one at once", 50, 1},
		{"one in 125 ms", 8, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				share := time.Second / time.Duration(c.rate)
				one := paced(t, c.rate, c.burst)
				one.takes(c.burst-1, "ARTICLES", 0)
				one.takes(1, "ARTICLES", 0)
				one.takes(1, "ARTICLES", share)
				for _, line := range []string{"PING", "AIDE PING", "QUI"} { // though nothing is left
					one.takes(10*c.burst, line, 0)
				}
				one.takes(3, "ARTICLES", 3*share)
				paced(t, c.rate, c.burst).takes(c.burst, "ARTICLES", 0) // another connection's is its own

				time.Sleep(share)
				one.takes(1, "ARTICLES", 0)
				one.takes(1, "ARTICLES", share)
				time.Sleep(time.Duration(c.burst+10) * share) // no more than the burst is kept
				one.takes(c.burst, "ARTICLES", 0)
				one.takes(1, "ARTICLES", share)
			})
		})
	}
	t.Run("off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			paced(t, 0, 1).takes(1000, "ARTICLES", 0)
		})
	})
}
