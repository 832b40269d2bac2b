package main

import (
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// answerWithin is the longest that anybody waits while a store is away.
const answerWithin = 5 * time.Second

// wants are lines and the first word of what each must be answered.
type wants [][2]string

func (w wants) ask(t *testing.T, c *client, when string) {
	t.Helper()
	for _, x := range w {
		w.one(t, c, x, when)
	}
}

// askAtOnce asks each on its own connection.
func (w wants) askAtOnce(t *testing.T, conns []*client, when string) {
	t.Helper()
	storm(len(w), func(i int) { w.one(t, conns[i], w[i], when) })
}

func (w wants) one(t *testing.T, c *client, x [2]string, when string) {
	t.Helper()
	began := time.Now()
	r, err := c.Try("%s", x[0])
	if took := time.Since(began); took > answerWithin {
		t.Errorf("%s: %s took %v", when, x[0], took)
	}
	if err != nil || r.Word != x[1] {
		t.Errorf("%s: %s: %s, want %s (%v)", when, x[0], r.Line, x[1], err)
	}
}

// TestRedisAway: with Redis gone, what needs only SQL answers, what needs both
// is refused, and nothing is counted; it works again by itself.
func TestRedisAway(t *testing.T) {
	t.Parallel()
	for name, away := range map[string][2]func(*testenv.RedisServer, testing.TB){
		"stopped": {(*testenv.RedisServer).Stop, (*testenv.RedisServer).Start},
		"paused":  {(*testenv.RedisServer).Pause, (*testenv.RedisServer).Resume},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, servers, judge := pair(t)
			register(t, servers[0].Addr, "alice", "bob")
			c, token := loginToken(t, servers[0].Addr, "alice")
			id := c.Must("VENTE livre 1 ref=avant Réseaux").Fields.Get("id")
			anonymous := dial(t, servers[1].Addr)
			conns := resume(t, token, 12, servers[0].Addr, servers[1].Addr)

			back := sync.OnceFunc(func() { away[1](env.Redis(), t) })
			t.Cleanup(back) // what cleans up would wait for it
			away[0](env.Redis(), t)
			all := wants{
				{"ARTICLES", "ARTICLES"},
				{"MESVENTES", "MESVENTES"},
				{"ARTICLE " + id, "ARTICLE"},
				{"NB", "INDISPONIBLE"}, // what is open on the other instances, Redis alone knows
				{"QUI", "QUI"},
				{"PING", "PONG"},
				{"VENTE livre 1 ref=avant Réseaux", "VENTE"}, // a replay needs no Redis
				{"VENTE livre 1 Réseaux", "INDISPONIBLE"},
				{"VENTE livre 1 ref=pendant Réseaux", "INDISPONIBLE"},
				{"ACHAT " + id, "INDISPONIBLE"},
				{"STATS", "INDISPONIBLE"},
				{"QUOTA", "INDISPONIBLE"},
			}
			all.askAtOnce(t, conns, "Redis "+name)
			wants{
				{"AUTH bob " + password, "INDISPONIBLE"},
				{"AUTH bob mauvais-mot", "INDISPONIBLE"}, // nobody logs in, so nobody guesses
				{"REPRENDRE " + token, "REPRENDRE"},
			}.ask(t, anonymous, "Redis "+name)
			for _, server := range servers {
				server.knowsAway("Redis")
			}
			all.askAtOnce(t, conns, "Redis known to be "+name)
			c.refusedAtOnce("QUOTA")
			if calls, logins := judge.Used("appels", "alice"), judge.Used("connexions", "bob"); calls != 1 || logins != 0 {
				t.Errorf("counted while away: %d calls, %d logins", calls, logins)
			}
			back()
			c.worksAgain("VENTE livre 1 ref=pendant Réseaux")
			dial(t, servers[1].Addr).worksAgain("AUTH bob " + password)
			// A paused Redis may have taken slots that nobody was told of.
			judge.settled(c, "alice")
			if n := judge.Used("appels", "alice"); n != 2 {
				t.Errorf("%d calls in the ledger", n)
			}
			judge.SameBoards(c)
		})
	}
}

// crowdPerCPU: three in four of them need a connection to MySQL, of which there
// are 8 a core (store.openMySQL), so that half of those stand in line.
const crowdPerCPU = 20

