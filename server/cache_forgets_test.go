package main

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// TestRedisIsACache: while 16 clients work on two processes, Redis forgets, in
// each of the ways in which it can. No 11th login or call stands in the ledger,
// nobody is logged out, every ref replays, and within 10 s the boards and the
// quotas equal the ledger (PROTOCOL.md §7).
func TestRedisIsACache(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		forget func(*testing.T, *testenv.RedisServer)
	}{
		{"FLUSHALL", func(t *testing.T, r *testenv.RedisServer) { r.FlushAll(t) }},
		{"restart on an old file", func(t *testing.T, r *testenv.RedisServer) { r.Kill(t); r.Start(t) }},
		{"restart empty", func(t *testing.T, r *testenv.RedisServer) { r.Forget(t); r.Kill(t); r.Start(t) }},
		{"SCRIPT FLUSH", func(t *testing.T, r *testenv.RedisServer) {
			if err := r.Client(t, 0).ScriptFlush(context.Background()).Err(); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env, servers, judge := pair(t)
			workers := make([]*worker, 16)
			for i := range workers {
				workers[i] = newWorker(t, servers, i)
			}
			var done atomic.Int64
			storm(len(workers)+1, func(i int) {
				if i < len(workers) {
					workers[i].work(&done)
					return
				}
				// In the beginning, in the middle, and near the full quotas.
				for _, at := range []int64{40, 90, 150} {
					testenv.Eventually(t, 20*time.Second, func() error {
						if done.Load() < at {
							return errNotYet
						}
						return nil
					})
					if at == 40 {
						env.Redis().Save(t) // the old file
						continue
					}
					c.forget(t, env.Redis())
				}
			})
			for _, w := range workers {
				w.check(judge)
			}
			judge.SameBoards(workers[0].live)
			judge.SameBoards(workers[1].live)
		})
	}
}

// worker is a student who does everything that his quotas let him, and more.
type worker struct {
	t       *testing.T
	name    string
	servers [2]*process
	live    *client // logged in before Redis forgot
	tokens  []string
	acked   map[string]string // line -> its reply's id
}

func newWorker(t *testing.T, servers [2]*process, i int) *worker {
	t.Helper()
	w := &worker{t: t, name: fmt.Sprintf("u%02d", i), servers: servers, acked: map[string]string{}}
	register(t, servers[0].Addr, w.name)
	var token string
	w.live, token = loginToken(t, servers[i%2].Addr, w.name)
	w.tokens = append(w.tokens, token)
	return w
}

// work goes on until both quotas were refused several times in a row; a Redis
// that is away for a moment is waited for.
func (w *worker) work(done *atomic.Int64) {
	const enough = 6
	for n, refused := 0, 0; refused < enough; n++ {
		ok := w.login(n)
		line := "VENTE livre 4.50 ref=r" + strconv.Itoa(n) + " Livre"
		if n%3 == 2 {
			line = "ACHAT " + strconv.Itoa(n) + " ref=r" + strconv.Itoa(n)
		}
		r, err := w.live.Try("%s", line)
		switch {
		case err != nil:
			w.t.Errorf("%s: live connection: %v", w.name, err)
			return
		case r.OK(), r.Word == "VENDU", r.Word == "ABSENT", r.Word == "INTERDIT":
			w.acked[line] = r.Word + r.Fields.Get("id")
			ok = true
		case r.Word != "QUOTA" && r.Word != "INDISPONIBLE":
			w.t.Errorf("%s: %s: %s", w.name, line, r.Line)
			return
		}
		if r.Word == "INDISPONIBLE" {
			waitUntil(time.Now().Add(20 * time.Millisecond))
			ok = true
		}
		refused++
		if ok {
			refused = 0
			done.Add(1)
		}
	}
}

// login logs in on the other process and says whether it was let in.
func (w *worker) login(n int) bool {
	c := dial(w.t, w.servers[n%2].Addr)
	defer c.nc.Close()
	r, err := c.Try("AUTH %s %s", w.name, password)
	if err != nil || !r.OK() && r.Word != "QUOTA" && r.Word != "INDISPONIBLE" {
		w.t.Errorf("%s: login: %v %s", w.name, err, r.Line)
	}
	if !r.OK() {
		return false
	}
	w.tokens = append(w.tokens, r.Fields.Get("jeton"))
	return true
}

