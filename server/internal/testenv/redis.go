package testenv

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/binary"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// RedisServer is a private redis-server on a Unix socket, without persistence
// except what Save wrote. A socket has no port that another program could take
// between a stop and a start.
type RedisServer struct {
	*Process
	dir, socket string
	clock       string // file of OwnClock, "" without
}

// redisProgram is redis-server, or what ETU_TEST_REDIS names in its place.
func redisProgram() string { return cmp.Or(os.Getenv("ETU_TEST_REDIS"), "redis-server") }

func startRedis(t testing.TB) *RedisServer {
	t.Helper()
	s := NewRedis(t)
	s.Start(t)
	return s
}

// NewRedis prepares a Redis that the test starts when it wants to. options are
// further ones of redis-server, which win over those that stand here.
func NewRedis(t testing.TB, options ...string) *RedisServer {
	t.Helper()
	dir := TempDir(t)
	s := &RedisServer{dir: dir, socket: filepath.Join(dir, "redis.sock")}
	s.Process = NewProcess(t, redisProgram(), s.ready, append([]string{
		"--port", "0", "--unixsocket", s.socket, "--unixsocketperm", "700", "--dir", dir,
		"--daemonize", "no", "--save", "", "--appendonly", "no",
	}, options...)...)
	return s
}

func (s *RedisServer) ready() error {
	if _, err := os.Stat(s.socket); err != nil {
		return err
	}
	return s.do("PING")
}

func (s *RedisServer) do(command string) error {
	c := s.client(0)
	defer func() { _ = c.Close() }()
	return c.Do(context.Background(), command).Err()
}

func (s *RedisServer) client(db int) *redis.Client {
	return redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket, DB: db, DisableIdentity: true, DialerRetries: 1})
}

// URL is what ETU_REDIS_URL takes.
func (s *RedisServer) URL() string { return (&url.URL{Scheme: "unix", Path: s.socket}).String() }

// Addr is the socket's path, for a proxy or redis-cli -s.
func (s *RedisServer) Addr() string { return s.socket }

// Client is a plain client of database db, closed with the test.
func (s *RedisServer) Client(t testing.TB, db int) *redis.Client {
	t.Helper()
	c := s.client(db)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// FlushAll empties every database.
func (s *RedisServer) FlushAll(t testing.TB) {
	t.Helper()
	must(t, s.do("FLUSHALL"))
}

// Save writes the data to disk: every later Start begins with them, however old
// they are by then, until Forget.
func (s *RedisServer) Save(t testing.TB) {
	t.Helper()
	must(t, s.do("SAVE"))
}

// Forget removes what Save wrote: the next Start begins empty.
func (s *RedisServer) Forget(t testing.TB) {
	t.Helper()
	if err := os.Remove(filepath.Join(s.dir, "dump.rdb")); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}

//go:embed clock.txt
var clockSource []byte

// OwnClock gives the Redis a clock that MoveClock moves (Linux); what it holds is
// lost. It needs a C compiler, as the race detector does.
func (s *RedisServer) OwnClock(t testing.TB) {
	t.Helper()
	s.Stop(t)
	cc, err := find("cc")
	must(t, err)
	source, library := filepath.Join(s.dir, "clock.c"), filepath.Join(s.dir, "clock.so")
	must(t, os.WriteFile(source, clockSource, 0o600))
	_, err = runToEnd(dieWithParent(), cc, "-shared", "-fPIC", "-O2", "-o", library, source)
	must(t, err)
	s.clock = filepath.Join(s.dir, "clock")
	s.env = append(os.Environ(), "CLOCK_FILE="+s.clock, "LD_PRELOAD="+library)
	s.MoveClock(t, 0)
	s.Start(t)
}

// MoveClock makes the clock of the Redis differ by d from this machine's, also
// after its next start.
func (s *RedisServer) MoveClock(t testing.TB, d time.Duration) {
	t.Helper()
	if s.clock == "" {
		t.Fatal("this Redis has no clock of its own")
	}
	// Written in place: the running Redis has the file mapped.
	f, err := os.OpenFile(s.clock, os.O_CREATE|os.O_WRONLY, 0o600)
	must(t, err)
	_, err = f.WriteAt(binary.NativeEndian.AppendUint64(nil, uint64(d.Milliseconds())), 0)
	must(t, err)
	must(t, f.Close())
}