// TestMariaDBAway: with MySQL gone, STATS, QUOTA and NB answer whoever is
// logged in.
func TestMariaDBAway(t *testing.T) {
	t.Parallel()
	for name, away := range map[string][2]func(*testenv.MariaDBServer, testing.TB){
		"stopped": {(*testenv.MariaDBServer).Kill, (*testenv.MariaDBServer).Start},
		"paused":  {(*testenv.MariaDBServer).Pause, (*testenv.MariaDBServer).Resume},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := testenv.RealOwn(t)
			server, judge := start(t, env), newJudge(t, env)
			register(t, server.Addr, "alice", "bob")
			c, token := loginToken(t, server.Addr, "alice")
			c.Must("VENTE livre 1 Réseaux")
			crowd := resume(t, token, crowdPerCPU*runtime.GOMAXPROCS(0), server.Addr)

			back := sync.OnceFunc(func() { away[1](env.MariaDB(), t) })
			t.Cleanup(back) // what cleans up would wait for it
			away[0](env.MariaDB(), t)
			all := wants{
				{"QUOTA", "QUOTA"},
				{"STATS", "STATS"},
				{"NB", "NB"},
				{"QUI", "QUI"},
				{"VENTE livre 1 Réseaux", "INDISPONIBLE"},
				{"VENTE livre 1 ref=pendant Réseaux", "INDISPONIBLE"},
				{"ACHAT 1", "INDISPONIBLE"},
				{"ARTICLES", "INDISPONIBLE"},
			}
			for i := len(all); i < len(crowd); i++ { // those in line for a connection wait no longer
				all = append(all, [][2]string{
					{"ARTICLES", "INDISPONIBLE"},
					{"MESVENTES", "INDISPONIBLE"},
					{"ARTICLE 1", "INDISPONIBLE"},
					{"QUOTA", "QUOTA"},
				}[i%4])
			}
			all.askAtOnce(t, crowd, "MariaDB "+name)
			wants{{"AUTH bob " + password, "INDISPONIBLE"}}.ask(t, dial(t, server.Addr), "MariaDB "+name)
			server.knowsAway("MySQL")
			all.askAtOnce(t, crowd, "MariaDB known to be "+name)
			c.refusedAtOnce("ARTICLES")
			back()
			c.worksAgain("VENTE livre 1 ref=pendant Réseaux")
			dial(t, server.Addr).worksAgain("AUTH bob " + password)
			judge.settled(c, "alice")
			judge.SameBoards(c)
		})
	}
}

// knowsAway waits until a server has found out that a store is away: from then on
// it refuses what needs it without asking, and answers the rest as before.
func (p *process) knowsAway(store string) {
	p.t.Helper()
	const foundOut = 10 * time.Second // twice what store.Health takes for one that hangs
	testenv.Eventually(p.t, foundOut, func() error {
		if logs := p.logs.String(); !strings.Contains(logs, `msg="le magasin ne répond plus" magasin=`+store) {
			return fmt.Errorf("log: %s", logs)
		}
		return nil
	})
}

// refusedAtOnce fails unless a line is refused without waiting for a store that
// is known to hang, be it once in a while on a busy machine.
func (c *client) refusedAtOnce(line string) {
	c.t.Helper()
	const atOnce = 500 * time.Millisecond // half of the shortest time-out, Redis's
	testenv.Eventually(c.t, answerWithin, func() error {
		began := time.Now()
		if r := c.Do("%s", line); r.Word != "INDISPONIBLE" {
			c.t.Fatalf("%s: %s", line, r.Line)
		}
		if took := time.Since(began); took > atOnce {
			return fmt.Errorf("%s was refused after %v", line, took)
		}
		return nil
	})
}

// worksAgain repeats a line until it is done: the stores came back, and nobody
// restarted the server.
func (c *client) worksAgain(line string) {
	c.t.Helper()
	testenv.Eventually(c.t, 20*time.Second, func() error {
		if r := c.Do("%s", line); !r.OK() {
			return fmt.Errorf("%s: %s", line, r.Line)
		}
		return nil
	})
}

// settled fails unless QUOTA equals the ledger once slots whose fate nobody
// could know are settled: after 10 s, and a look.
func (j *judge) settled(c *client, login string) {
	j.t.Helper()
	testenv.Eventually(j.t, 12*time.Second, func() error {
		row := c.Must("QUOTA").Rows[1].Fields
		if want := j.Used("appels", login); int(row.Int("utilise")) != want {
			return fmt.Errorf("services utilise=%s, ledger %d", row.Get("utilise"), want)
		}
		return nil
	})
}

// TestStartsBeforeItsStores: the server waits for both, says so, and then works.
func TestStartsBeforeItsStores(t *testing.T) {
	t.Parallel()
	env := testenv.RealOwn(t)
	env.MariaDB().Stop(t)
	env.Redis().Stop(t)
	server := launch(t, env)
	says := func(store string) {
		testenv.Eventually(t, 10*time.Second, func() error {
			if logs := server.logs.String(); !strings.Contains(logs, "en attente du magasin") || !strings.Contains(logs, "magasin="+store) {
				return fmt.Errorf("log: %s", logs)
			}
			return nil
		})
	}
	says("MySQL")
	env.MariaDB().Start(t)
	says("Redis")
	if logs := server.logs.String(); strings.Contains(logs, "listening") {
		t.Errorf("listens without Redis: %s", logs)
	}
	env.Redis().Start(t)
	select {
	case server.Addr = <-server.listening():
	case <-server.done:
		t.Fatalf("ended: %v\n%s", server.err, server.logs)
	case <-time.After(startTime):
		t.Fatalf("does not listen\n%s", server.logs)
	}
	register(t, server.Addr, "alice")
	login(t, server.Addr, "alice").Must("VENTE livre 1 Réseaux")
}

// listenUnix makes a socket on a path short enough for one.
func listenUnix(t *testing.T) net.Listener {
	t.Helper()
	return listen(t, "unix", t.TempDir()+"/s")
}

// listenTCP listens on a free port.
func listenTCP(t *testing.T) net.Listener {
	t.Helper()
	return listen(t, "tcp", "127.0.0.1:0")
}

func listen(t *testing.T, network, addr string) net.Listener {
	t.Helper()
	ln, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return ln
}
