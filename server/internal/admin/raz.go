package admin

import (
	"context"
	"database/sql"
	"fmt"
)

// Reset empties both windows of a user (RAZ): in SQL by an instant on Redis's
// clock, after which slots count, then in Redis. Where Redis fails in between,
// the window there is held against the ledger at its next refusal.
func (a *Admin) Reset(ctx context.Context, actor Actor, login string) error {
	at, err := a.Quota.Clock(ctx, login)
	if err != nil {
		return fmt.Errorf("admin: reset: %w", err)
	}
	var later []string
	t, err := a.act(ctx, actor, login, action{
		action: "RAZ", toSelf: true,
		do: func(ctx context.Context, tx *sql.Tx, t target) (err error) {
			later, err = a.Quota.Reset(ctx, tx, t.Quota(), at)
			return err
		},
	})
	if err != nil {
		return err
	}
	if err := a.Quota.Empty(ctx, t.Quota(), at, later); err != nil {
		a.Log.Warn("RAZ écrite, fenêtres non vidées dans Redis", "login", login, "erreur", err)
	}
	a.SendTo(ctx, t.ID, event("ANNONCE", "L'administration a remis vos deux quotas à zéro."))
	return nil
}

// Announce tells everybody who is logged in.
func (a *Admin) Announce(ctx context.Context, actor Actor, text string) error {
	err := a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := a.enter(ctx, tx, actor); err != nil {
			return err
		}
		return a.audit(ctx, tx, actor, "ANNONCE", target{}, text)
	})
	if err != nil {
		return err
	}
	a.say(actor, "ANNONCE", "", text)
	a.Broadcast(ctx, event("ANNONCE", text))
	return nil
}
