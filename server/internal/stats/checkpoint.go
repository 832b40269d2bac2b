package stats

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

const (
	// checkEvery is how often the boards are held against the ledger: emptied at
	// any moment, they must be right within 10 s (PROTOCOL.md §7.5).
	checkEvery = 2 * time.Second
	// markAge is how old a mark must be before it moves on: a row of the ledger
	// gets its number when it is written and shows when it is committed, which
	// takes less than this.
	markAge = 10 * time.Second
	// batch is the number of users told to Redis at once.
	batch = 2000
)

// Run checks until ctx ends.
func (b *Boards) Run(ctx context.Context) {
	wait.Every(ctx, checkEvery, func() {
		if err := b.Check(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("tableaux non vérifiés contre le registre", "erreur", err)
		}
	})
}

// Check brings the boards to the ledger: what was committed after the marks
// that stand in Redis beside the boards, or everything where there is none.
// So a Redis that was emptied, or came back on an old file, is put right by the
// same few lines as a process that died between its commit and its publishing.
func (b *Boards) Check(ctx context.Context) error {
	select {
	case b.check <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-b.check }()
	// Side by side: while one waits for Redis the other reads SQL.
	var logins, calls error
	var both sync.WaitGroup
	both.Go(func() {
		logins = errors.Join(b.checkOne(ctx, b.stores.Redis.DB0, loginKeys, "connexions", b.writeLogins), b.lowerLast(ctx))
	})
	both.Go(func() {
		calls = errors.Join(b.checkOne(ctx, b.stores.Redis.DB1, callKeys, "appels", b.writeCalls), b.checkJournals(ctx))
	})
	both.Wait()
	return errors.Join(logins, calls, b.forgetDeleted(ctx))
}

// lowerLast gives the last logins the ledger's instants where those are earlier:
// they were written in the future, by a clock that was set back since. Redis is
// read first, for a login is in SQL before it is told here.
func (b *Boards) lowerLast(ctx context.Context) error {
	shown, err := b.stores.Redis.DB0.ZRevRangeWithScores(ctx, keyLast, 0, keptLast-1).Result()
	if err != nil || len(shown) == 0 {
		return err
	}
	logins, scores := make([]string, len(shown)), make(map[string]int64, len(shown))
	for i, z := range shown {
		logins[i], _ = z.Member.(string)
		scores[logins[i]] = int64(z.Score)
	}
	in, args := store.InClause(logins)
	users, err := b.users(ctx, userTotals+`WHERE u.login `+in, args...)
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.last.IsZero() || u.last.Milli() >= scores[u.login] {
			continue
		}
		err := b.stores.Redis.DB0.ZAddXX(ctx, keyLast, redis.Z{Score: float64(u.last.Milli()), Member: u.login}).Err()
		if err != nil {
			return fmt.Errorf("boards: last logins: %w", err)
		}
	}
	return nil
}

// checkOne checks the boards of one database: keys are theirs, and the mark's last.
func (b *Boards) checkOne(ctx context.Context, db redis.UniversalClient, keys []string, table string,
	tell func(context.Context, []user) error,
) error {
	boards, key := keys[:len(keys)-1], keys[len(keys)-1]
	m, err := readCheckpoint(ctx, db, key)
	if err != nil {
		return err
	}
	now, err := b.position(ctx, table)
	if err != nil {
		return err
	}
	sizes, err := sizesOf(ctx, db, boards)
	if err != nil {
		return err
	}
	if m.known() && m.seen.lost(sizes, now, table == "appels") {
		b.log.Warn("tableau perdu dans Redis, rebâti", "clés", boards)
		if err := db.Del(ctx, keys...).Err(); err != nil { // all: they are counted together
			return fmt.Errorf("boards: %w", err)
		}
		m = checkpoint{}
	}
	if !m.known() {
		return b.rebuild(ctx, db, key, boards, now, tell)
	}
	if err := b.changed(ctx, table, m.sure, tell); err != nil {
		return err
	}
	seen := newSizes(sizes, now) // as they were before: what goes while we work is found the next time
	at := strconv.FormatInt(m.at.UnixMilli(), 10)
	switch {
	case time.Since(m.at) >= markAge:
		return writeCheckpoint(ctx, db, key, fieldAt, at, checkpoint{sure: m.next, next: now, at: time.Now(), seen: seen})
	case seen.text != m.seen.text:
		m.seen = seen
		return writeCheckpoint(ctx, db, key, fieldAt, at, m)
	}
	return nil
}

func sizesOf(ctx context.Context, db redis.UniversalClient, boards []string) ([]int64, error) {
	pipe := db.Pipeline()
	cmds := make([]*redis.IntCmd, len(boards))
	for i, key := range boards {
		cmds[i] = pipe.ZCard(ctx, key)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("boards: sizes: %w", err)
	}
	list := make([]int64, len(boards))
	for i, cmd := range cmds {
		list[i] = cmd.Val()
	}
	return list, nil
}

