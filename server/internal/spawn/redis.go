package spawn

import (
	"cmp"
	"context"
	"net/url"
	"os"
	"path/filepath"

	"github.com/redis/go-redis/v9"
)

// Redis is a redis-server on a Unix socket, without persistence. A socket has
// no port that another could take between a stop and a start.
type Redis struct {
	*Process
	socket string
	clock  string // file of OwnClock, "" without
}

// NewRedis prepares one in dir. options are further ones of redis-server, which
// win over those that stand here.
func NewRedis(dir string, options ...string) (*Redis, error) {
	s := &Redis{socket: filepath.Join(dir, "redis.sock")}
	var err error
	s.Process, err = Server(RedisProgram(), s.ready, append([]string{
		"--port", "0", "--unixsocket", s.socket, "--unixsocketperm", "700", "--dir", dir,
		"--daemonize", "no", "--save", "", "--appendonly", "no",
	}, options...)...)
	return s, err
}

// RedisProgram is redis-server, or what ETU_TEST_REDIS names in its place.
func RedisProgram() string {
	return cmp.Or(os.Getenv("ETU_TEST_REDIS"), "redis-server")
}

func (s *Redis) ready() error {
	if err := exists(s.socket); err != nil {
		return err
	}
	return s.Do("PING")
}

// URL is what ETU_REDIS_URL takes.
func (s *Redis) URL() string { return (&url.URL{Scheme: "unix", Path: s.socket}).String() }

// Addr is the socket's path, for a proxy or redis-cli -s.
func (s *Redis) Addr() string { return s.socket }

// Client is a plain client of database db, the caller's to close.
func (s *Redis) Client(db int) *redis.Client {
	return redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket, DB: db, DisableIdentity: true, DialerRetries: 1})
}

// Do runs one command.
func (s *Redis) Do(command string) error {
	c := s.Client(0)
	defer func() { _ = c.Close() }()
	return c.Do(context.Background(), command).Err()
}
