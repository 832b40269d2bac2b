package main

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"etuservices/server/internal/testenv"
)

// TestAnyInstanceName: whatever ETU_INSTANCE holds, logins and sales are written
// with it, the metrics are served, and the greeting says a name of whole
// characters, 64 at most.
func TestAnyInstanceName(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	for name, want := range map[string]string{
		strings.Repeat("é", 32) + "a": strings.Repeat("é", 32) + "a",
		"x" + strings.Repeat("日", 64): strings.Repeat("日", 64),
		strings.Repeat("😀", 65):       strings.Repeat("😀", 64),
		"salle \xff12":                "salle \ufffd12",
		"a\nb\x1b[31m\u202ec":         "a_b_[31m_c",
	} {
		server := start(t, env, "--instance", name, "--metrics-addr", "127.0.0.1:0")
		c := dial(t, server.Addr)
		if got := c.greeting.Fields.Get("serveur"); got != want || !utf8.ValidString(got) {
			t.Errorf("%q greets as %q, want %q", name, got, want)
		}
		c.Must("INSCRIPTION u%d u%d@univ.fr Zoé Petit %s", server.cmd.Process.Pid, server.cmd.Process.Pid, password)
		c.Must("AUTH u%d %s", server.cmd.Process.Pid, password)
		c.Must("VENTE livre 1 titre")
		if code, body := server.get("/metrics"); code != http.StatusOK || !strings.Contains(body, "etu_instance_info") {
			t.Errorf("%q: metrics answer %d", name, code)
		}
		server.Stop()
	}
}

// TestFirstLineThatEndsLikeHTTP is a request of ours where it begins with a verb.
func TestFirstLineThatEndsLikeHTTP(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t))
	const secret = "my site HTTP/1.1"
	dial(t, server.Addr).Must("INSCRIPTION alice alice@univ.fr Alice Martin %s", secret)
	for line, want := range map[string]string{
		"AUTH alice " + secret:         "PASSOK",
		"auth alice " + secret:         "PASSOK",
		"  AUTH alice :" + secret:      "PASSOK",
		"UP:alice:" + secret:           "PASSOK",
		"VENTE livre 1 cours HTTP/1.1": "AUTH",
		"ANNONCE :nous passons HTTP/2": "AUTH",
		"ACHAT HTTP/1.1":               "AUTH",
		"SEND HTTP/1.1":                "AUTH",
		"INSCRIPTION a b HTTP/1.1":     "SYNTAXE",
		"AIDE HTTP/1.1":                "SYNTAXE",
	} {
		c := dial(t, server.Addr)
		if r := c.Do("%s", line); r.Word != want {
			t.Errorf("%s: %s", line, r.Line)
		}
		c.Must("PING") // the connection goes on
	}
	for _, line := range []string{"GET / HTTP/1.1", "POST /AUTH HTTP/1.0", "get HTTP/1.1", "OPTIONS * HTTP/2.0", "AUTHX alice HTTP/1.1"} {
		c := dial(t, server.Addr)
		if r := c.Do("%s", line); r.Word != "NO" {
			t.Errorf("%s: %s", line, r.Line)
		}
		c.Closed()
	}
}
