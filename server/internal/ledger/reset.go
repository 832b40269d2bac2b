package ledger

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"etuservices/server/internal/store"
)

//go:embed empty.lua
var emptyText string

var emptyScript = store.NewScript(emptyText)

// Clock gives the time of the Redis that holds a user's windows: in a Cluster,
// another node may go by another clock.
func (k *Limiter) Clock(ctx context.Context, login string) (time.Time, error) {
	h, err := k.window(ctx, User{Login: login}, Logins)
	if err != nil {
		return time.Time{}, fmt.Errorf("quota: clock: %w", err)
	}
	return h.now, nil
}

// Reset empties both windows of a user in the ledger, in the transaction that
// holds the lock of the user's row: what is written down by now was so at the
// instant at most, whatever clock stamped it, and what comes after it counts. It
// gives the slots whose stamps it changed.
func (k *Limiter) Reset(ctx context.Context, tx store.Tx, user User, at time.Time) (later []string, err error) {
	for _, kind := range kinds {
		slots, err := store.Column[string](ctx, tx.Conn, `SELECT creneau FROM `+kind.table()+` WHERE utilisateur_id = ? AND instant > ?`,
			user.ID, store.At(at))
		if err != nil {
			return nil, fmt.Errorf("quota: reset: %w", err)
		}
		later = append(later, slots...)
		if _, err := tx.Exec(ctx, `UPDATE `+kind.table()+` SET instant = ? WHERE utilisateur_id = ? AND instant > ?`,
			store.At(at), user.ID, store.At(at)); err != nil {
			return nil, fmt.Errorf("quota: reset: %w", err)
		}
	}
	_, err = tx.Exec(ctx, `UPDATE utilisateurs SET raz_le = ? WHERE id = ?`, store.At(at), user.ID)
	return later, err
}

// Empty does in Redis what Reset did in the ledger. The windows stay known: the
// ledger, too, counts what comes after.
func (k *Limiter) Empty(ctx context.Context, user User, until time.Time, later []string) error {
	for _, kind := range kinds {
		args := make([]any, 0, 3+len(later))
		args = append(args, until.UnixMilli(), until.Add(futureSlack).UnixMilli(), k.rule.Window.Milliseconds())
		for _, slot := range later {
			args = append(args, slot)
		}
		if _, err := store.Eval(ctx, k.stores.Redis.DB0,
			store.Call{Script: emptyScript, Keys: []string{windowKey(user, kind)}, Args: args}); err != nil {
			return err
		}
	}
	return nil
}

// Forget removes all that Redis knows of a login: whoever has it next begins
// with windows that are unknown, and filled from their own ledger.
func (k *Limiter) Forget(ctx context.Context, user User) error {
	own := "etu:{" + user.Login + "}:"
	pipe := k.stores.Redis.DB0.Pipeline()
	for _, kind := range [...]Kind{Logins, Calls} {
		pipe.Del(ctx, windowKey(user, kind), knownKey(user, kind))
	}
	pipe.Del(ctx, own+"visites")
	pipe.Del(ctx, refusalsKey(user.Login))
	if _, err := pipe.Exec(ctx); err != nil {
		return err
	}
	return k.stores.Redis.DB1.Del(ctx, own+"appels").Err()
}
