package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"etuservices/server/internal/testenv"
)

// answerLoser stands between a server and Redis: once it is on, it loses some of the
// answers to scripts, and the connection with each.
type answerLoser struct {
	on   atomic.Bool
	lost atomic.Int64
}

const lostAnswers = 0.05

func (l *answerLoser) serve(ln net.Listener, network, to string) {
	testenv.Proxy(ln, network, to, func(client, server net.Conn) {
		losing := &atomic.Bool{}
		go testenv.Pass(server, client, func(b []byte) bool {
			if l.on.Load() && bytes.Contains(b, []byte("evalsha")) && rand.Float64() < lostAnswers {
				losing.Store(true)
			}
			return true
		})
		go testenv.Pass(client, server, func([]byte) bool {
			if losing.Load() {
				l.lost.Add(1)
				return false
			}
			return true
		})
	})
}

// TestLostAnswersCountNothing: Redis took the slot and nobody was told, on one
// server and in a Cluster, whose client sends again. At every moment QUOTA is what
// the ledger says, and a ref is done once.
func TestLostAnswersCountNothing(t *testing.T) {
	t.Parallel()
	const users, perUser = 12, 60
	run := func(t *testing.T, env *testenv.Env, l *answerLoser, judge *judge) {
		server := start(t, env, "--quota-max", strconv.Itoa(many))
		conns := make([]*client, users)
		for i := range conns {
			name := fmt.Sprintf("perd%02d", i)
			register(t, server.Addr, name)
			conns[i] = login(t, server.Addr, name)
		}
		l.on.Store(true)
		var calling sync.WaitGroup
		var refused, wrong atomic.Int64
		for i, c := range conns {
			calling.Go(func() {
				done := 0 // as this user, who calls one after the other, knows
				for n := range perUser {
					line := "VENTE livre 1 Réseaux"
					if n%2 == 1 {
						line = fmt.Sprintf("VENTE livre 1 ref=r%d Réseaux", n)
					}
					r, err := c.Try("%s", line)
					for tries := 0; err == nil && r.Word == "INDISPONIBLE" && tries < 3 && n%2 == 1; tries++ {
						r, err = c.Try("%s", line) // the same ref
						refused.Add(1)
					}
					switch {
					case err != nil || !r.OK() && r.Word != "INDISPONIBLE":
						t.Errorf("user %d: %s: %s (%v)", i, line, r.Line, err)
						return
					case r.OK():
						done++
					default:
						refused.Add(1)
					}
					if q, err := c.Try("QUOTA"); err == nil && q.OK() && int(q.Rows[1].Fields.Int("utilise")) != done {
						wrong.Add(1)
					}
				}
			})
		}
		calling.Wait()
		l.on.Store(false)
		for i, c := range conns {
			judge.SameQuotaNow(c, fmt.Sprintf("perd%02d", i))
		}
		if n := judge.Count(`SELECT COUNT(*) FROM (SELECT 1 AS x FROM appels WHERE ref IS NOT NULL GROUP BY utilisateur_id, ref HAVING COUNT(*) > 1) d`); n != 0 {
			t.Errorf("%d refs were done twice", n)
		}
		if wrong.Load() != 0 {
			t.Errorf("QUOTA was wrong %d times in %d calls", wrong.Load(), users*perUser)
		}
		if l.lost.Load() == 0 || refused.Load() == 0 {
			t.Errorf("%d answers were lost, %d calls refused: nothing was tried", l.lost.Load(), refused.Load())
		}
		t.Logf("%d calls, %d answers lost, %d refused", users*perUser, l.lost.Load(), refused.Load())
	}
	t.Run("one server", func(t *testing.T) {
		t.Parallel()
		env, l, ln := testenv.Real(t), &answerLoser{}, listenTCP(t)
		judge := newJudge(t, env)
		l.serve(ln, "unix", env.Redis().Addr())
		env.RedisURL = "redis://" + ln.Addr().String()
		run(t, env, l, judge)
	})
	t.Run("Cluster", func(t *testing.T) {
		t.Parallel()
		env, l, ln := testenv.Real(t), &answerLoser{}, listenTCP(t)
		judge := newJudge(t, env)
		cluster := testenv.Cluster(t)
		l.serve(ln, "tcp", cluster.Addr())
		cluster.Announce(t, ln.Addr().String())
		env.RedisURL = "redis://" + ln.Addr().String() + "?" + url.Values{"addr": {ln.Addr().String()}}.Encode()
		run(t, env, l, judge)
	})
}
