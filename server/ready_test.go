package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// readyTime is how long a fault, or its mending, may stay unknown.
const readyTime = 5 * time.Second

// becomes waits until /readyz answers as it must: with every word, or ready for
// none.
func (p *process) becomes(what string, words ...string) {
	p.t.Helper()
	testenv.Eventually(p.t, readyTime, func() error {
		code, body := p.get("/readyz")
		if ready := code == http.StatusOK; ready != (len(words) == 0) || !ready && code != http.StatusServiceUnavailable {
			return fmt.Errorf("%s: %d %s", what, code, body)
		}
		for _, word := range words {
			if !strings.Contains(body, word) {
				return fmt.Errorf("%s: no %q in %s", what, word, body)
			}
		}
		return nil
	})
}

// doctorFinds fails unless the doctor has one finding that holds all words, or,
// for none, no finding about a store.
func doctorFinds(t *testing.T, e *testenv.Env, words ...string) {
	t.Helper()
	out, code := command(t, e, "doctor")
	// A finding is two lines: what is wrong, and what to do.
	_, findings, _ := strings.Cut("\n"+out, "\nMAL ")
	var about []string
	for finding := range strings.SplitSeq(findings, "\nMAL ") {
		if finding != "" && !strings.Contains(finding, "administrateurs actifs") && !strings.Contains(finding, "mot de passe de la démonstration") {
			about = append(about, finding)
		}
	}
	if len(words) == 0 {
		if len(about) > 0 {
			t.Errorf("the doctor finds %q", about)
		}
		return
	}
	if code == 0 {
		t.Errorf("the doctor ends with 0:\n%s", out)
	}
	for _, finding := range about {
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(finding, word) }) {
			return
		}
	}
	t.Errorf("the doctor does not find %q:\n%s", words, out)
}

// A store that answers and does not write: /readyz says so and why, what only
// reads goes on, what writes is refused and the connection kept, the log has one
// ERROR with what to do, and all is well again by itself.
func TestStoreThatDoesNotWriteIsNotReady(t *testing.T) {
	t.Parallel()
	set := func(key, value string) func(*testing.T, *testenv.Env, *testenv.Account) {
		return func(t *testing.T, e *testenv.Env, _ *testenv.Account) {
			t.Helper()
			if err := e.Redis().Client(t, 0).ConfigSet(t.Context(), key, value).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	sql := func(format string) func(*testing.T, *testenv.Env, *testenv.Account) {
		return func(t *testing.T, _ *testenv.Env, a *testenv.Account) {
			t.Helper()
			a.Exec(strings.NewReplacer("{db}", a.Database, "{user}", a.Name).Replace(format))
		}
	}
	type change = func(*testing.T, *testenv.Env, *testenv.Account)
	for _, c := range []struct {
		name   string
		own    bool // it is done to the whole MariaDB
		breaks change
		mends  change
		says   []string
		reads  bool // ARTICLES goes on
		advice string
		// A connection keeps the rights on a database that it had when it was
		// opened, and a script that deletes first may write into a full Redis.
		mayPass bool
	}{
		{"read-only", true, sql("SET GLOBAL read_only = 1"), sql("SET GLOBAL read_only = 0"), []string{"MySQL", "lecture seule", "read_only"}, true, "SET GLOBAL read_only = 0", false},
		{"Redis full", false, set("maxmemory", "1"), set("maxmemory", "0"), []string{"Redis", "pleine", "maxmemory"}, true, "maxmemory", true},
		{"Redis a replica", false, replicate("127.0.0.1", "1"), replicate("NO", "ONE"), []string{"Redis", "réplique"}, true, "REPLICAOF NO ONE", false},
		{"INSERT revoked", false, sql("REVOKE INSERT ON {db}.* FROM {user}"), sql("GRANT INSERT ON {db}.* TO {user}"), []string{"MySQL", "droit", "GRANT"}, true, "GRANT", true},
		{"UPDATE revoked", false, sql("REVOKE UPDATE ON {db}.* FROM {user}"), sql("GRANT UPDATE ON {db}.* TO {user}"), []string{"MySQL", "droit", "GRANT"}, true, "GRANT", true},
		{"DELETE revoked", false, sql("REVOKE DELETE ON {db}.* FROM {user}"), sql("GRANT DELETE ON {db}.* TO {user}"), []string{"MySQL", "droit", "GRANT"}, true, "GRANT", true},
		{"table gone", false, sql("RENAME TABLE {db}.appels TO {db}.ailleurs"), sql("RENAME TABLE {db}.ailleurs TO {db}.appels"), []string{"MySQL", "table", "appels"}, true, "sauvegarde", false},
		{"database dropped", false, sql("DROP DATABASE {db}"), nil, []string{"MySQL", "base"}, false, "sauvegarde", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var e *testenv.Env
			if c.own {
				e = testenv.RealOwn(t)
			} else {
				e = testenv.Real(t)
			}
			account := e.Account(t)
			server := start(t, e, "--metrics-addr", "127.0.0.1:0")
			register(t, server.Addr, "alice")
			alice := login(t, server.Addr, "alice")
			alice.Must("VENTE livre 1 Réseaux")
			server.becomes("at first")

			c.breaks(t, e, account)
			server.becomes(c.name, c.says...)
			doctorFinds(t, e, c.says...)
			if c.reads {
				alice.Must("ARTICLES")
				alice.Must("MESVENTES")
			} else {
				alice.Refused("INDISPONIBLE", "ARTICLES")
			}
			for range 3 {
				if r := alice.Do("VENTE livre 1 Réseaux"); r.Word != "INDISPONIBLE" && !(c.mayPass && r.OK()) {
					t.Errorf("VENTE: %s", r.Line)
				}
			}
			alice.Must("PING")
			told := 0
			for line := range strings.Lines(server.logs.String()) {
				if strings.Contains(line, "level=ERROR") {
					told++
					if !strings.Contains(line, c.advice) {
						t.Errorf("the log does not say what to do: %s", line)
					}
				}
			}
			if told != 1 {
				t.Errorf("%d lines of ERROR, want 1\n%s", told, server.logs)
			}
			if c.mends == nil {
				return
			}
			c.mends(t, e, account)
			server.becomes("mended")
			doctorFinds(t, e)
			alice.worksAgain("VENTE livre 1 Réseaux")
		})
	}
}

func replicate(host, port string) func(*testing.T, *testenv.Env, *testenv.Account) {
	return func(t *testing.T, e *testenv.Env, _ *testenv.Account) {
		t.Helper()
		if err := e.Redis().Client(t, 0).ReplicaOf(t.Context(), host, port).Err(); err != nil {
			t.Fatal(err)
		}
	}
}
