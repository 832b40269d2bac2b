package stats

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
)

// Sizes of the boards (PROTOCOL.md §5, STATS).
const (
	lastRows  = 10
	topRows   = 3
	leastRows = 10
)

// Row is one row of a board. Value is a number of logins or calls, or the instant of
// a login in Unix milliseconds.
type Row struct {
	Rank  int
	Name  string
	Value int64
}

// Instant is the Value of a row of the last logins.
func (r Row) Instant() store.Instant { return store.AtMilli(r.Value) }

// Logins gives the last distinct users to log in, newest first, and those who
// logged in most, in one round trip.
func (b *Boards) Logins(ctx context.Context) (last, top []Row, err error) {
	return b.known(ctx, b.logins)
}

func (b *Boards) logins(ctx context.Context) (known bool, last, top []Row, err error) {
	keys := []string{keyLoginCheckpoint, keyLast, keyTotal}
	answer, err := store.Eval(ctx, b.stores.Redis.DB0,
		store.Call{Script: bestScript, Keys: keys, Args: []any{fieldAt, lastRows, topRows}})
	if err != nil {
		return false, nil, nil, fmt.Errorf("stats: logins: %w", err)
	}
	list, ok := answer.([]any)
	if !ok || len(list) != len(keys) {
		return false, nil, nil, fmt.Errorf("stats: logins: unexpected answer of Redis: %T", answer)
	}
	if last, err = best(list[1]); err == nil {
		top, err = best(list[2])
	}
	return list[0] == int64(1), last, top, err
}

// best reads members and their scores.
func best(answer any) ([]Row, error) {
	list, _ := answer.([]any)
	rows := make([]Row, 0, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		name, _ := list[i].(string)
		score, _ := list[i+1].(string)
		figure, err := strconv.ParseFloat(score, 64)
		if err != nil {
			return nil, fmt.Errorf("stats: score: %w", err)
		}
		rows = append(rows, Row{Name: name, Value: int64(figure)})
	}
	return ranked(rows), nil
}

// Calls gives those who called the services least, those who never did first,
// and both services, most used first, in one round trip.
func (b *Boards) Calls(ctx context.Context) (least, services []Row, err error) {
	return b.known(ctx, b.calls)
}

func (b *Boards) calls(ctx context.Context) (known bool, least, services []Row, err error) {
	pipe := b.stores.Redis.DB1.Pipeline()
	checkpoint := pipe.HExists(ctx, keyCallCheckpoint, fieldAt)
	fewest := pipe.ZRangeWithScores(ctx, keyCalls, 0, leastRows-1)
	all := pipe.ZRangeWithScores(ctx, keyService, 0, -1)
	if _, err := pipe.Exec(ctx); err != nil {
		return false, nil, nil, fmt.Errorf("stats: calls: %w", err)
	}
	return checkpoint.Val(), ranked(rowsOf(fewest.Val())), byUse(rowsOf(all.Val())), nil
}

// byUse ranks the services, those that nobody used too.
func byUse(rows []Row) []Row {
	for _, name := range []string{"achat", "vente"} {
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.Name == name }) {
			rows = append(rows, Row{Name: name})
		}
	}
	slices.SortFunc(rows, func(x, y Row) int {
		return cmp.Or(cmp.Compare(y.Value, x.Value), cmp.Compare(x.Name, y.Name))
	})
	return ranked(rows)
}

func rowsOf(list []redis.Z) []Row {
	rows := make([]Row, len(list))
	for i, z := range list {
		name, _ := z.Member.(string)
		rows[i] = Row{Name: name, Value: int64(z.Score)}
	}
	return rows
}

// ranked numbers rows that stand in order: equal values share a rank (1, 1, 3).
func ranked(rows []Row) []Row {
	for i := range rows {
		rows[i].Rank = i + 1
		if i > 0 && rows[i].Value == rows[i-1].Value {
			rows[i].Rank = rows[i-1].Rank
		}
	}
	return rows
}

// known reads two boards; those that Redis lost are rebuilt and read again. While SQL
// does not answer they are shown as they are.
func (b *Boards) known(ctx context.Context,
	read func(ctx context.Context) (known bool, first, second []Row, err error),
) (first, second []Row, err error) {
	known, first, second, err := read(ctx)
	if err != nil || known || b.stores.Health.Missing(store.NeedSQL) ||
		time.Since(time.Unix(0, b.failed.Load())) < rebuildPause {
		return first, second, err
	}
	checking, cancel := context.WithTimeout(ctx, rebuildWait)
	err = b.Check(checking)
	cancel()
	if err != nil {
		b.failed.Store(time.Now().UnixNano())
		b.log.Warn("tableaux montrés sans avoir été rebâtis", "erreur", err)
	}
	_, first, second, err = read(ctx)
	return first, second, err
}

const (
	// rebuildWait is how long a reader of lost boards waits for them to be rebuilt.
	rebuildWait = 2 * time.Second
	// rebuildPause is how long, after a rebuild that failed, readers do not wait.
	rebuildPause = 5 * time.Second
)
