package testenv

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
)

// RedisServer is a redis-server on a Unix socket, without persistence except
// what Save wrote. A socket has no port that another could take between a Stop
// and a Start.
type RedisServer struct {
	process
	dir, socket string
}

func startRedis(t testing.TB) *RedisServer {
	t.Helper()
	s := newRedis(t)
	s.Start(t)
	return s
}

// NewRedis prepares a Redis that the test starts when it wants to.
func NewRedis(t testing.TB) *RedisServer {
	t.Helper()
	return newRedis(t)
}

func newRedis(t testing.TB) *RedisServer {
	t.Helper()
	s := &RedisServer{dir: tempDir(t)}
	s.socket = filepath.Join(s.dir, "redis.sock")
	s.path = binary(t, "redis-server")
	s.args = []string{
		"--port", "0", "--unixsocket", s.socket, "--unixsocketperm", "700", "--dir", s.dir,
		"--daemonize", "no", "--save", "", "--appendonly", "no",
	}
	s.ready = func() error {
		if err := exists(s.socket); err != nil {
			return err
		}
		return s.do("PING")
	}
	t.Cleanup(atExit(func() { s.end(syscall.SIGKILL) }))
	return s
}

// URL is what ETU_REDIS_URL takes.
func (s *RedisServer) URL() string { return (&url.URL{Scheme: "unix", Path: s.socket}).String() }

// Addr is the socket's path, for a proxy or redis-cli -s.
func (s *RedisServer) Addr() string { return s.socket }

// FlushAll empties every database.
func (s *RedisServer) FlushAll(t testing.TB) {
	t.Helper()
	s.must(t, "FLUSHALL")
}

// Save writes the data to disk: every later Start begins with them, however old
// they are by then, until Forget.
func (s *RedisServer) Save(t testing.TB) {
	t.Helper()
	s.must(t, "SAVE")
}

// Forget removes what Save wrote: the next Start begins empty.
func (s *RedisServer) Forget(t testing.TB) {
	t.Helper()
	if err := os.Remove(filepath.Join(s.dir, "dump.rdb")); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}

// Client is a plain client of database db, closed with the test.
func (s *RedisServer) Client(t testing.TB, db int) *redis.Client {
	t.Helper()
	c := s.client(db)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (s *RedisServer) client(db int) *redis.Client {
	return redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket, DB: db, DisableIdentity: true, DialerRetries: 1})
}

func (s *RedisServer) do(command string) error {
	c := s.client(0)
	defer func() { _ = c.Close() }()
	return c.Do(context.Background(), command).Err()
}

func (s *RedisServer) must(t testing.TB, command string) {
	t.Helper()
	if err := s.do(command); err != nil {
		t.Fatalf("redis %s: %v", command, err)
	}
}
