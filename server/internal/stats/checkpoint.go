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
	// checkEvery is how often the boards are compared with the ledger: emptied at
	// any moment, they must be right within 10 s (PROTOCOL.md §7.5).
	checkEvery = 2 * time.Second
	// checkTurn is how long no other process checks after one began to. It is shorter
	// than checkEvery, so that a process that is alone has each of its turns.
	checkTurn = 3 * checkEvery / 4
	// confirmAfter is how old a checkpoint's candidate must be to be confirmed: a row
	// of the ledger gets its number when it is written and is seen when it is
	// committed, which takes less than this.
	confirmAfter = 10 * time.Second
	// batch is the number of users written to Redis at once.
	batch = 2000
)

// Run checks until ctx ends: once at its start, then closing checked, and from then on in
// turns with the other processes: however many there are, one of them checks every
// checkEvery. One that dies in its turn is replaced at the next.
func (b *Boards) Run(ctx context.Context, checked chan<- struct{}) {
	b.report(ctx, b.Check(ctx))
	close(checked)
	b.report(ctx, b.stores.Redis.DB1.Unlink(ctx, formerCallKeys...).Err())
	wait.Every(ctx, checkEvery, func() {
		turn, err := b.takeTurn(ctx)
		if turn {
			err = b.Check(ctx)
		}
		b.report(ctx, err)
	})
}

// takeTurn says whether this process is to check now. Two may at once, which does no harm.
func (b *Boards) takeTurn(ctx context.Context) (bool, error) {
	turn, err := b.stores.Redis.DB0.SetNX(ctx, keyTurn, 1, checkTurn).Result()
	if err != nil || turn {
		return turn, err
	}
	left, err := b.stores.Redis.DB0.PTTL(ctx, keyTurn).Result()
	if err != nil || left <= checkTurn {
		return false, err
	}
	// Redis's clock was set back since: that turn would not end.
	return true, b.stores.Redis.DB0.Set(ctx, keyTurn, 1, checkTurn).Err()
}

// report logs the failure of a check.
func (b *Boards) report(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		b.log.Warn("tableaux non vérifiés contre le registre", "erreur", err)
	}
}

// Check writes to the boards what the ledger has after the checkpoints that stand in
// Redis beside them, or everything where there is none. So it repairs a Redis that was
// emptied, one that came back on an old file, and the loss of what a process that died
// had committed and not published.
func (b *Boards) Check(ctx context.Context) error {
	if err := b.check.Acquire(ctx, 1); err != nil {
		return err
	}
	defer b.check.Release(1)
	// Side by side: while one waits for Redis the other reads SQL.
	var logins, calls error
	var both sync.WaitGroup
	both.Go(func() {
		logins = errors.Join(b.checkOne(ctx, b.loginBoards), b.lowerLast(ctx))
	})
	both.Go(func() {
		calls = errors.Join(b.checkOne(ctx, b.callBoards), b.checkJournals(ctx))
	})
	both.Wait()
	return errors.Join(logins, calls, b.forgetDeleted(ctx))
}

// lowerLast gives the last logins the ledger's instants where those are earlier:
// they were written in the future, by a clock that was set back since. Redis is
// read first, for a login is in SQL before it is here.
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
			return fmt.Errorf("stats: last logins: %w", err)
		}
	}
	return nil
}

// boards are those of one database.
type boards struct {
	db     redis.UniversalClient
	keys   []string // the last one is that of their checkpoint
	table  string   // the part of the ledger that they show
	totals func([]user) store.Call
}

func (o boards) checkpointKey() string { return o.keys[len(o.keys)-1] }

func (o boards) write(ctx context.Context, users []user) error {
	_, err := store.Eval(ctx, o.db, o.totals(users))
	return err
}

