package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// many keeps the quota out of the way of tests that call all the time.
const many = 100_000

// SameQuotaNow fails unless the first answer to QUOTA equals the ledger. A server
// that knew Redis to be away may refuse for a moment.
func (j *judge) SameQuotaNow(c *client, login string) {
	j.t.Helper()
	var rows []protocol.Message
	testenv.Eventually(j.t, 5*time.Second, func() error {
		r := c.Do("QUOTA")
		if rows = r.Rows; !r.OK() {
			return fmt.Errorf("%s", r.Line)
		}
		return nil
	})
	for i, table := range []string{"connexions", "appels"} {
		if want, got := j.Used(table, login), rows[i].Fields.Int("utilise"); int(got) != want {
			j.t.Errorf("%s: %s utilise=%d, ledger %d", login, rows[i].Fields.Get("quota"), got, want)
		}
	}
}

// frozenFor is longer than what a server waits for Redis, so that every call
// under way is refused, and its slot's release is lost as well.
const frozenFor = 2300 * time.Millisecond

// freeze stops Redis for a while.
func freeze(t *testing.T, redis *testenv.RedisServer, d time.Duration) {
	t.Helper()
	redis.Pause(t)
	defer redis.Resume(t)
	waitUntil(time.Now().Add(d))
}

// TestCallLostInAFrozenRedisCountsNothing: Redis runs what it was sent once it
// wakes up, when the caller was told INDISPONIBLE long ago.
func TestCallLostInAFrozenRedisCountsNothing(t *testing.T) {
	t.Parallel()
	for name, calls := range map[string]func(server *process, c *client, i int) reply{
		"VENTE":          func(_ *process, c *client, _ int) reply { return c.Do("VENTE livre 1 Réseaux") },
		"VENTE with ref": func(_ *process, c *client, i int) reply { return c.Do("VENTE livre 1 ref=k%d Réseaux", i) },
		"ACHAT":          func(_ *process, c *client, _ int) reply { return c.Do("ACHAT 1") },
		"AUTH": func(server *process, c *client, _ int) reply {
			return dial(c.t, server.Addr).Do("AUTH alice %s", password)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := testenv.Real(t)
			server, judge := start(t, env), newJudge(t, env)
			register(t, server.Addr, "alice")
			c := login(t, server.Addr, "alice")
			c.Must("VENTE livre 1 Avant")
			for i := range 2 {
				env.Redis().Pause(t)
				if r := calls(server, c, i); r.Word != "INDISPONIBLE" {
					t.Errorf("with Redis frozen: %s", r.Line)
				}
				env.Redis().Resume(t)
				judge.SameQuotaNow(c, "alice")
			}
			if n := judge.Cards("alice", "services"); n != judge.Used("appels", "alice") {
				t.Errorf("ZCARD %d, ledger %d", n, judge.Used("appels", "alice"))
			}
		})
	}
}

// TestCallLostByADeadServerCountsNothing: nobody is left to release the slot,
// and another server answers.
func TestCallLostByADeadServerCountsNothing(t *testing.T) {
	t.Parallel()
	env, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice")
	c, token := loginToken(t, servers[0].Addr, "alice")
	c.Must("VENTE livre 1 Avant")
	other := resume(t, token, 1, servers[1].Addr)[0]
	env.Redis().Pause(t)
	if r := c.Do("VENTE livre 1 Réseaux"); r.Word != "INDISPONIBLE" {
		t.Errorf("with Redis frozen: %s", r.Line)
	}
	servers[0].Kill()
	env.Redis().Resume(t)
	judge.SameQuotaNow(other, "alice")
}

// TestQuotaIsTheLedgersAfterFreezes: Redis is frozen again and again while
// everybody calls, on two servers. Once it answers, QUOTA is what the ledger says,
// at once. ETU_FREEZES and ETU_FREEZE_USERS ask for more than the default.
func TestQuotaIsTheLedgersAfterFreezes(t *testing.T) {
	t.Parallel()
	freezes, users := fromEnv(t, "ETU_FREEZES", 2), fromEnv(t, "ETU_FREEZE_USERS", 8)
	env, servers, judge := pair(t, "--quota-max", strconv.Itoa(many))
	names, conns := make([]string, users), make([]*client, users)
	for i := range names {
		names[i] = fmt.Sprintf("gel%02d", i)
	}
	register(t, servers[0].Addr, names...)
	for i, name := range names {
		conns[i] = login(t, servers[i%2].Addr, name)
	}
	var refused, done atomic.Int64
	over := make(chan struct{})
	var calling sync.WaitGroup
	for i, c := range conns {
		calling.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-over:
					return
				default:
				}
				var r reply
				var err error
				switch {
				case n%16 == 15: // logs in beside it, on the other server
					beside := dial(t, servers[(i+1)%2].Addr)
					r, err = beside.Try("AUTH %s %s", names[i], password)
					_ = beside.nc.Close()
				case n%2 == 1:
					r, err = c.Try("VENTE livre 1 ref=r%d Réseaux", n)
				default:
					r, err = c.Try("ACHAT %d", n)
				}
				switch {
				case err != nil, r.Word == "INTERNE":
					t.Errorf("%s: %s %v", names[i], r.Line, err)
					return
				case r.Word == "INDISPONIBLE":
					refused.Add(1)
				default:
					done.Add(1)
				}
			}
		})
	}
	for range freezes {
		before := done.Load()
		testenv.Eventually(t, 10*time.Second, func() error { // everybody is at it
			if done.Load() < before+int64(users) {
				return errNotYet
			}
			return nil
		})
		freeze(t, env.Redis(), frozenFor)
	}
	close(over)
	calling.Wait()
	for i, c := range conns {
		judge.SameQuotaNow(c, names[i])
	}
	if refused.Load() < int64(freezes) {
		t.Errorf("%d calls were refused in %d freezes: nothing was tried", refused.Load(), freezes)
	}
	t.Logf("%d freezes, %d users: %d calls, %d refused", freezes, users, done.Load(), refused.Load())
}

// fromEnv reads a number that makes a test larger.
func fromEnv(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
