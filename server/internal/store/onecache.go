package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"etuservices/server/internal/config"
	"etuservices/server/internal/wait"

	"github.com/redis/go-redis/v9"
)

// All servers of one MySQL database use one Redis: presence, boards, tokens and
// windows live there. A random id in Redis tells one Redis from another, whatever
// its address is called; a row of reglages names the one that serves, with the
// instant at which a server last said so. Embedded stores have one process, and
// nothing to compare.
const (
	// cacheKey holds the id, in the first database. Running servers write it again
	// when it is gone, so that a Redis that was emptied stays the same.
	cacheKey = "etu:cache"
	// cacheLife is renewed all the time.
	cacheLife = 24 * time.Hour
	// cacheFresh is how long the servers of a Redis that say nothing may still be
	// there: frozen, or cut off from MySQL.
	cacheFresh = 30 * time.Second
	// cacheRenew is the age at which the row is written again, by one of them.
	cacheRenew = time.Second
	// cacheLook is for servers that run to be seen: to write the id again, or the
	// row.
	cacheLook = 3 * time.Second
	cachePoll = 50 * time.Millisecond
	// cacheIDChars and cacheAddrChars fit into the row's 64, with an instant.
	cacheIDChars, cacheAddrChars = 12, 40
)

// ErrOtherCache is a start on another Redis than that of the servers that already run
// on this MySQL database.
var ErrOtherCache = errors.New("un autre Redis sert déjà cette base MySQL")

// cacheRow is what SQL knows of the Redis that serves: "id instant address", the
// instant in seconds on SQL's clock. Its zero value is none.
type cacheRow struct {
	text     string // as it stands
	id, addr string
	age      time.Duration
	now      int64
}

func (r cacheRow) fresh() bool { return r.id != "" && r.age.Abs() <= cacheFresh }

func (s *SQL) cacheRow(ctx context.Context) (r cacheRow, err error) {
	ctx, cancel := context.WithTimeout(ctx, SQLTimeout)
	defer cancel()
	var text sql.NullString
	err = s.Read.QueryRow(ctx, `SELECT UNIX_TIMESTAMP(), (SELECT valeur FROM reglages WHERE nom = 'cache')`).Scan(&r.now, &text)
	if err != nil {
		return r, fmt.Errorf("cache: %w", err)
	}
	r.text = text.String
	id, rest, _ := strings.Cut(r.text, " ")
	instant, addr, _ := strings.Cut(rest, " ")
	at, _ := strconv.ParseInt(instant, 10, 64) // unreadable is old
	r.id, r.addr, r.age = id, addr, time.Duration(r.now-at)*time.Second
	return r, nil
}

// replaceCacheRow writes the row unless somebody else was faster.
func (s *SQL) replaceCacheRow(ctx context.Context, old cacheRow, id, addr string) (done bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, SQLTimeout)
	defer cancel()
	text := fmt.Sprintf("%s %d %s", id, old.now, addr)
	var result sql.Result
	if old.text == "" {
		result, err = s.Write.Exec(ctx, `INSERT IGNORE INTO reglages (nom, valeur) VALUES ('cache', ?)`, text)
	} else {
		result, err = s.Write.Exec(ctx, `UPDATE reglages SET valeur = ? WHERE nom = 'cache' AND valeur = ?`, text, old.text)
	}
	if isLockConflict(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("cache: %w", err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// cacheID gives the id of this Redis, "" for none; ours is written where none is.
func (r *Redis) cacheID(ctx context.Context, ours string) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, RedisTimeout)
	defer cancel()
	pipe := r.DB0.Pipeline()
	if ours != "" {
		pipe.SetNX(ctx, cacheKey, ours, cacheLife)
		pipe.Expire(ctx, cacheKey, cacheLife)
	}
	got := pipe.Get(ctx, cacheKey)
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("cache: %w", err)
	}
	return got.Val(), nil
}

// place is the address for the other servers, cut to fit the row: one that means
// another Redis on each machine comes with the machine's name.
func (r *Redis) place() string {
	addr := []rune(r.addr)
	end := ""
	if strings.HasPrefix(r.addr, "/") || config.Loopback(r.addr) {
		if name, err := os.Hostname(); err == nil {
			end = " (" + name[:min(len(name), cacheAddrChars/2)] + ")"
		}
	}
	return string(addr[max(0, len(addr)-cacheAddrChars+len(end)):]) + end
}

func (r *Redis) otherCache(row cacheRow) error {
	return fmt.Errorf("%w : des serveurs y emploient %s, celui-ci %s ; donnez le même ETU_REDIS_URL à tous, ou arrêtez les autres (s'ils ont été tués, attendez 30 s)",
		ErrOtherCache, cmp.Or(row.addr, "un autre"), r.place())
}

