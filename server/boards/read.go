package boards

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/store"
)

// Sizes of the boards (contract section 2, STATS).
const (
	lastRows  = 10
	topRows   = 3
	leastRows = 10
)

// Row is one row of a board. Figure is a number of logins or calls, or the
// instant of a login in Unix milliseconds.
type Row struct {
	Rank   int
	Name   string
	Figure int64
}

// Instant reads the figure of Last.
func (r Row) Instant() store.Instant { return store.AtMilli(r.Figure) }

// Last gives the last distinct users to log in, newest first.
func (b *Boards) Last(ctx context.Context) ([]Row, error) {
	return b.best(ctx, keyLast, lastRows)
}

// Top gives those who logged in most.
func (b *Boards) Top(ctx context.Context) ([]Row, error) { return b.best(ctx, keyTotal, topRows) }

func (b *Boards) best(ctx context.Context, key string, n int) ([]Row, error) {
	if err := b.awaitMark(ctx, b.stores.Redis.DB0, keyLoginMark); err != nil {
		return nil, err
	}
	answers, err := store.Run(ctx, b.stores.Redis.DB0, store.Call{Script: bestScript, Keys: []string{key}, Args: []any{n}})
	if err != nil {
		return nil, fmt.Errorf("boards: %s: %w", key, err)
	}
	list, _ := answers[0].([]any)
	rows := make([]Row, 0, n)
	for i := 0; i+1 < len(list); i += 2 {
		name, _ := list[i].(string)
		score, _ := list[i+1].(string)
		figure, err := strconv.ParseFloat(score, 64)
		if err != nil {
			return nil, fmt.Errorf("boards: %s: %w", key, err)
		}
		rows = append(rows, Row{Name: name, Figure: int64(figure)})
	}
	return ranked(rows), nil
}

// Least gives those who called the services least, those who never did first.
func (b *Boards) Least(ctx context.Context) ([]Row, error) {
	if err := b.awaitMark(ctx, b.stores.Redis.DB1, keyCallMark); err != nil {
		return nil, err
	}
	list, err := b.stores.Redis.DB1.ZRangeWithScores(ctx, keyCalls, 0, leastRows-1).Result()
	if err != nil {
		return nil, fmt.Errorf("boards: least: %w", store.Classify(err))
	}
	return ranked(rowsOf(list)), nil
}

// Services gives both services, most used first.
func (b *Boards) Services(ctx context.Context) ([]Row, error) {
	if err := b.awaitMark(ctx, b.stores.Redis.DB1, keyCallMark); err != nil {
		return nil, err
	}
	list, err := b.stores.Redis.DB1.ZRangeWithScores(ctx, keyService, 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("boards: services: %w", store.Classify(err))
	}
	rows := rowsOf(list)
	for _, name := range []string{"achat", "vente"} {
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.Name == name }) {
			rows = append(rows, Row{Name: name})
		}
	}
	slices.SortFunc(rows, func(x, y Row) int {
		return cmp.Or(cmp.Compare(y.Figure, x.Figure), cmp.Compare(x.Name, y.Name))
	})
	return ranked(rows), nil
}

func rowsOf(list []redis.Z) []Row {
	rows := make([]Row, len(list))
	for i, z := range list {
		name, _ := z.Member.(string)
		rows[i] = Row{Name: name, Figure: int64(z.Score)}
	}
	return rows
}

// ranked numbers rows that stand in order: equal figures share a rank (1, 1, 3).
func ranked(rows []Row) []Row {
	for i := range rows {
		rows[i].Rank = i + 1
		if i > 0 && rows[i].Figure == rows[i-1].Figure {
			rows[i].Rank = rows[i-1].Rank
		}
	}
	return rows
}

// awaitMark makes sure that boards which Redis forgot are rebuilt before they
// are read. While SQL does not answer they are shown as they are.
func (b *Boards) awaitMark(ctx context.Context, db redis.UniversalClient, mark string) error {
	known, err := db.HExists(ctx, mark, fieldAt).Result()
	if err != nil {
		return fmt.Errorf("boards: %w", store.Classify(err))
	}
	if known || b.stores.Health.Missing(store.NeedSQL) || time.Since(time.Unix(0, b.failed.Load())) < rebuildPause {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, rebuildWait)
	defer cancel()
	if err := b.Check(ctx); err != nil {
		b.failed.Store(time.Now().UnixNano())
		b.log.Warn("tableaux montrés sans avoir été rebâtis", "erreur", err)
	}
	return nil
}

const (
	// rebuildWait is how long a reader of forgotten boards waits for them.
	rebuildWait = 2 * time.Second
	// rebuildPause is how long readers do not wait after they did in vain.
	rebuildPause = 5 * time.Second
)
