package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// takeover bounds how long a server that was killed keeps its name.
const takeover = 10 * time.Second

// says fails the test unless the text holds all of the words.
func says(t testing.TB, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q is not said:\n%s", word, text)
		}
	}
}

// TestNameOfAServerThatBeats is refused to another, and is free 10 s after a
// kill at the latest, at once after a stop.
func TestNameOfAServerThatBeats(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	first := start(t, env, "--instance", "salle-12")
	says(t, launch(t, env, "--instance", "salle-12").Fails(), "salle-12", "ETU_INSTANCE")
	start(t, env, "--instance", "salle-13")
	dial(t, first.Addr).Must("PING")

	first.Kill()
	began := time.Now()
	second := start(t, env, "--instance", "salle-12")
	if took := time.Since(began); took > takeover {
		t.Errorf("up %v after a kill", took)
	}
	second.Stop()
	third := start(t, env, "--instance", "salle-12")
	env.Redis().FlushAll(t) // the name is written again
	testenv.WaitFor(t, 5*time.Second, "a name in Redis", func() bool {
		return env.Redis().Client(t, 0).ZCard(t.Context(), "etu:{presence}:serveurs").Val() == 2
	})
	says(t, launch(t, env, "--instance", "salle-12").Fails(), "ETU_INSTANCE")
	third.Stop()
}

// TestOneOfManyTakesAName: of those that start together with one name, one
// stays, also where the last one that had it was killed.
func TestOneOfManyTakesAName(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	start(t, env, "--instance", "seul").Kill()
	const n = 4
	up, down := make(chan *process, n), make(chan *process, n)
	for range n {
		p := launch(t, env, "--instance", "seul")
		go func() {
			select {
			case p.Addr = <-p.listening():
				up <- p
			case <-p.done:
				down <- p
			}
		}()
	}
	for range n - 1 {
		select {
		case p := <-down:
			p.logged("ETU_INSTANCE")
		case <-time.After(startTime):
			t.Fatal("more than one has the name")
		}
	}
	dial(t, (<-up).Addr).Must("PING")
}

// TestRuleOfOtherServers: another one is refused at the start with both values,
// whichever setting it is, and taken once those that have the old one are gone,
// killed or not.
func TestRuleOfOtherServers(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	first := start(t, env, "--instance", "un")
	for _, c := range []struct{ flag, value, here, there string }{
		{"--quota-max", "12", "ETU_QUOTA_MAX vaut 12", "10"},
		{"--quota-window", "5m", "ETU_QUOTA_WINDOW vaut 5m0s", "10m0s"},
		{"--visits-ttl", "1m", "ETU_VISITS_TTL vaut 1m0s", "30s"},
		{"--session-ttl", "1h", "ETU_SESSION_TTL vaut 1h0m0s", "30m0s"},
	} {
		says(t, launch(t, env, c.flag, c.value).Fails(), c.here, c.there, "« un »", "arrêtez")
	}
	start(t, env, "--instance", "deux", "--quota-window", "600s", "--drain-time", "1s").Stop() // the same rule
	first.Kill()
	began := time.Now()
	start(t, env, "--instance", "un", "--quota-max", "12")
	if took := time.Since(began); took > takeover {
		t.Errorf("up %v after a kill", took)
	}
}

// TestDifferenceFoundWhileRunning: a server that stood still while its name, or
// its rule, was replaced says so and is not ready, and so is the other, until one
// of them has gone.
func TestDifferenceFoundWhileRunning(t *testing.T) {
	t.Parallel()
	for what, args := range map[string][]string{
		"ETU_INSTANCE":  {"--instance", "un"},
		"ETU_QUOTA_MAX": {"--instance", "deux", "--quota-max", "12"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			env := testenv.Real(t)
			first := start(t, env, "--instance", "un", "--metrics-addr", "127.0.0.1:0")
			first.signal(syscall.SIGSTOP)
			second := start(t, env, append(args, "--metrics-addr", "127.0.0.1:0")...)
			first.signal(syscall.SIGCONT)
			for _, p := range []*process{first, second} {
				testenv.WaitFor(t, takeover, "not ready", func() bool {
					code, body := p.get("/readyz")
					return code == http.StatusServiceUnavailable && strings.Contains(body, what)
				})
				p.logged("level=ERROR", what)
			}
			first.Stop()
			testenv.WaitFor(t, takeover, "ready again", func() bool { code, _ := second.get("/readyz"); return code == http.StatusOK })
			dial(t, second.Addr).Must("PING")
		})
	}
}