// sizes gives the number of members of each board.
func (o boards) sizes(ctx context.Context) ([]int64, error) {
	pipe := o.db.Pipeline()
	cmds := make([]*redis.IntCmd, len(o.keys)-1)
	for i := range cmds {
		if o.keys[i] == keyAccounts { // the only hash
			cmds[i] = pipe.HLen(ctx, o.keys[i])
		} else {
			cmds[i] = pipe.ZCard(ctx, o.keys[i])
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("stats: sizes: %w", err)
	}
	list := make([]int64, len(cmds))
	for i, cmd := range cmds {
		list[i] = cmd.Val()
	}
	return list, nil
}

func (b *Boards) checkOne(ctx context.Context, o boards) error {
	c, err := readCheckpoint(ctx, o.db, o.checkpointKey())
	if err != nil {
		return err
	}
	now, err := b.position(ctx, o.table)
	if err != nil {
		return err
	}
	counts, err := o.sizes(ctx)
	if err != nil {
		return err
	}
	if c.known() && c.seen.lost(counts, now, o.table == "appels") {
		b.log.Warn("tableau perdu dans Redis, rebâti", "clés", o.keys)
		if err := o.db.Del(ctx, o.keys...).Err(); err != nil { // all: they are counted together
			return fmt.Errorf("stats: %w", err)
		}
		c = checkpoint{}
	}
	if !c.known() || now.farFrom(c.confirmed) {
		return b.rebuild(ctx, o, now)
	}
	if err := b.writeChanged(ctx, o, c.confirmed); err != nil {
		return err
	}
	seen := newSizes(counts, now) // from before: the next check finds what is lost meanwhile
	at := strconv.FormatInt(c.at.UnixMilli(), 10)
	switch {
	case time.Since(c.at) >= confirmAfter:
		return writeCheckpoint(ctx, o.db, o.checkpointKey(), fieldAt, at,
			checkpoint{confirmed: c.candidate, candidate: now, at: time.Now(), seen: seen})
	case seen.text != c.seen.text:
		c.seen = seen
		return writeCheckpoint(ctx, o.db, o.checkpointKey(), fieldAt, at, c)
	}
	return nil
}

func (b *Boards) rebuild(ctx context.Context, o boards, now position) error {
	field, err := startRebuild(ctx, o.db, o.checkpointKey())
	if err != nil {
		return fmt.Errorf("stats: rebuild: %w", err)
	}
	if err := b.writeAll(ctx, o); err != nil {
		return err
	}
	counts, err := o.sizes(ctx)
	if err != nil {
		return err
	}
	b.log.Info("tableaux rebâtis depuis le registre", "registre", o.table, "comptes", now.user)
	return writeCheckpoint(ctx, o.db, o.checkpointKey(), field, rebuildStarted,
		checkpoint{confirmed: now.rewind(), candidate: now, at: time.Now(), seen: newSizes(counts, now)})
}

func (b *Boards) position(ctx context.Context, table string) (p position, err error) {
	err = b.stores.SQL.Read.QueryRow(ctx,
		`SELECT (SELECT COALESCE(MAX(id), 0) FROM `+table+`), (SELECT COALESCE(MAX(id), 0) FROM utilisateurs)`).
		Scan(&p.row, &p.user)
	return p, err
}

// position is a place in the ledger: the greatest numbers of its rows.
type position struct{ row, user int64 }

// rewind gives an earlier place, behind which all rows lie that were written and not
// yet committed when the position was read.
func (p position) rewind() position {
	return position{max(0, p.row-rewindRows), max(0, p.user-rewindRows)}
}

// farFrom says that more was written since an earlier place than one query can read before
// it is given up: Redis came back on a file of last month, or accounts were imported.
func (p position) farFrom(earlier position) bool {
	return p.row-earlier.row > mostChanged || p.user-earlier.user > mostChanged
}

// mostChanged rows are read in a tenth of store.SQLTimeout.
const mostChanged = 50_000

// rewindRows is more rows than all instances together can have between their
// number and their commit: each has at most a pool of connections at work.
const rewindRows = 1000

// checkpoint says up to where the boards of a database hold the ledger. It stands in
// Redis beside them, so that a Redis back on an old file has the checkpoint of that file.
type checkpoint struct {
	confirmed position  // everything up to here is in the boards
	candidate position  // confirmed once the checkpoint is confirmAfter old
	at        time.Time // zero: there is no checkpoint
	seen      sizes
}

func (c checkpoint) known() bool { return !c.at.IsZero() }

// Fields of a checkpoint in Redis.
const (
	fieldAt      = "instant"
	fieldSizes   = "tailles"
	fieldRebuild = "rebatit:" // + a random name of a rebuild in progress
)

// rebuildStarted is the value of such a field.
const rebuildStarted = "1"

func readCheckpoint(ctx context.Context, db redis.UniversalClient, key string) (checkpoint, error) {
	f, err := db.HGetAll(ctx, key).Result()
	if err != nil {
		return checkpoint{}, fmt.Errorf("stats: checkpoint: %w", err)
	}
	if f[fieldAt] == "" {
		return checkpoint{}, nil
	}
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(f[name], 10, 64)
		return n
	}
	return checkpoint{
		confirmed: position{number("ligne"), number("compte")},
		candidate: position{number("ligne_suivante"), number("compte_suivant")},
		at:        time.UnixMilli(number(fieldAt)),
		seen:      sizes{f[fieldSizes], number("vu_ligne"), number("vu_compte")},
	}, nil
}

// sizes are the numbers of members that a database's boards had when the ledger was at
// a row and an account: a board that has fewer later lost some.
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

// startRebuild writes a field beside the checkpoint and gives its name: the rebuild may
// write its checkpoint only if the field is still there, for then Redis was not emptied
// meanwhile. Each rebuild has its own, so that those of several processes do not make
// each other begin again.
func startRebuild(ctx context.Context, db redis.UniversalClient, key string) (field string, err error) {
	field = fieldRebuild + rand.Text()
	return field, db.HSet(ctx, key, field, rebuildStarted).Err()
}

// writeCheckpoint writes a checkpoint where field still has the expected value. Where
// it has not, nothing is written, and the next check begins again.
func writeCheckpoint(ctx context.Context, db redis.UniversalClient, key, field, expected string, c checkpoint) error {
	_, err := store.Eval(ctx, db, store.Call{
		Script: checkpointScript, Keys: []string{key},
		Args: []any{
			field, expected,
			"ligne", c.confirmed.row, "compte", c.confirmed.user,
			"ligne_suivante", c.candidate.row, "compte_suivant", c.candidate.user,
			fieldAt, c.at.UnixMilli(),
			fieldSizes, c.seen.text, "vu_ligne", c.seen.row, "vu_compte", c.seen.user,
		},
	})
	if err != nil {
		return fmt.Errorf("stats: checkpoint: %w", err)
	}
	return nil
}
