package ledger

import (
	"context"
	"fmt"
	"time"

	"etuservices/server/internal/store"
)

// Clock gives the time of the Redis that holds a user's windows: in a Cluster,
// another node may go by another clock.
func (l *Limiter) Clock(ctx context.Context, login string) (time.Time, error) {
	h, err := l.window(ctx, User{Login: login}, Logins)
	if err != nil {
		return time.Time{}, fmt.Errorf("ledger: clock: %w", err)
	}
	return h.now, nil
}

// Reset empties both windows of a user in the ledger (raz_le), in the transaction that
// holds the lock of the user's row. Rows stamped after at, by a clock that was set back
// since, are restamped to at, so that they no longer count; Reset returns their slots.
func (l *Limiter) Reset(ctx context.Context, tx store.Tx, user User, at time.Time) (later []string, err error) {
	for _, kind := range kinds {
		slots, err := store.Column[string](ctx, tx.Conn, `SELECT creneau FROM `+kind.table()+` WHERE utilisateur_id = ? AND instant > ?`,
			user.ID, store.At(at))
		if err != nil {
			return nil, fmt.Errorf("ledger: reset: %w", err)
		}
		later = append(later, slots...)
		if _, err := tx.Exec(ctx, `UPDATE `+kind.table()+` SET instant = ? WHERE utilisateur_id = ? AND instant > ?`,
			store.At(at), user.ID, store.At(at)); err != nil {
			return nil, fmt.Errorf("ledger: reset: %w", err)
		}
	}
	_, err = tx.Exec(ctx, `UPDATE utilisateurs SET raz_le = ? WHERE id = ?`, store.At(at), user.ID)
	return later, err
}

// Empty removes from both windows in Redis the slots that Reset took out of the ledger:
// those up to until, and later, which are the slots that Reset returned. The windows
// stay known.
func (l *Limiter) Empty(ctx context.Context, user User, until time.Time, later []string) error {
	for _, kind := range kinds {
		args := make([]any, 0, 3+len(later))
		args = append(args, until.UnixMilli(), until.Add(futureSlack).UnixMilli(), l.rule.Window.Milliseconds())
		for _, slot := range later {
			args = append(args, slot)
		}
		if _, err := store.Eval(ctx, l.stores.Redis.DB0,
			store.Call{Script: emptyScript, Keys: []string{windowKey(user, kind)}, Args: args}); err != nil {
			return err
		}
	}
	return nil
}

// Forget removes what Redis has of a deleted account: its windows, visits, refusals and
// last calls. Whoever registers the login next begins with unknown windows.
func (l *Limiter) Forget(ctx context.Context, user User) error {
	own := "etu:{" + user.Login + "}:"
	pipe := l.stores.Redis.DB0.Pipeline()
	for _, kind := range kinds {
		pipe.Del(ctx, windowKey(user, kind), knownKey(user, kind))
	}
	pipe.Del(ctx, own+"visites")
	pipe.Del(ctx, refusalsKey(user.Login))
	if _, err := pipe.Exec(ctx); err != nil {
		return err
	}
	return l.stores.Redis.DB1.Del(ctx, own+"appels").Err()
}
