package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"etuservices/server/internal/wait"

	"github.com/redis/go-redis/v9"
)

const (
	// installationKey holds the installation's id in both databases of Redis.
	installationKey = "etu:installation"
	// installationNext follows the id in the second database, so that one
	// installation's first database is not taken for another's second.
	installationNext = "+1"
	// installationEvery is how often the ids are compared while the server runs.
	installationEvery = time.Second
)

// ErrOtherInstallation says that SQL and Redis belong to different installations:
// their boards and windows would mix.
var ErrOtherInstallation = errors.New("MySQL et Redis n'appartiennent pas à la même installation")

// CompareInstallation compares the random id that SQL keeps with those in Redis. A
// missing one is written where create says so, and ignored otherwise: SQL is new, or
// Redis is new or was emptied. Errors: ErrOtherInstallation, ErrUnavailable.
func (s *Stores) CompareInstallation(ctx context.Context, create bool) error {
	id, err := s.SQL.installation(ctx, create)
	if err != nil {
		return fmt.Errorf("installation: %w", err)
	}
	if id == "" {
		return nil
	}
	dbs, want := []*DB{s.Redis.DB0, s.Redis.DB1}, []string{id, id + installationNext}
	if s.Redis.Cluster {
		dbs, want = dbs[:1], want[:1]
	}
	for i, db := range dbs {
		got, err := db.installation(ctx, want[i], create)
		if err != nil {
			return fmt.Errorf("installation: %w", err)
		}
		if got != "" && got != want[i] {
			return s.Redis.otherInstallation(s.Redis.number+i, id, got)
		}
	}
	return nil
}

func (r *Redis) otherInstallation(database int, id, got string) error {
	const forbidden = "%w : %s a l'identifiant %s, la base %d de Redis (%s) a %s ; donnez à chaque installation ses bases de Redis (ETU_REDIS_URL=…/N prend les bases N et N+1) ou, si ce Redis doit servir à celle-ci, arrêtez ses serveurs et videz-le : %s"
	empty := fmt.Sprintf("%s -n %d FLUSHDB && %s -n %d FLUSHDB", r.cli, r.number, r.cli, r.number+1)
	if r.Cluster {
		empty = "redis-cli --cluster call " + r.addr + " FLUSHALL"
	}
	return fmt.Errorf(forbidden, ErrOtherInstallation, "MySQL", id, database, r.addr, got, empty)
}

// installation gives the id that SQL keeps. Where there is none it makes one, or
// gives "".
func (s *SQL) installation(ctx context.Context, create bool) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, SQLTimeout)
	defer cancel()
	const name = "installation"
	if id, err = s.Setting(ctx, name); err != nil || id != "" || !create {
		return id, err
	}
	return s.AddSetting(ctx, name, rand.Text())
}

// installation gives the id that stands in a database. Where there is none it writes
// ours, or gives "".
func (db *DB) installation(ctx context.Context, ours string, create bool) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, RedisTimeout)
	defer cancel()
	if id, err = db.Get(ctx, installationKey).Result(); !errors.Is(err, redis.Nil) {
		return id, err
	}
	if !create {
		return "", nil
	}
	if err = db.SetNX(ctx, installationKey, ours, 0).Err(); err != nil {
		return "", err
	}
	return db.Get(ctx, installationKey).Result()
}

// joinInstallation is CompareInstallation at start. A store that cannot be asked
// or written now is no reason not to start: Watch asks again.
func (s *Stores) joinInstallation(ctx context.Context, log *slog.Logger) error {
	err := s.CompareInstallation(ctx, true)
	if err == nil {
		err = s.CompareCache(ctx)
	}
	if errors.Is(err, ErrUnavailable) {
		log.Warn("installation pas encore vérifiée", "erreur", err)
		return nil
	}
	return err
}

// problemInstallation names the problem of stores that do not belong together.
const problemInstallation = "installation"

// WatchInstallation compares the ids until ctx ends, and notes in SQL that servers use
// this Redis. Health is told what differs; while a store does not answer, nothing
// is decided.
func (s *Stores) WatchInstallation(ctx context.Context, log *slog.Logger) {
	wait.Every(ctx, installationEvery, func() {
		err := s.CompareInstallation(ctx, true)
		if err == nil {
			err = s.renewCache(ctx)
		}
		if err == nil || errors.Is(err, ErrOtherInstallation) || errors.Is(err, ErrOtherCache) {
			s.Health.Report(log, problemInstallation, err)
		}
	})
}
