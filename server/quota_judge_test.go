package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// judge reads what was really done: the ledger in SQL, past the server, and
// Redis as a teacher would look at it.
type judge struct {
	t   testing.TB
	sql *sql.DB
	db0 redis.UniversalClient // nil on the embedded stores
	db1 redis.UniversalClient // the same on a Redis Cluster
}

func newJudge(t testing.TB, env *testenv.Env) *judge {
	t.Helper()
	j := &judge{t: t}
	driver, dsn := "mysql", env.MySQLDSN
	if env.Kind == testenv.KindEmbedded {
		driver = "sqlite"
		path := (&url.URL{Path: filepath.Join(env.DataDir, "etuservices.db")}).EscapedPath()
		dsn = "file:" + path + "?_pragma=busy_timeout(5000)"
	} else if own := env.Redis(); own != nil {
		j.db0, j.db1 = own.Client(t, 0), own.Client(t, 1)
	} else {
		j.db0 = clusterClient(t, env.RedisURL)
		j.db1 = j.db0
	}
	var err error
	if j.sql, err = sql.Open(driver, dsn); err != nil {
		t.Fatal(err)
	}
	j.sql.SetMaxOpenConns(4)
	t.Cleanup(func() { _ = j.sql.Close() })
	return j
}

// clusterClient is a client of a Redis Cluster, closed with the test.
func clusterClient(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	options, err := redis.ParseClusterURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClusterClient(options)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Count gives the single number that a query asks for.
func (j *judge) Count(query string, args ...any) (n int) {
	j.t.Helper()
	if err := j.sql.QueryRow(query, args...).Scan(&n); err != nil {
		j.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// Exec changes the tables behind the server's back.
func (j *judge) Exec(query string, args ...any) {
	j.t.Helper()
	if _, err := j.sql.Exec(query, args...); err != nil {
		j.t.Fatalf("%s: %v", query, err)
	}
}

// Stamps gives the instants (ms) of a user's rows in "connexions" or "appels",
// oldest first.
func (j *judge) Stamps(table, login string) (stamps []int64) {
	j.t.Helper()
	rows, err := j.sql.Query(`SELECT l.instant FROM `+table+` l
		JOIN utilisateurs u ON u.id = l.utilisateur_id WHERE u.login = ? ORDER BY l.instant`, login)
	if err != nil {
		j.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var at store.Instant
		if err := rows.Scan(&at); err != nil {
			j.t.Fatal(err)
		}
		stamps = append(stamps, at.Milli())
	}
	if err := rows.Err(); err != nil {
		j.t.Fatal(err)
	}
	return stamps
}

// Used is what a quota's figure must be: the rows of the ledger.
func (j *judge) Used(table, login string) int { return len(j.Stamps(table, login)) }

// Cards is what Redis holds of a user's window: ZCARD, as a teacher types it.
func (j *judge) Cards(login, kind string) int {
	j.t.Helper()
	n, err := j.db0.ZCard(context.Background(), "etu:{"+login+"}:"+kind).Result()
	if err != nil {
		j.t.Fatal(err)
	}
	return int(n)
}

// mostInWindow is the greatest number of stamps in any window of that length.
func mostInWindow(stamps []int64, window time.Duration) (most int) {
	first := 0
	for i, s := range stamps {
		for s-stamps[first] >= window.Milliseconds() {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// storm runs f n times, all at once.
func storm(n int, f func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			f(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

// tally counts replies by their code, "OK" for a success.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (l *tally) Add(r reply, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n == nil {
		l.n = map[string]int{}
	}
	switch {
	case err != nil:
		l.n["error: "+err.Error()]++
	case r.OK():
		l.n["OK"]++
	default:
		l.n[r.Word]++
	}
}

func (l *tally) Want(t testing.TB, what string, want map[string]int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if fmt.Sprint(l.n) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", what, l.n, want)
	}
}

// Try sends a line and reads its reply, where a failure ends no test: for
// goroutines, and for servers that are killed.
func (c *client) Try(format string, args ...any) (reply, error) {
	_ = c.nc.SetWriteDeadline(time.Now().Add(answerTime))
	if _, err := fmt.Fprintf(c.nc, format+"\r\n", args...); err != nil {
		return reply{}, err
	}
	return c.TryRead()
}

// resume gives n connections on which the holder of a token is logged in, over
// the addresses in turn; they spend no quota.
func resume(t testing.TB, token string, n int, addrs ...string) []*client {
	t.Helper()
	list := make([]*client, n)
	for i := range list {
		list[i] = dial(t, addrs[i%len(addrs)])
		list[i].Must("REPRENDRE %s", token)
	}
	return list
}

// loginToken logs a user in and gives his connection and token.
func loginToken(t testing.TB, addr, name string) (*client, string) {
	t.Helper()
	c := dial(t, addr)
	return c, c.Must("AUTH %s %s", name, password).Fields.Get("jeton")
}

// repeats is how often a race is run: ETU_RACE_REPEAT, or 20.
func repeats(t testing.TB) (n int) {
	t.Helper()
	n = 20
	if s := os.Getenv("ETU_RACE_REPEAT"); s != "" {
		if _, err := fmt.Sscan(s, &n); err != nil {
			t.Fatalf("ETU_RACE_REPEAT: %v", err)
		}
	}
	return n
}

// pair starts two instances on the same real stores and a judge of both.
func pair(t testing.TB, args ...string) (*testenv.Env, [2]*process, *judge) {
	t.Helper()
	env := testenv.Real(t)
	servers := [2]*process{
		start(t, env, append(args, "--instance", "un")...),
		start(t, env, append(args, "--instance", "deux")...),
	}
	return env, servers, newJudge(t, env)
}