// CompareCache tells whether servers of this MySQL run on another Redis, for
// somebody who only looks. Errors: ErrOtherCache, ErrUnavailable.
func (s *Stores) CompareCache(ctx context.Context) error {
	if s.SQL.Dialect == SQLite {
		return nil
	}
	id, err := s.Redis.cacheID(ctx, "")
	if err != nil || id == "" { // JoinCache finds out what an empty one is
		return err
	}
	row, err := s.SQL.cacheRow(ctx)
	if err == nil && row.fresh() && row.id != id {
		err = s.Redis.otherCache(row)
	}
	return err
}

// JoinCache joins the servers that use this Redis, or makes it the one in use. It is
// called once, before this server lets anybody in. Errors: ErrOtherCache.
func (s *Stores) JoinCache(ctx context.Context, log *slog.Logger) error {
	if s.SQL.Dialect == SQLite {
		return nil
	}
	before, err := s.SQL.cacheRow(ctx)
	id := ""
	if err == nil {
		id, err = s.knowCache(ctx, before)
	}
	if err == nil {
		s.cacheMu.Lock()
		s.cache = id
		s.cacheMu.Unlock()
		err = s.renewCache(ctx)
	}
	if errors.Is(err, ErrUnavailable) { // no reason not to start: WatchInstallation asks again
		log.Warn("Redis pas encore comparé à celui des autres serveurs", "erreur", err)
		return nil
	}
	if err == nil && before.id != "" && before.id != id {
		log.Info("ce Redis sert désormais cette base MySQL", "adresse", s.Redis.addr, "avant", before.addr)
	}
	return err
}

// knowCache gives the id of this Redis. One without any is new, or was emptied a
// moment ago: its servers write their id again, if they live; if they do not, and
// nobody says that another Redis serves, the one of that address is this.
func (s *Stores) knowCache(ctx context.Context, row cacheRow) (id string, err error) {
	for began := time.Now(); ; {
		if id, err = s.Redis.cacheID(ctx, ""); err != nil || id != "" {
			return id, err
		}
		if !row.fresh() {
			return rand.Text()[:cacheIDChars], nil
		}
		if time.Since(began) > cacheLook {
			break
		}
		if wait.For(ctx, cachePoll) != nil {
			return "", context.Cause(ctx)
		}
	}
	now, err := s.SQL.cacheRow(ctx)
	switch {
	case err != nil:
		return "", err
	case now.text == row.text && row.addr == s.Redis.place():
		return row.id, nil
	case now.fresh():
		return "", s.Redis.otherCache(now)
	}
	return rand.Text()[:cacheIDChars], nil
}

// renewCache says that this Redis serves, where nobody says otherwise. Errors:
// ErrOtherCache, ErrUnavailable.
func (s *Stores) renewCache(ctx context.Context) error {
	if s.SQL.Dialect == SQLite {
		return nil
	}
	s.cacheMu.Lock()
	defer s.cacheMu.Unlock()
	id, err := s.Redis.cacheID(ctx, cmp.Or(s.cache, rand.Text()[:cacheIDChars]))
	if err != nil || id == "" { // evicted at once
		return err
	}
	was := s.cache
	for ctx.Err() == nil {
		row, err := s.SQL.cacheRow(ctx)
		switch {
		case err != nil:
			return err
		case row.id == id && 0 <= row.age && row.age < cacheRenew:
			s.cache = id
			return nil
		case row.id != id && row.id != was && row.fresh():
			s.cache = id
			return s.Redis.otherCache(row)
		}
		// Ours is old, or there is none, or it is of servers that are gone, or our
		// address leads to another Redis now.
		done, err := s.SQL.replaceCacheRow(ctx, row, id, s.Redis.place())
		if done || err != nil {
			s.cache = id
			return err
		}
	}
	return context.Cause(ctx)
}

// LeaveCache deletes the row that names the Redis in use, so that another one may
// serve at once. The last server of a Redis calls it.
func (s *Stores) LeaveCache(ctx context.Context) error {
	if s.SQL.Dialect == SQLite || s.Health.Missing(NeedSQL) {
		return nil
	}
	s.cacheMu.Lock()
	defer s.cacheMu.Unlock()
	if s.cache == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, SQLTimeout)
	defer cancel()
	_, err := s.SQL.Write.Exec(ctx, `DELETE FROM reglages WHERE nom = 'cache' AND valeur LIKE CONCAT(?, ' %')`, s.cache)
	return err
}
