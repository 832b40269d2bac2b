// Package site is where the benchmark takes place: private stores, a database
// full of students and articles for each measure, the server's process.
package site

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"etuservices/server/spawn"
	"etuservices/server/store"
)

// redoLog is MariaDB's own default: the 8 MiB that tests start faster with
// would stop for checkpoints under load.
const redoLog = "--innodb-log-file-size=96M"

// Stores are a private MariaDB with its own default settings (a commit is on
// disk when it is acknowledged) and a Redis that keeps nothing, on Unix sockets.
type Stores struct {
	maria *spawn.MariaDB
	redis *spawn.Redis
}

// StartStores starts them; they end at spawn.CleanUp.
func StartStores() (*Stores, error) {
	dir, _, err := spawn.TempDir()
	if err != nil {
		return nil, err
	}
	s := &Stores{}
	if s.maria, err = spawn.NewMariaDB(dir, redoLog); err != nil {
		return nil, err
	}
	if s.redis, err = spawn.NewRedis(dir); err != nil {
		return nil, err
	}
	return s, errors.Join(s.maria.Start(), s.redis.Start())
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
	dsn, drop, err := s.maria.CreateDatabase()
	if err != nil {
		return nil, err
	}
	p := &Place{DSN: dsn, RedisURL: s.redis.URL(), drop: drop}
	if db > 0 {
		p.RedisURL += "?db=" + strconv.Itoa(db)
	}
	if p.Stores, err = store.Open(ctx, store.Options{MySQLDSN: dsn, RedisURL: p.RedisURL}); err != nil {
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

// Empty empties Redis, for places that are opened beside each other.
func (s *Stores) Empty() error { return s.redis.Do("FLUSHALL") }
