package stats

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/store"
)

//go:embed forget.lua
var forgetText string

var forgetScript = store.NewScript(forgetText)

// Forget takes a deleted account's login off the boards; anonymous is the name
// under which its calls stay in the totals of the services.
func (b *Boards) Forget(ctx context.Context, login, anonymous string) error {
	select { // a check of this process may have read the old name
	case b.check <- struct{}{}:
	case <-ctx.Done():
		return store.Classify(ctx.Err())
	}
	defer func() { <-b.check }()
	if err := b.forget(ctx, login, anonymous); err != nil {
		return err
	}
	// The boards are smaller than they were, and nothing was lost.
	return store.Classify(errors.Join(
		b.stores.Redis.DB0.HDel(ctx, keyLoginMark, fieldSizes).Err(),
		b.stores.Redis.DB1.HDel(ctx, keyCallMark, fieldSizes).Err()))
}

// forget does it; it may be done again.
func (b *Boards) forget(ctx context.Context, login, anonymous string) error {
	pipe := b.stores.Redis.DB0.Pipeline()
	pipe.ZRem(ctx, keyTotal, login)
	pipe.ZRem(ctx, keyLast, login)
	_, loginErr := pipe.Exec(ctx)
	_, callErr := store.EvalAll(ctx, b.stores.Redis.DB1, store.Call{
		Script: forgetScript,
		Keys:   []string{keyCalls, keySales, keyPurch, keyService},
		Args:   []any{login, anonymous},
	})
	if err := errors.Join(store.Classify(loginErr), callErr); err != nil {
		return fmt.Errorf("boards: forget: %w", err)
	}
	return nil
}

const (
	// ghostTime is for how long after a deletion another process may still tell
	// of the old login: what it read or committed just before. The longest
	// request and the longest check are far below it.
	ghostTime = time.Minute
	// lastDeeds bounds the end of the audit that is looked at, whose rows have
	// no index by time.
	lastDeeds = 500
)

// forgetDeleted takes off the boards whom another process put back after he was
// deleted, or who stayed because the deleting one died. A login that somebody
// new has by now is his.
func (b *Boards) forgetDeleted(ctx context.Context) error {
	rows, err := b.stores.SQL.Read.QueryContext(ctx, `
		SELECT a.cible, a.cible_id FROM audit a LEFT JOIN utilisateurs u ON u.login = a.cible
		WHERE a.id > (SELECT COALESCE(MAX(id), 0) FROM audit) - ? AND a.action = ? AND a.instant >= ? AND u.id IS NULL`,
		lastDeeds, accounts.ActionDelete, store.At(time.Now().Add(-ghostTime)))
	if err != nil {
		return fmt.Errorf("boards: ghosts: %w", store.Classify(err))
	}
	defer rows.Close()
	gone := make(map[string]int64)
	for rows.Next() {
		var login string
		var id int64
		if err := rows.Scan(&login, &id); err != nil {
			return fmt.Errorf("boards: ghosts: %w", store.Classify(err))
		}
		gone[login] = id
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("boards: ghosts: %w", store.Classify(err))
	}
	for login, id := range gone {
		if err := b.forget(ctx, login, accounts.Anonymous(id)); err != nil {
			return err
		}
	}
	return nil
}

// Rebuild throws the boards away and makes them anew from the ledger.
func (b *Boards) Rebuild(ctx context.Context) error {
	err := errors.Join(
		b.stores.Redis.DB0.Del(ctx, loginKeys...).Err(),
		b.stores.Redis.DB1.Del(ctx, callKeys...).Err(),
	)
	if err != nil {
		return fmt.Errorf("boards: rebuild: %w", store.Classify(err))
	}
	return b.Check(ctx)
}

// Totals gives the calls of both services since ever.
func (b *Boards) Totals(ctx context.Context) (sales, buys int64, err error) {
	_, rows, err := b.Calls(ctx)
	for _, r := range rows {
		switch r.Name {
		case "vente":
			sales = r.Value
		case "achat":
			buys = r.Value
		}
	}
	return sales, buys, err
}
