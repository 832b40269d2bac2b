package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// onAnother is the MySQL database of env with an empty Redis beside its own.
func onAnother(t testing.TB, env *testenv.Env) (*testenv.Env, *testenv.RedisServer) {
	t.Helper()
	redis := testenv.NewRedis(t)
	redis.Start(t)
	other := *env
	other.RedisURL = redis.URL()
	return &other, redis
}

// servedBy changes what SQL says of the Redis that serves.
func servedBy(t testing.TB, env *testenv.Env, statement string) {
	t.Helper()
	if _, err := newJudge(t, env).sql.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

const (
	forgetCache = `DELETE FROM reglages WHERE nom = 'cache'`
	// ageCache is as if the servers of that Redis had been killed a minute ago.
	ageCache = `UPDATE reglages SET valeur = CONCAT(SUBSTRING_INDEX(valeur, ' ', 1), ' ', UNIX_TIMESTAMP() - 60, ' ', SUBSTRING_INDEX(valeur, ' ', -1)) WHERE nom = 'cache'`
)

// TestSecondRedisForOneMySQL is refused at the start, with both addresses and
// what to do, while servers of the first one run; the doctor finds it.
func TestSecondRedisForOneMySQL(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	first := start(t, env, "--instance", "un")
	other, redis := onAnother(t, env)
	refused := func() {
		t.Helper()
		said := launch(t, other, "--instance", "deux").Fails()
		says(t, said, "ETU_REDIS_URL", "30 s", "arrêtez")
		for _, addr := range []string{env.Redis().Addr(), redis.Addr()} {
			says(t, said, addr[len(addr)-len("redis.sock"):])
		}
	}
	refused() // an empty one
	redis.Client(t, 0).Set(t.Context(), "etu:cache", "AUTRE", 0)
	refused() // one that has served
	doctorFinds(t, other, "ETU_REDIS_URL", "un autre Redis")
	doctorFinds(t, env)
	second := start(t, env, "--instance", "deux")
	dial(t, first.Addr).Must("PING")
	first.Stop()
	refused() // one of the two is still there
	second.Stop()
}

// TestMoveToAnotherRedis: after a clean stop of all servers it is at once, after
// a kill once what SQL says is old.
func TestMoveToAnotherRedis(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	first := start(t, env)
	register(t, first.Addr, "alice")
	login(t, first.Addr, "alice")
	first.Stop()
	other, redis := onAnother(t, env)
	second := start(t, other)
	login(t, second.Addr, "alice")
	second.Kill()
	says(t, launch(t, env).Fails(), "ETU_REDIS_URL")
	servedBy(t, env, ageCache)
	third := start(t, env)
	says(t, third.logs.String(), "level=INFO", "ce Redis")
	third.Kill()
	redis.FlushAll(t)
	env.Redis().FlushAll(t)
	// A server that was killed with its Redis emptied starts again without that.
	fourth := start(t, env)
	alice := dial(t, fourth.Addr)
	if used := alice.Must("AUTH alice %s", password).Fields.Int("utilise"); used != 3 {
		t.Errorf("%d logins used, want 3", used)
	}
}

// TestTwoRedisFoundWhileRunning: what SQL knew was lost, and each of two servers
// has its own Redis. One of them is not ready, and says why, until the other has
// stopped.
func TestTwoRedisFoundWhileRunning(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	other, _ := onAnother(t, env)
	first := start(t, env, "--instance", "un", "--metrics-addr", "127.0.0.1:0")
	// Frozen, it does not say that it serves; as old, that is taken over.
	first.signal(syscall.SIGSTOP)
	servedBy(t, env, ageCache)
	second := start(t, other, "--instance", "deux", "--metrics-addr", "127.0.0.1:0")
	first.signal(syscall.SIGCONT)
	first.becomes("two Redis", "un autre Redis", "ETU_REDIS_URL")
	first.logged("level=ERROR", "un autre Redis")
	second.becomes("the one that serves")
	second.Stop()
	first.becomes("the other has gone")
	if n := strings.Count(first.logs.String(), "level=ERROR"); n != 1 {
		t.Errorf("%d lines of ERROR:\n%s", n, first.logs)
	}

	third := start(t, env, "--instance", "trois", "--metrics-addr", "127.0.0.1:0")
	servedBy(t, env, forgetCache) // the servers of one Redis write it again
	testenv.WaitFor(t, takeover, "a row", func() bool {
		var n int
		return newJudge(t, env).sql.QueryRow(`SELECT COUNT(*) FROM reglages WHERE nom = 'cache'`).Scan(&n) == nil && n == 1
	})
	for _, p := range []*process{first, third} {
		p.becomes("one Redis")
	}
}

// TestOneRedisOfManyServes: of servers that start together on two empty ones,
// those of one run.
func TestOneRedisOfManyServes(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	env.Open(t) // the tables
	other, _ := onAnother(t, env)
	var all sync.WaitGroup
	ran := make([]bool, 4)
	for i := range ran {
		e := env
		if i%2 == 1 {
			e = other
		}
		p := launch(t, e, "--instance", fmt.Sprint("s", i))
		all.Go(func() {
			select {
			case <-p.listening():
				ran[i] = true
			case <-p.done:
			case <-time.After(startTime):
			}
		})
	}
	all.Wait()
	if ran[0] != ran[2] || ran[1] != ran[3] || ran[0] == ran[1] {
		t.Errorf("running: %v", ran)
	}
}

// TestEmptiedRedisIsTheSame: for the servers that run and for one that starts at
// that moment, however often.
func TestEmptiedRedisIsTheSame(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	first := start(t, env, "--instance", "un", "--metrics-addr", "127.0.0.1:0")
	cache := env.Redis().Client(t, 0)
	id := cache.Get(t.Context(), "etu:cache").Val()
	if id == "" {
		t.Fatal("no id of this Redis")
	}
	for i := range 2 {
		env.Redis().FlushAll(t)
		start(t, env, "--instance", fmt.Sprint("autre", i))
		if got := cache.Get(t.Context(), "etu:cache").Val(); got != id {
			t.Errorf("id %q, was %q", got, id)
		}
	}
	if code, body := first.get("/readyz"); code != http.StatusOK || strings.Contains(first.logs.String(), "level=ERROR") {
		t.Errorf("%d %s\n%s", code, body, first.logs)
	}
}