func (b *Boards) rebuild(ctx context.Context, db redis.UniversalClient, key string, boards []string, now position,
	tell func(context.Context, []user) error,
) error {
	claim, err := startRebuild(ctx, db, key)
	if err != nil {
		return fmt.Errorf("boards: rebuild: %w", err)
	}
	if err := b.everyone(ctx, tell); err != nil {
		return err
	}
	sizes, err := sizesOf(ctx, db, boards)
	if err != nil {
		return err
	}
	b.log.Info("tableaux rebâtis depuis le registre", "registre", strings.Trim(key, "{}"), "comptes", now.user)
	return writeCheckpoint(ctx, db, key, claim, rebuildStarted,
		checkpoint{sure: now.rewind(), next: now, at: time.Now(), seen: newSizes(sizes, now)})
}

func (b *Boards) position(ctx context.Context, table string) (p position, err error) {
	err = b.stores.SQL.Read.QueryRow(ctx,
		`SELECT (SELECT COALESCE(MAX(id), 0) FROM `+table+`), (SELECT COALESCE(MAX(id), 0) FROM utilisateurs)`).
		Scan(&p.row, &p.user)
	return p, err
}

// position is a place in the ledger: the greatest numbers of its rows.
type position struct{ row, user int64 }

// rewind gives a place far enough behind that whatever was being written down
// when the position was read lies after it.
func (p position) rewind() position {
	return position{max(0, p.row-rewindRows), max(0, p.user-rewindRows)}
}

// rewindRows is more rows than all instances together can have between their
// number and their commit: each has at most a pool of connections at work.
const rewindRows = 1000

// checkpoint says up to where the boards of a database hold the ledger. It stands in
// Redis beside them, so that a Redis back on an old file brings its own mark.
type checkpoint struct {
	sure position  // up to here for certain
	next position  // sure, once the mark is markAge old
	at   time.Time // zero: there is no mark
	seen sizes
}

func (m checkpoint) known() bool { return !m.at.IsZero() }

// Fields of a mark in Redis.
const (
	fieldAt      = "instant"
	fieldSizes   = "tailles"
	fieldRebuild = "rebatit:" // + the name of a rebuilding under way
)

func readCheckpoint(ctx context.Context, db redis.UniversalClient, key string) (checkpoint, error) {
	f, err := db.HGetAll(ctx, key).Result()
	if err != nil {
		return checkpoint{}, fmt.Errorf("boards: mark: %w", err)
	}
	if f[fieldAt] == "" {
		return checkpoint{}, nil
	}
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(f[name], 10, 64)
		return n
	}
	return checkpoint{
		sure: position{number("ligne"), number("compte")},
		next: position{number("ligne_suivante"), number("compte_suivant")},
		at:   time.UnixMilli(number(fieldAt)),
		seen: sizes{f[fieldSizes], number("vu_ligne"), number("vu_compte")},
	}, nil
}

// sizes are how large a database's boards were when the ledger stood at a row and
// an account: what is smaller later was lost. Deleting an account makes them
// smaller as well, and costs a rebuilding.
type sizes struct {
	text      string // numbers, in the order of the keys
	row, user int64
}

func newSizes(list []int64, p position) sizes {
	return sizes{strings.Trim(fmt.Sprint(list), "[]"), p.row, p.user}
}

// lost says whether a board is smaller than it was, or the first is empty though it
// cannot be: that of all accounts, or of all who logged in.
func (was sizes) lost(now []int64, p position, accounts bool) bool {
	var old []int64
	for _, field := range strings.Fields(was.text) {
		n, _ := strconv.ParseInt(field, 10, 64)
		old = append(old, n)
	}
	for i, n := range now {
		if i < len(old) && n < old[i] {
			return true
		}
	}
	return now[0] == 0 && (accounts && p.user > was.user || !accounts && p.row > was.row)
}

// startRebuild notes that a rebuilding begins and gives the field under which, at its
// end, the mark may be written. Each has its own: processes that rebuild at once
// must not make each other begin anew for ever.
func startRebuild(ctx context.Context, db redis.UniversalClient, key string) (field string, err error) {
	field = fieldRebuild + rand.Text()
	return field, db.HSet(ctx, key, field, rebuildStarted).Err()
}

// rebuildStarted is the value of a claim's field.
const rebuildStarted = "1"

// writeCheckpoint writes a mark where field still has the expected value; otherwise
// nothing happens, and the next check begins anew.
func writeCheckpoint(ctx context.Context, db redis.UniversalClient, key, field, expected string, m checkpoint) error {
	_, err := store.EvalAll(ctx, db, store.Call{
		Script: markScript, Keys: []string{key},
		Args: []any{
			field, expected,
			"ligne", m.sure.row, "compte", m.sure.user,
			"ligne_suivante", m.next.row, "compte_suivant", m.next.user,
			fieldAt, m.at.UnixMilli(),
			fieldSizes, m.seen.text, "vu_ligne", m.seen.row, "vu_compte", m.seen.user,
		},
	})
	if err != nil {
		return fmt.Errorf("boards: mark: %w", err)
	}
	return nil
}
