package script

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link/linktest"
	"etuservices/client/internal/tokens"
)

// run does lines against a server that a script plays.
func run(t *testing.T, script linktest.Script, lines ...string) (code int, out, said string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Run(t.Context(), Options{
		API: api.Options{Addr: "essai:1", Dial: linktest.Pipe(t, script)},
		T:   i18n.T{Lang: i18n.French}, Lines: lines, Out: &o, Err: &e,
	})
	return code, o.String(), e.String()
}

// TestOwnListsComeWhole: a script that asks for all its sales gets all of them,
// page after page; one that asks for a page gets that.
func TestOwnListsComeWhole(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]struct{ rows, pages int }{
		"MESVENTES": {45, 3}, " mesachats ": {45, 3}, "MESVENTES n=20": {20, 1}, "MESVENTES apres=26": {20, 1}, "ARTICLES": {20, 1},
	} {
		code, out, _ := run(t, func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			c.Answer(func(request string) (lines []string) {
				verb, after, _ := strings.Cut(strings.TrimSpace(request), " apres=")
				from := 46
				if after != "" {
					from, _ = strconv.Atoi(after)
				}
				for id := from - 1; id > 0 && len(lines) < 20; id-- {
					lines = append(lines, fmt.Sprintf("| id=%d", id))
				}
				status := "+OK " + strings.ToUpper(strings.Fields(verb)[0]) + fmt.Sprintf(" lignes=%d", len(lines))
				if last := from - len(lines); last > 1 {
					status += fmt.Sprintf(" suite=%d", last)
				}
				return append(lines, status)
			})
		}, line)
		if code != AllOK || strings.Count(out, "| id=") != want.rows || strings.Count(out, "+OK ") != want.pages {
			t.Errorf("%q: code %d, %d rows on %d pages", line, code, strings.Count(out, "| id="), strings.Count(out, "+OK "))
		}
	}
	code, out, _ := run(t, func(c *linktest.Conn) { // a server that never comes to an end
		c.Say(linktest.Greeting)
		c.Answer(func(string) []string { return []string{"| id=1", "+OK MESVENTES lignes=1 suite=1"} })
	}, "MESVENTES")
	if code != AllOK || strings.Count(out, "+OK ") != 2 {
		t.Errorf("code %d: %s", code, out)
	}
}

// TestLinesOfTheInput stand where "-" does; blank ones are none.
func TestLinesOfTheInput(t *testing.T) {
	t.Parallel()
	var asked []string
	var out bytes.Buffer
	code := Run(t.Context(), Options{
		API: api.Options{Addr: "essai:1", Dial: linktest.Pipe(t, func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			c.Answer(func(request string) []string {
				asked = append(asked, request)
				return []string{"+OK PONG"}
			})
		})},
		Lines: []string{"PING", "-", "NB"}, In: strings.NewReader("QUOTA\r\n\nSTATS TOP\nLU tout"), Out: &out, Err: &out,
	})
	if got := strings.Join(asked, "|"); code != AllOK || got != "PING|QUOTA|STATS TOP|LU tout|NB" {
		t.Errorf("code %d, %q: %s", code, got, out.String())
	}
}

// TestEventsBeforeAReplyAreBounded: a flood of them costs the oldest, and that is
// said.
func TestEventsBeforeAReplyAreBounded(t *testing.T) {
	t.Parallel()
	const n = 1000
	event := "! ANNONCE n=%d :" + strings.Repeat("x", 10_000)
	code, out, said := run(t, func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		if _, ok := c.Next(); !ok {
			return
		}
		for i := range n {
			c.Say(fmt.Sprintf(event, i))
		}
		c.Say("+OK PONG")
		c.Hold()
	}, "PING")
	if code != AllOK || len(out) > maxEvents+(64<<10) || !strings.Contains(out, fmt.Sprintf(event, n-1)) || strings.Contains(out, fmt.Sprintf(event, 0)) {
		t.Errorf("code %d, %d bytes", code, len(out))
	}
	if !strings.Contains(said, "perdu") {
		t.Errorf("it is not said that events are lost: %q", said)
	}
}

// TestTokenOfTLSNeverLeavesInClear, and is found again over TLS.
func TestTokenOfTLSNeverLeavesInClear(t *testing.T) {
	t.Parallel()
	store := tokens.Store{Dir: filepath.Join(t.TempDir(), "sessions")}
	maker := httptest.NewUnstartedServer(nil) // for its certificate
	maker.StartTLS()
	maker.Close()
	var requests []string
	session := func(encrypted bool, password string) int {
		var secure *tls.Config
		dial := linktest.Pipe(t, func(c *linktest.Conn) {
			if encrypted {
				c.Encrypt(maker.TLS.Certificates)
			}
			c.Say(linktest.Greeting)
			c.Answer(func(request string) []string {
				requests = append(requests, request)
				if verb, _, _ := strings.Cut(request, " "); verb == "AUTH" {
					return []string{fmt.Sprintf("+OK PASSOK login=alice role=etudiant utilise=1 max=10 reste=9 retour=0 visites=1 jeton=secret-%v", encrypted)}
				} else if verb == "REPRENDRE" {
					return []string{"+OK REPRENDRE login=alice role=etudiant jeton=x"}
				}
				return []string{"+OK PONG"}
			})
		})
		if encrypted {
			secure = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // the test is about what is sent
		}
		return Run(t.Context(), Options{
			API: api.Options{Addr: "essai:1", TLS: secure, Tokens: store, Dial: dial},
			T:   i18n.T{Lang: i18n.French}, Login: "alice", Lines: []string{"PING"}, Out: io.Discard, Err: io.Discard,
			Password: func(context.Context) (string, error) { return password, nil },
		})
	}
	if code := session(true, "motdepasse"); code != AllOK {
		t.Fatal(code)
	}
	requests = nil
	if code := session(false, "motdepasse"); code != AllOK {
		t.Error(code)
	}
	if all := strings.Join(requests, "|"); strings.Contains(all, "secret-true") || !strings.Contains(all, "AUTH alice") {
		t.Errorf("in clear: %q", all)
	}
	requests = nil
	for _, encrypted := range []bool{true, false} {
		if code := session(encrypted, ""); code != AllOK {
			t.Error(code)
		}
	}
	if all := strings.Join(requests, "|"); all != "REPRENDRE secret-true|PING|REPRENDRE secret-false|PING" {
		t.Errorf("afterwards: %q", all)
	}
}
