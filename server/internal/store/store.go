// Package store opens SQL (MySQL or SQLite), which is authoritative, and Redis (a server,
// or one in this process), which can be rebuilt from it: pools, migrations, transactions,
// scripts, health. Queries of accounts or articles stand where they are used.
//
// Its machinery for speed, at 64 connections, without and with it (server/bench):
//   - GroupCommit: VENTE 659 and 561 µs, ACHAT 802 and 729 µs on MySQL; VENTE 1.53 and
//     0.78 ms on SQLite.
//   - DB.Batch: QUOTA 70 and 31 µs, VENTE 648 and 561 µs.
//   - Coalescer: Resume (connect, REPRENDRE, QUI) 406 and 301 µs.
//
// Batch, and the START TRANSACTION that travels with the first statement, keep a
// purchase at six round trips to MySQL (TestRoundTripsOfACall); over loopback that makes
// no difference, over a network each one does.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/server/internal/wait"

	"github.com/go-sql-driver/mysql"
)

// ErrHalfConfigured says that one of MySQL and Redis is set without the other:
// the embedded store of one machine would contradict a shared one.
var ErrHalfConfigured = errors.New("ETU_MYSQL_DSN et ETU_REDIS_URL vont ensemble : les deux, ou aucun (magasins embarqués)")

// Options tells Open where the stores are.
type Options struct {
	// MySQLDSN (go-sql-driver's form) and RedisURL go together, or both are empty.
	MySQLDSN, RedisURL string
	// DataDir is the folder of the embedded stores, used when both are empty.
	DataDir string
	// EmbeddedRedisAddr is a port of the embedded Redis for redis-cli, loopback
	// only; empty means none.
	EmbeddedRedisAddr string
	// Log gets the waits and migrations; nil: they are not logged.
	Log *slog.Logger
}

// Stores are SQL, which is authoritative, and Redis, which can be rebuilt from it.
type Stores struct {
	SQL    *SQL
	Redis  *Redis
	Health Health

	probes  []probe
	dir     *dataDir // of the embedded stores
	cacheMu sync.Mutex
	cache   string // the id of this Redis, as last seen; under cacheMu

	embeddedRedisAddr string
	closers           []func() error
	closeOnce         sync.Once
	closeErr          error
}

