// Package site is where the benchmark takes place: private stores, a database
// full of students and articles for each measure, the server's process.
package site

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"etuservices/server/internal/spawn"
	"etuservices/server/internal/store"
)

// redoLog is MariaDB's own default: the 8 MiB that tests start faster with
// would stop for checkpoints under load.
const redoLog = "--innodb-log-file-size=96M"

// Stores are a private MariaDB with its own default settings (a commit is on
// disk when it is acknowledged) and a Redis that keeps nothing, both on loopback
// as issue 5 says; the tools here use their Unix sockets.
type Stores struct {
	maria *spawn.MariaDB
	redis *spawn.Redis
	// Where server and bare drivers find them.
	mariaAddr, redisAddr string
}

// mariaUser is for loopback: root has no account but on the socket.
const mariaUser = "etu"

// Roomy are the settings for a million accounts and articles, which take 0.8 GiB:
// in MariaDB's own 128 MiB a purchase, that touches a dozen pages far apart,
// reads them from the disk. The redo log has room for the filling.
var Roomy = []string{"--innodb-buffer-pool-size=1G", "--innodb-log-file-size=1G"}

// StartStores starts them; they end at End, or at spawn.CleanUp. options are
// further ones of mariadbd.
func StartStores(options ...string) (*Stores, error) {
	dir, _, err := spawn.TempDir()
	if err != nil {
		return nil, err
	}
	s := &Stores{}
	if s.mariaAddr, err = freeAddr(); err != nil {
		return nil, err
	}
	if s.redisAddr, err = freeAddr(); err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(s.mariaAddr)
	options = append([]string{redoLog, "--skip-networking=0", "--bind-address=" + host, "--port=" + port}, options...)
	if s.maria, err = spawn.NewMariaDB(dir, options...); err != nil {
		return nil, err
	}
	host, port, _ = net.SplitHostPort(s.redisAddr)
	if s.redis, err = spawn.NewRedis(dir, "--bind", host, "--port", port); err != nil {
		return nil, err
	}
	if err := errors.Join(s.maria.Start(), s.redis.Start()); err != nil {
		return nil, err
	}
	return s, errors.Join(s.maria.Exec("CREATE USER "+mariaUser+"@"+host), s.maria.Exec("GRANT ALL ON *.* TO "+mariaUser+"@"+host))
}

// freeAddr is a loopback address that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("site: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// Place is a pair of stores of one measure.
type Place struct {
	DSN, RedisURL string
	Stores        *store.Stores // the benchmark's own pools
	Users         []User
	Password      string // everybody's

	articles stock
	drop     func()
}

// Open makes an empty place: a database of its own, and Redis emptied.
func (s *Stores) Open(ctx context.Context) (*Place, error) {
	if err := s.redis.Do("FLUSHALL"); err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return s.OpenBeside(ctx, 0)
}

// OpenBeside makes a place beside those that are open, in the Redis databases
// db and db+1.
func (s *Stores) OpenBeside(ctx context.Context, db int) (*Place, error) {
	name, drop, err := s.maria.NewDatabase()
	if err != nil {
		return nil, err
	}
	p := &Place{
		DSN:      mariaUser + "@tcp(" + s.mariaAddr + ")/" + name,
		RedisURL: "redis://" + s.redisAddr + "/" + strconv.Itoa(db), drop: drop,
	}
	if p.Stores, err = store.Open(ctx, store.Options{MySQLDSN: p.DSN, RedisURL: p.RedisURL}); err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return p, nil
}

// Close drops the place's database.
func (p *Place) Close() error {
	err := p.Stores.Close()
	p.drop()
	return err
}

// End ends both at once: what they hold is wanted no more.
func (s *Stores) End() {
	s.maria.End(syscall.SIGKILL)
	s.redis.End(syscall.SIGKILL)
}
