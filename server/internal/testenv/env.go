// Package testenv starts the real stores for tests: MariaDB and Redis, private,
// in temporary folders, and the embedded ones. Everything stops and disappears
// with the test binary. Only tests import it.
//
//	func TestMain(m *testing.M) { testenv.Main(m) }
//
//	func TestSale(t *testing.T) {
//		testenv.Each(t, func(t *testing.T, e *testenv.Env) {
//			stores := e.Open(t)
//			…
//		})
//	}
package testenv

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"etuservices/server/internal/store"
)

// Kind names a pair of stores; subtests of Each are named by it.
type Kind string

// The two kinds of stores a server runs on.
const (
	KindEmbedded Kind = "embarque" // SQLite and miniredis
	KindReal     Kind = "reel"     // MariaDB and Redis
)

// openTimeout is far above the 0.1 s that opening takes: a loaded machine does
// not fail a test, a store that never comes does.
const openTimeout = time.Minute

// Env is one empty pair of stores.
type Env struct {
	Kind Kind
	// MySQLDSN and RedisURL are a real Env's, DataDir an embedded one's.
	MySQLDSN, RedisURL, DataDir string
	// Log gets the stores' log; silent unless ETU_TEST_LOG is set.
	Log *slog.Logger

	maria *MariaDBServer
	redis *RedisServer
}

// Each runs fn on both kinds, one subtest each.
func Each(t *testing.T, fn func(t *testing.T, e *Env)) {
	t.Helper()
	t.Run(string(KindEmbedded), func(t *testing.T) { fn(t, Embedded(t)) })
	t.Run(string(KindReal), func(t *testing.T) { fn(t, Real(t)) })
}

// Embedded is an empty folder for the embedded stores.
func Embedded(t testing.TB) *Env {
	t.Helper()
	return &Env{Kind: KindEmbedded, DataDir: TempDir(t), Log: testLog()}
}

// Real is a new database on the test binary's MariaDB and a Redis of its own.
func Real(t testing.TB) *Env {
	t.Helper()
	return realOn(t, sharedMariaDB(t))
}

// RealOwn is Real with a MariaDB of its own, for tests that stop or kill it.
// options are further ones of mariadbd.
func RealOwn(t testing.TB, options ...string) *Env {
	t.Helper()
	return realOn(t, startMariaDB(t, options...))
}

func realOn(t testing.TB, maria *MariaDBServer) *Env {
	t.Helper()
	redis := startRedis(t)
	return &Env{
		Kind: KindReal, MySQLDSN: maria.newDatabase(t), RedisURL: redis.URL(), Log: testLog(),
		maria: maria, redis: redis,
	}
}

// RealTCP is RealOwn with both servers on TCP ports of loopback, as a server
// usually has them, and with MariaDB's own size of the redo log: what tests start
// faster with would stop for checkpoints under load.
func RealTCP(t testing.TB, options ...string) *Env {
	t.Helper()
	const host, user = "127.0.0.1", "etu"
	port, redisPort := freePort(t), freePort(t)
	maria := startMariaDB(t, append([]string{
		"--skip-networking=0", "--bind-address=" + host, "--port=" + port, "--innodb-log-file-size=96M",
	}, options...)...)
	must(t, maria.Exec("CREATE USER "+user+"@"+host))
	must(t, maria.Exec("GRANT ALL ON *.* TO "+user+"@"+host))
	cfg, err := mysql.ParseDSN(maria.newDatabase(t))
	must(t, err)
	cfg.User, cfg.Net, cfg.Addr = user, "tcp", net.JoinHostPort(host, port)
	redis := NewRedis(t, "--bind", host, "--port", redisPort)
	redis.Start(t)
	return &Env{
		Kind: KindReal, MySQLDSN: cfg.FormatDSN(), RedisURL: "redis://" + net.JoinHostPort(host, redisPort), Log: testLog(),
		maria: maria, redis: redis,
	}
}

// Options are what store.Open needs for this Env.
func (e *Env) Options() store.Options {
	return store.Options{MySQLDSN: e.MySQLDSN, RedisURL: e.RedisURL, DataDir: e.DataDir, Log: e.Log}
}

// Open opens and migrates the stores; they are closed at the test's end, or
// before by the test. A real Env may be open several times at once (several
// instances of a server), an embedded one only once.
func (e *Env) Open(t testing.TB) *store.Stores {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	s, err := store.Open(ctx, e.Options())
	if err != nil {
		t.Fatalf("opening the %s stores: %v", e.Kind, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the %s stores: %v", e.Kind, err)
		}
	})
	return s
}

// Redis is the Env's own Redis server; nil when embedded.
func (e *Env) Redis() *RedisServer { return e.redis }

// MariaDB is the Env's server; nil when embedded. Only RealOwn's may be stopped:
// the other one serves every test of the binary.
func (e *Env) MariaDB() *MariaDBServer { return e.maria }

func testLog() *slog.Logger {
	out := io.Discard
	if os.Getenv("ETU_TEST_LOG") != "" {
		out = os.Stderr
	}
	return slog.New(slog.NewTextHandler(out, nil))
}
