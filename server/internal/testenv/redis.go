package testenv

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/spawn"
)

// RedisServer is a private Redis, without persistence except what Save wrote.
type RedisServer struct {
	process
	server *spawn.Redis
	dir    string
}

func startRedis(t testing.TB) *RedisServer {
	t.Helper()
	s := NewRedis(t)
	s.Start(t)
	return s
}

// NewRedis prepares a Redis that the test starts when it wants to.
func NewRedis(t testing.TB) *RedisServer {
	t.Helper()
	dir := tempDir(t)
	server, err := spawn.NewRedis(dir)
	must(t, err)
	t.Cleanup(func() { server.End(syscall.SIGKILL) })
	return &RedisServer{process{server.Process}, server, dir}
}

// URL is what ETU_REDIS_URL takes.
func (s *RedisServer) URL() string { return s.server.URL() }

// Addr is the socket's path, for a proxy or redis-cli -s.
func (s *RedisServer) Addr() string { return s.server.Addr() }

// OwnClock gives the Redis a clock that MoveClock moves; what it holds is lost.
func (s *RedisServer) OwnClock(t testing.TB) {
	t.Helper()
	s.Stop(t)
	must(t, s.server.OwnClock(s.dir))
	s.Start(t)
}

// MoveClock makes the clock of a Redis differ by d from this machine's.
func (s *RedisServer) MoveClock(t testing.TB, d time.Duration) {
	t.Helper()
	must(t, s.server.MoveClock(d))
}

// FlushAll empties every database.
func (s *RedisServer) FlushAll(t testing.TB) {
	t.Helper()
	must(t, s.server.Do("FLUSHALL"))
}

// Save writes the data to disk: every later Start begins with them, however old
// they are by then, until Forget.
func (s *RedisServer) Save(t testing.TB) {
	t.Helper()
	must(t, s.server.Do("SAVE"))
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
	c := s.server.Client(db)
	t.Cleanup(func() { _ = c.Close() })
	return c
}