func (w *worker) check(judge *judge) {
	w.t.Helper()
	for _, table := range []string{"connexions", "appels"} {
		if n := judge.Used(table, w.name); n > 10 {
			w.t.Errorf("%s: %d rows in %s", w.name, n, table)
		}
	}
	if got := w.live.Must("QUI").Fields.Get("login"); got != w.name {
		w.t.Errorf("%s: live connection is %q", w.name, got)
	}
	for i, token := range w.tokens {
		c := dial(w.t, w.servers[i%2].Addr)
		if r := c.Do("REPRENDRE %s", token); !r.OK() {
			w.t.Errorf("%s: token %d: %s", w.name, i, r.Line)
		}
		_ = c.nc.Close()
	}
	for line, was := range w.acked {
		r := w.live.Do("%s", line)
		if r.Word+r.Fields.Get("id") != was || r.Fields.Get("rejoue") != "1" {
			w.t.Errorf("%s: %s: was %s, replayed %s", w.name, line, was, r.Line)
		}
	}
	judge.SameQuota(w.live, w.name)
}

// TestFlushedWhileRebuilding empties Redis again and again while two processes
// rebuild boards of more users than one batch: the boards end up right.
func TestFlushedWhileRebuilding(t *testing.T) {
	t.Parallel()
	env, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice", "bob")
	alice, bob := login(t, servers[0].Addr, "alice"), login(t, servers[1].Addr, "bob")
	const users = 1200
	for i := range users / 100 {
		query := `INSERT INTO utilisateurs (login, email, prenom, nom, mot_de_passe, cree_le) VALUES `
		for k := range 100 {
			if k > 0 {
				query += ", "
			}
			query += fmt.Sprintf("('x%d-%d', 'x%d-%d@univ.fr', 'X', 'Y', '$', '2026-01-01')", i, k, i, k)
		}
		judge.Exec(query)
	}
	end := time.Now().Add(1500 * time.Millisecond)
	storm(3, func(i int) {
		for n := 0; time.Now().Before(end); n++ {
			switch i {
			case 0:
				env.Redis().FlushAll(t)
				waitUntil(time.Now().Add(time.Duration(n%13) * time.Millisecond))
			case 1:
				alice.Do("STATS")
				alice.Do("VENTE livre 1 Réseaux")
			case 2:
				bob.Do("STATS MOINS")
			}
		}
	})
	for range 11 { // the storm may have left some of the ten
		alice.Do("VENTE livre 1 Réseaux")
	}
	judge.SameBoards(alice)
	judge.SameBoards(bob)
	if n := judge.Used("appels", "alice"); n != 10 {
		t.Errorf("%d calls in the ledger", n)
	}
	testenv.Eventually(t, 10*time.Second, func() error { // and the rebuilding ends
		if env.Redis().Client(t, 1).HExists(context.Background(), "etu:{services}:jusqua", "instant").Val() {
			return nil
		}
		return errNotYet
	})
}

// TestOldFileShowsTrueQuotas: Redis comes back on a file that knows fewer slots
// than the ledger. QUOTA tells the ledger's, before anybody calls again.
func TestOldFileShowsTrueQuotas(t *testing.T) {
	t.Parallel()
	env, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice")
	c, token := loginToken(t, servers[0].Addr, "alice")
	c.Must("QUOTA") // Redis knows both windows, the second one empty
	env.Redis().Save(t)
	for range 7 {
		c.Must("VENTE livre 1 Réseaux")
	}
	login(t, servers[1].Addr, "alice")
	env.Redis().Kill(t)
	env.Redis().Start(t)
	judge.SameQuota(c, "alice")
	judge.SameQuota(resume(t, token, 1, servers[1].Addr)[0], "alice")
	for _, w := range []struct{ table, kind string }{{"connexions", "connexions"}, {"appels", "services"}} {
		if cards, rows := judge.Cards("alice", w.kind), judge.Used(w.table, "alice"); cards != rows {
			t.Errorf("%s: ZCARD %d, ledger %d", w.kind, cards, rows)
		}
	}
}