// Open opens both stores, waits until both answer (saying so in the log) and
// migrates the tables. ctx ends the wait. A setting that no wait can mend
// (wrong password, unreadable DSN, locked folder, a store that can never write,
// missing rights, the Redis of another installation, another Redis than that of
// the servers that run) is returned at once.
func Open(ctx context.Context, o Options) (*Stores, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if (o.MySQLDSN == "") != (o.RedisURL == "") {
		return nil, ErrHalfConfigured
	}
	s := &Stores{}
	open := s.openServers
	if o.MySQLDSN == "" {
		open = s.openEmbedded
	}
	err := open(ctx, o)
	if err == nil {
		err = s.joinInstallation(ctx, o.Log)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openPools makes the pools of both servers; nothing is connected yet.
func (s *Stores) openPools(o Options) (*mysql.Config, error) {
	my, err := mysqlConfig(o.MySQLDSN)
	if err != nil {
		return nil, err
	}
	if s.Redis, err = openRedis(o.RedisURL); err != nil {
		return nil, err
	}
	s.onClose(s.Redis.close)
	if s.SQL, err = openMySQL(my); err != nil {
		return nil, err
	}
	s.onClose(s.SQL.close)
	return my, nil
}

func (s *Stores) openServers(ctx context.Context, o Options) error {
	my, err := s.openPools(o)
	if err != nil {
		return err
	}
	if err := s.addProbes(my, o.RedisURL); err != nil {
		return err
	}
	err = waitFor(ctx, o.Log, "MySQL", my.Addr, func(ctx context.Context) error {
		// Asked with a query's patience first: a migration's would be long
		// for a server that hangs.
		if err := s.SQL.Ping(ctx); err != nil && !isMySQL(err, myUnknownDatabase) {
			return err
		}
		if err := prepareMySQL(ctx, o.Log, my); err != nil {
			return err
		}
		return ifForGood(s.SQL.writeProbe(ctx))
	})
	if err != nil {
		return explained("MySQL", err)
	}
	err = waitFor(ctx, o.Log, "Redis", s.Redis.addr, func(ctx context.Context) error {
		if err := s.Redis.Ping(ctx); err != nil {
			return s.Redis.Lacking(err)
		}
		if err := s.Redis.checkRights(ctx); err != nil {
			return err
		}
		return ifForGood(s.Redis.writeProbe(ctx))
	})
	if err != nil {
		return explained("Redis", err)
	}
	return nil
}

// ifForGood keeps the failures to write that no wait mends. With the others a
// server starts: what only reads works, and Watch says what does not.
func ifForGood(err error) error {
	if refused(err) {
		return err
	}
	return nil
}

// addProbes opens what Watch asks over: one connection to each store.
func (s *Stores) addProbes(my *mysql.Config, redisURL string) error {
	asked, err := openMySQL(my)
	if err != nil {
		return err
	}
	asked.Write.DB.SetMaxOpenConns(1)
	asked.Write.DB.SetConnMaxLifetime(writeEvery / 2) // a new one sees rights that were taken or given meanwhile
	s.onClose(asked.close)
	cache, err := openRedis(redisURL)
	if err != nil {
		return err
	}
	s.onClose(cache.close)
	s.probes = []probe{
		{NeedSQL, ProblemSQL, "MySQL", asked.readProbe, asked.writeProbe},
		{NeedRedis, ProblemRedis, "Redis", cache.Ping, cache.writeProbe},
	}
	return nil
}

func (s *Stores) openEmbedded(ctx context.Context, o Options) error {
	dir, err := openDataDir(o.DataDir)
	if err != nil {
		return err
	}
	s.dir = dir
	s.onClose(dir.close) // first hook, so the folder is freed after all else
	if s.SQL, err = openSQLite(ctx, o.Log, dir.file(SQLiteFile)); err != nil {
		return fmt.Errorf("SQLite: %w", err)
	}
	s.onClose(s.SQL.close)
	mini, err := startEmbeddedRedis(dir, o.EmbeddedRedisAddr)
	if err != nil {
		return fmt.Errorf("embedded Redis: %w", err)
	}
	s.onClose(mini.close)
	s.embeddedRedisAddr = mini.addr()
	s.Redis = mini.connect()
	s.onClose(s.Redis.close)
	if err := s.Redis.Ping(ctx); err != nil {
		return fmt.Errorf("embedded Redis: %w", err)
	}
	s.probes = []probe{
		{0, ProblemSQL, "SQLite", s.SQL.Ping, func(ctx context.Context) error {
			return errors.Join(s.SQL.writeProbe(ctx), dir.writeProbe())
		}},
		{0, ProblemRedis, "le Redis embarqué", s.Redis.Ping, s.Redis.writeProbe},
	}
	return nil
}

// EmbeddedRedisAddr is the port's address of the embedded Redis, "" without one.
func (s *Stores) EmbeddedRedisAddr() string { return s.embeddedRedisAddr }

// Close closes everything, in the reverse order of opening. It may be called again.
func (s *Stores) Close() error {
	s.closeOnce.Do(func() {
		var errs []error
		for i := len(s.closers) - 1; i >= 0; i-- {
			errs = append(errs, s.closers[i]())
		}
		s.closeErr = errors.Join(errs...)
	})
	return s.closeErr
}

func (s *Stores) onClose(f func() error) { s.closers = append(s.closers, f) }

const (
	// waitPause between two tries at start: short beside a container's start.
	waitPause = 250 * time.Millisecond
	// waitSayEvery: who watches a start learns soon what it waits for, and is
	// not flooded when it takes minutes.
	waitSayEvery = 5 * time.Second
)

// waitFor tries until try succeeds, ctx ends, or the error is one that time
// does not mend.
func waitFor(ctx context.Context, log *slog.Logger, what, addr string, try func(context.Context) error) error {
	start := time.Now()
	var last atomic.Value // the latest error, as text
	say := func() {
		log.Warn("en attente du magasin", "magasin", what, "adresse", addr, "cause", last.Load())
	}
	saying, stop := context.WithCancel(ctx)
	defer stop()
	go wait.Every(saying, waitSayEvery, say) // beside the tries, for one may hang

	for {
		err := classify(try(ctx))
		if err == nil {
			if last.Load() != nil {
				log.Info("le magasin répond", "magasin", what, "attente", time.Since(start).Round(time.Millisecond))
			}
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("attente de %s (%s) abandonnée (%w) : %w", what, addr, context.Cause(ctx), err)
		}
		if !errors.Is(err, ErrUnavailable) || refused(err) {
			return err
		}
		if last.Swap(err.Error()) == nil {
			say() // the first time at once
		}
		_ = wait.For(ctx, waitPause) // the next try says that ctx ended
	}
}