// installationOf is the id that SQL keeps.
func installationOf(t testing.TB, env *testenv.Env) (id string) {
	t.Helper()
	if err := newJudge(t, env).sql.QueryRow(`SELECT valeur FROM reglages WHERE nom = 'installation'`).Scan(&id); err != nil || id == "" {
		t.Fatalf("installation %q: %v", id, err)
	}
	return id
}

// beside is another MySQL database on the Redis of env, whose URL ends so.
func beside(t testing.TB, env *testenv.Env, end string) *testenv.Env {
	t.Helper()
	other := testenv.Real(t)
	other.RedisURL = env.RedisURL + end
	return other
}

// TestTwoInstallationsOnOneRedis: in the same databases, or in databases that
// overlap, the second is refused with both ids and the command that empties
// Redis; once emptied it starts.
func TestTwoInstallationsOnOneRedis(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	first := start(t, env)
	own := installationOf(t, env)
	other := beside(t, env, "")
	says(t, launch(t, other).Fails(), own, installationOf(t, other), "-n 0 FLUSHDB", "-n 1 FLUSHDB", env.Redis().Addr())
	out, code := command(t, other, "doctor")
	says(t, out, own, "-n 0 FLUSHDB")
	if code == 0 {
		t.Error("the doctor finds nothing")
	}
	overlap := beside(t, env, "?db=1")
	says(t, launch(t, overlap).Fails(), own, installationOf(t, overlap), "-n 1 FLUSHDB", "-n 2 FLUSHDB")
	apart := start(t, beside(t, env, "?db=2"))
	dial(t, first.Addr).Must("PING")
	apart.Stop()
	first.Stop()
	start(t, env).Stop() // its own Redis, again
	env.Redis().FlushAll(t)
	start(t, other)
}

// TestEventsStayInTheirInstallation: one Redis, two of its databases.
func TestEventsStayInTheirInstallation(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	apart := beside(t, env, "?db=5")
	var servers []*process
	for _, e := range []*testenv.Env{env, env, apart} {
		servers = append(servers, start(t, e, append(adminArgs, "--instance", fmt.Sprint("s", len(servers)))...))
	}
	register(t, servers[0].Addr, "alice")
	register(t, servers[2].Addr, "alice")
	here, there := login(t, servers[1].Addr, "alice"), login(t, servers[2].Addr, "alice")
	login(t, servers[0].Addr, "prof").Must("ANNONCE :ici seulement")
	if got := here.Event("ANNONCE").Text; got != "ici seulement" {
		t.Errorf("announced: %q", got)
	}
	login(t, servers[2].Addr, "prof").Must("ANNONCE :là-bas seulement")
	if got := there.Event("ANNONCE").Text; got != "là-bas seulement" {
		t.Errorf("the other installation hears %q", got)
	}
}

// TestInstallationIsWrittenAgain after FLUSHALL, and nothing fails meanwhile; a
// Redis that another installation has taken is said, until it is given back.
func TestInstallationIsWrittenAgain(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	server := start(t, env, "--metrics-addr", "127.0.0.1:0")
	register(t, server.Addr, "alice")
	alice := login(t, server.Addr, "alice")
	id := installationOf(t, env)
	caches := []interface{ has() string }{redisID{t, env, 0}, redisID{t, env, 1}}
	for range 3 {
		env.Redis().FlushAll(t)
		alice.Must("VENTE livre 1 titre")
		for _, cache := range caches {
			testenv.WaitFor(t, takeover, "an id in Redis", func() bool { return strings.HasPrefix(cache.has(), id) })
		}
	}
	if code, body := server.get("/readyz"); code != http.StatusOK {
		t.Errorf("after FLUSHALL: %d %s", code, body)
	}
	cache := env.Redis().Client(t, 0)
	cache.Set(t.Context(), "etu:installation", "AUTRE", 0)
	testenv.WaitFor(t, takeover, "not ready", func() bool {
		code, body := server.get("/readyz")
		return code == http.StatusServiceUnavailable && strings.Contains(body, "AUTRE") && strings.Contains(body, id)
	})
	server.logged("level=ERROR", "AUTRE", id)
	cache.Del(t.Context(), "etu:installation")
	testenv.WaitFor(t, takeover, "ready again", func() bool { code, _ := server.get("/readyz"); return code == http.StatusOK })
	alice.Must("VENTE livre 1 titre")
}

// redisID reads the installation's id in a database of Redis.
type redisID struct {
	t   testing.TB
	env *testenv.Env
	db  int
}

func (r redisID) has() string {
	return r.env.Redis().Client(r.t, r.db).Get(r.t.Context(), "etu:installation").Val()
}

