package quota

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"time"

	"etuservices/server/store"
)

//go:embed clock.lua
var clockText string

var clockScript = store.NewScript(clockText)

// Clock gives the time of the Redis that holds a user's windows: in a Cluster,
// another node may go by another clock.
func (k *Keeper) Clock(ctx context.Context, login string) (time.Time, error) {
	answers, err := store.Run(ctx, k.stores.Redis.DB0, store.Call{
		Script: clockScript, Keys: []string{windowKey(User{Login: login}, Logins)},
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("quota: clock: %w", err)
	}
	n, err := numbers(answers[0], 1)
	if err != nil {
		return time.Time{}, err
	}
	return time.UnixMilli(n[0]).UTC(), nil
}

// Empty takes the slots up to an instant out of both windows, which stay known:
// the ledger, too, counts what comes after it.
func (k *Keeper) Empty(ctx context.Context, user User, until time.Time) error {
	pipe := k.stores.Redis.DB0.Pipeline()
	for _, kind := range [...]Kind{Logins, Calls} {
		pipe.ZRemRangeByScore(ctx, windowKey(user, kind), "-inf", strconv.FormatInt(until.UnixMilli(), 10))
	}
	_, err := pipe.Exec(ctx)
	return store.Classify(err)
}

// Forget removes all that Redis knows of a login: whoever has it next begins
// with windows that are unknown, and filled from his own ledger.
func (k *Keeper) Forget(ctx context.Context, user User) error {
	own := "etu:{" + user.Login + "}:"
	pipe := k.stores.Redis.DB0.Pipeline()
	for _, kind := range [...]Kind{Logins, Calls} {
		pipe.Del(ctx, windowKey(user, kind), knownKey(user, kind))
	}
	pipe.Del(ctx, own+"visites")
	if _, err := pipe.Exec(ctx); err != nil {
		return store.Classify(err)
	}
	return store.Classify(k.stores.Redis.DB1.Del(ctx, own+"appels").Err())
}
