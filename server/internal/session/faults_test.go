package session_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/session"
	"etuservices/server/internal/testenv"
)

// TestTenInARowClose: ten of NO and SYNTAXE, mixed, end the connection; any
// other reply, a refusal included, begins a new row.
func TestTenInARowClose(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	nonsense := []string{"FOO", "AUTH", "\xff", "PING x"}
	for _, s := range states {
		c := h.in(t, s)
		breakers := []string{"PING", "AIDE"}
		if s == anonymous {
			breakers = append(breakers, "QUI", "INSCRIPTION a b c d e", "AUTH a b")
		} else {
			nonsense[1] = "VENTE"
			breakers = append(breakers, "AUTH", "ARTICLE 99", "VENTE a b c")
		}
		say := func(n int) {
			for i := range n {
				if c.Do(nonsense[i%len(nonsense)]); c.Closed {
					t.Fatalf("%s: closed at the %dth", s, i+1)
				}
			}
		}
		for _, b := range breakers {
			say(protocol.MaxInRowFaults - 1)
			c.s.Line(t.Context(), []byte(" "), &c.out) // an empty line is nothing at all
			if a := c.Do(b); a.Code() == protocol.NO || a.Code() == protocol.SYNTAXE {
				t.Fatalf("%q: %s", b, a.Line)
			}
		}
		say(protocol.MaxInRowFaults - 1)
		if a := c.Do(nonsense[0]); a.Code() != protocol.NO || !c.Closed {
			t.Errorf("%s: the tenth: %s, closed %v", s, a.Line, c.Closed)
		}
	}
}

var errBroken = errors.New("broken on purpose")

// replaceHandler makes a verb do something else for a test.
func replaceHandler(t *testing.T, verb string, f session.Handler) {
	t.Helper()
	t.Cleanup(session.Replace(verb, f))
}

// TestPanicEndsThatConnectionOnly: its reply is INTERNE alone, even when
// rows were written, and its number stands in the log.
func TestPanicEndsThatConnectionOnly(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	other, c := h.login(t), h.login(t)
	replaceHandler(t, "STATS", func(_ context.Context, _ *session.Session, _ *protocol.Request, out *protocol.Writer) error {
		out.Row().Str("tableau", "top").End()
		out.Row().Str("moitié", "une")
		panic(errBroken)
	})
	internal(t, h, c, errBroken.Error(), "TestPanicEndsThatConnectionOnly")
	other.Must("PING")
	other.Must("VENTE livre 1 Titre")
}

// TestFaultOfOurs: an error that nobody foresaw is an incident too.
func TestFaultOfOurs(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	replaceHandler(t, "STATS", func(_ context.Context, _ *session.Session, _ *protocol.Request, out *protocol.Writer) error {
		out.Row().Str("tableau", "top").End()
		return errBroken
	})
	internal(t, h, h.login(t), errBroken.Error(), "STATS")
}

// TestMissingHandler: a verb of the table without a handler breaks no server.
func TestMissingHandler(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	replaceHandler(t, "STATS", nil)
	internal(t, h, h.login(t), "nil pointer")
}

func internal(t *testing.T, h *testServer, c *talk, logged ...string) {
	t.Helper()
	a := c.Refused("STATS", protocol.INTERNE)
	if !c.Closed || len(a.Rows) > 0 {
		t.Errorf("closed %v, rows %v", c.Closed, a.Rows)
	}
	wantKeys(t, "INTERNE", a.Message, "incident")
	for line := range strings.Lines(h.logs.String()) {
		if strings.Contains(line, "incident="+a.Fields.Get("incident")) {
			for _, s := range logged {
				if !strings.Contains(line, s) {
					t.Errorf("the log does not say %q: %s", s, line)
				}
			}
			return
		}
	}
	t.Errorf("incident %s is not in the log:\n%s", a.Fields.Get("incident"), h.logs)
}

// TestNobodyWaits: a request whose connection or server goes, or whose time a
// slow store used up, is answered, and nothing is counted.
func TestNobodyWaits(t *testing.T) {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	t.Run("gone", func(t *testing.T) { nobodyWaits(t, gone) })
	late, cancel := context.WithDeadline(context.Background(), time.Unix(1, 0))
	defer cancel()
	t.Run("late", func(t *testing.T) { nobodyWaits(t, late) })
}

func nobodyWaits(t *testing.T, gone context.Context) {
	t.Helper()
	h := newTestServer(t, testenv.Embedded(t), plenty)
	c := h.login(t)
	for _, line := range []string{"VENTE livre 1 Titre", "ARTICLES", "STATS", "QUOTA", "MOTDEPASSE motdepasse nouveaumot", "ACHAT 1"} {
		if c.s.Line(gone, []byte(line), &c.out) {
			t.Errorf("%q closed", line)
		}
		a, err := readAnswer(string(c.out.Bytes()))
		c.out.Reset()
		if err != nil || a.Code() != protocol.INDISPONIBLE || a.Fields.Int("apres") < 1 {
			t.Errorf("%q: %s, %v", line, a.Line, err)
		}
	}
	if q := c.Must("QUOTA"); q.Rows[1].Fields.Get("utilise") != "0" {
		t.Errorf("counted: %v", q.Rows[1])
	}
}