// TestEveryPortIsTakenBeforeListeningIsSaid: whichever is taken already, the
// start fails without a word of listening, and leaves no name behind.
func TestEveryPortIsTakenBeforeListeningIsSaid(t *testing.T) {
	t.Parallel()
	taken := listenTCP(t)
	port, files := taken.Addr().String(), newPair(t)
	for name, args := range map[string][]string{
		"lines":               {"--addr", port},
		"TLS":                 {"--tls-addr", port, "--tls-cert", files.cert, "--tls-key", files.key},
		"metrics":             {"--metrics-addr", port},
		"embedded Redis":      {"--embedded-redis-addr", port},
		"a missing key":       {"--tls-addr", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key + "x"},
		"metrics, no address": {"--metrics-addr", "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := testenv.Embedded(t)
			said := launch(t, env, args...).Fails()
			if slices.Contains(args, port) {
				says(t, said, "déjà pris", "ss -ltnp")
			}
			if made, err := os.ReadDir(env.DataDir); err != nil || len(made) > 0 {
				t.Errorf("a refused start left %v (%v)", made, err)
			}
		})
	}
}

// TestRedisRightsOfTheOperatingPage suffice for a whole session, over two servers.
func TestRedisRightsOfTheOperatingPage(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	page, err := os.ReadFile("docs/exploiter.md")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`ACL SETUSER etu on >\S+ ([^\n` + "`" + `]+)`).FindSubmatch(page)
	if line == nil {
		t.Fatal("docs/exploiter.md does not give the rights")
	}
	account := []any{"ACL", "SETUSER", "etu", "on", ">x"}
	for _, right := range strings.Fields(string(line[1])) {
		account = append(account, right)
	}
	if err := env.Redis().Client(t, 0).Do(t.Context(), account...).Err(); err != nil {
		t.Fatal(err)
	}
	env.RedisURL = strings.Replace(env.RedisURL, "unix://", "unix://etu:x@", 1)
	one, two := start(t, env, append(adminArgs, "--instance", "un", "--metrics-addr", "127.0.0.1:0")...), start(t, env, "--instance", "deux")
	register(t, one.Addr, "alice", "bob")
	alice, bob, prof := login(t, one.Addr, "alice"), login(t, two.Addr, "bob"), login(t, two.Addr, "prof")
	prof.Must("SUIVRE periode=1")
	sale := alice.Must("VENTE livre 1 ref=k titre")
	bob.Must("ACHAT %s", sale.Fields.Get("id"))
	alice.Event("VENDU")
	prof.Event("VENTE")
	prof.Event("STATS")
	for _, line := range []string{"QUOTA", "STATS", "NB", "ARTICLES", "MESVENTES"} {
		alice.Must("%s", line)
	}
	for _, line := range []string{"SESSIONS", "COMPTES", "RAZ bob", "ANNONCE :bonjour", "STOP", "EXPULSER bob minutes=1 :du calme"} {
		prof.Must("%s", line)
	}
	alice.Event("ANNONCE")
	bob.Event("EXPULSE")
	env.Redis().FlushAll(t)
	testenv.Eventually(t, 15*time.Second, func() error { // all of it is rebuilt with these rights
		if r := alice.Must("QUOTA"); len(r.Rows) < 2 || r.Rows[1].Fields.Int("utilise") != 1 {
			return errors.New(r.Line)
		}
		return nil
	})
	for _, p := range []*process{one, two} {
		if logs := p.logs.String(); strings.Contains(logs, "NOPERM") {
			t.Errorf("a right is missing:\n%s", logs)
		}
	}
	if code, body := one.get("/readyz"); code != http.StatusOK {
		t.Errorf("readyz: %d %s", code, body)
	}
	doctorFinds(t, env)
}

// TestLogSaysWhoCameAndWent: once each, whether a server is stopped or killed; a
// Redis that is emptied is neither.
func TestLogSaysWhoCameAndWent(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	first := start(t, env, "--instance", "salle-1")
	second := start(t, env, "--instance", "salle-2")
	third := start(t, env, "--instance", "salle-3")
	wantLines := func(when string, n int, words ...string) {
		t.Helper()
		testenv.Eventually(t, 10*time.Second, func() error {
			found := 0
			for line := range strings.Lines(first.logs.String()) {
				if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(line, word) }) {
					found++
				}
			}
			if found != n {
				return fmt.Errorf("%s: %d lines with %q, want %d", when, found, words, n)
			}
			return nil
		})
	}
	wantLines("two came", 1, "level=INFO", "est là", "salle-2")
	wantLines("two came", 1, "level=INFO", "est là", "salle-3")
	env.Redis().FlushAll(t)
	second.Stop()
	wantLines("stopped", 1, "level=INFO", "n'est plus là", "salle-2")
	third.Kill()
	wantLines("killed", 1, "level=INFO", "n'est plus là", "salle-3", "annonce=false")
	wantLines("in all", 4, "un autre serveur")
}
