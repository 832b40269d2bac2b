package boards

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"etuservices/server/store"
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
	pipe := b.stores.Redis.DB0.Pipeline()
	pipe.ZRem(ctx, keyTotal, login)
	pipe.ZRem(ctx, keyLast, login)
	_, loginErr := pipe.Exec(ctx)
	_, callErr := store.Run(ctx, b.stores.Redis.DB1, store.Call{
		Script: forgetScript,
		Keys:   []string{keyCalls, keySales, keyPurch, keyService},
		Args:   []any{login, anonymous},
	})
	if err := errors.Join(store.Classify(loginErr), callErr); err != nil {
		return fmt.Errorf("boards: forget: %w", err)
	}
	return nil
}

// Rebuild throws the boards away and makes them anew from the ledger.
func (b *Boards) Rebuild(ctx context.Context) error {
	err := errors.Join(
		b.stores.Redis.DB0.Del(ctx, keyTotal, keyLast, keyLoginMark).Err(),
		b.stores.Redis.DB1.Del(ctx, keyCalls, keySales, keyPurch, keyService, keyCallMark).Err(),
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
			sales = r.Figure
		case "achat":
			buys = r.Figure
		}
	}
	return sales, buys, err
}
