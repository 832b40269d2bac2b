package admin

import (
	"context"
	"fmt"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/inbox"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// Block closes an account and ends all its sessions; reason is what its user is
// told. Errors: ErrAbsent, ErrSelf, ErrLastAdmin, ErrNotAdmin,
// store.ErrUnavailable; those of all actions.
func (a *Admin) Block(ctx context.Context, actor Actor, login, reason string) error {
	return a.actAndRevoke(ctx, actor, login, action{action: "BLOQUER", reason: reason, shuts: true}, reason,
		func(ctx context.Context, tx store.Tx, t target) error {
			return setState(ctx, tx, t, accounts.Blocked)
		})
}

// Unblock opens an account again that was blocked or expelled.
func (a *Admin) Unblock(ctx context.Context, actor Actor, login string) error {
	_, err := a.act(ctx, actor, login, action{
		action: "DEBLOQUER", toSelf: true,
		do: func(ctx context.Context, tx store.Tx, t target) error {
			if err := setState(ctx, tx, t, accounts.Active); err != nil {
				return err
			}
			return setDirective(ctx, tx, t, "expulse_jusqua", nil)
		},
	})
	return err
}

// Expel ends all sessions of a user and, when pause is not 0, refuses logins until it
// is over.
func (a *Admin) Expel(ctx context.Context, actor Actor, login string, pause time.Duration, reason string) error {
	return a.actAndRevoke(ctx, actor, login, action{action: "EXPULSER", reason: reason, shuts: pause > 0}, reason,
		func(ctx context.Context, tx store.Tx, t target) error {
			if pause == 0 {
				return nil
			}
			return setDirective(ctx, tx, t, "expulse_jusqua", store.At(time.Now().Add(pause)))
		})
}

// SetPassword gives a user a new password, to be changed at the next login.
// Further errors: *hashing.Busy.
func (a *Admin) SetPassword(ctx context.Context, actor Actor, login, password string) error {
	hash, err := a.Accounts.Hash(ctx, actor.Login, password)
	if err != nil {
		return err
	}
	return a.actAndRevoke(ctx, actor, login, action{action: "NOUVEAUMDP"}, protocol.SaidPassword,
		func(ctx context.Context, tx store.Tx, t target) error {
			if _, err := tx.Exec(ctx, `UPDATE utilisateurs SET mot_de_passe = ? WHERE id = ?`, hash, t.ID); err != nil {
				return err
			}
			return setDirective(ctx, tx, t, "mdp_a_changer", 1)
		})
}

// SetRole gives a user another role. The sessions end: each holds the role of its
// login.
func (a *Admin) SetRole(ctx context.Context, actor Actor, login string, role accounts.Role) error {
	return a.actAndRevoke(ctx, actor, login, action{action: "ROLE", reason: string(role), shuts: role != accounts.Admin},
		protocol.SaidRole,
		func(ctx context.Context, tx store.Tx, t target) error {
			_, err := tx.Exec(ctx, `UPDATE utilisateurs SET role = ? WHERE id = ?`, string(role), t.ID)
			return err
		})
}

// actAndRevoke does an action after which the user's tokens are revoked and the
// connections closed, on all instances; said is the text of their last line, which
// also stands in the news.
func (a *Admin) actAndRevoke(ctx context.Context, actor Actor, login string, d action, said string,
	do func(ctx context.Context, tx store.Tx, t target) error,
) error {
	var tokens []string
	d.do = func(ctx context.Context, tx store.Tx, t target) (err error) {
		if err := inbox.Add(ctx, tx, t.ID, inbox.Expelled, said); err != nil {
			return err
		}
		if err := do(ctx, tx, t); err != nil {
			return err
		}
		tokens, err = accounts.DeleteTokens(ctx, tx, t.ID, "")
		return err
	}
	if _, err := a.act(ctx, actor, login, d); err != nil {
		return err
	}
	a.Accounts.Revoke(ctx, tokens, event("EXPULSE", said))
	return nil
}

func setState(ctx context.Context, tx store.Tx, t target, state string) error {
	_, err := tx.Exec(ctx, `UPDATE utilisateurs SET etat = ? WHERE id = ?`, state, t.ID)
	return err
}

// setDirective sets a column of what is decided for an account.
func setDirective(ctx context.Context, tx store.Tx, t target, column string, value any) error {
	done, err := tx.Exec(ctx, `UPDATE consignes SET `+column+` = ? WHERE utilisateur_id = ?`, value, t.ID)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO consignes (utilisateur_id, `+column+`) VALUES (?, ?)`, t.ID, value)
	return err
}

// Delete makes an account anonymous: its login and address are free again, its
// sales and calls stay in the ledger without a name, what it had for sale is
// withdrawn.
func (a *Admin) Delete(ctx context.Context, actor Actor, login, reason string) error {
	if err := a.Stores.Redis.Ping(ctx); err != nil {
		return fmt.Errorf("admin: delete: %w", err) // whoever takes the login next must find nothing there
	}
	var user ledger.User
	err := a.actAndRevoke(ctx, actor, login, action{action: accounts.ActionDelete, reason: reason, shuts: true}, reason,
		func(ctx context.Context, tx store.Tx, t target) error {
			user = t.Quota()
			return erase(ctx, tx, t)
		})
	if err != nil {
		return err
	}
	if err := a.Quota.Forget(ctx, user); err != nil {
		a.Log.Warn("compte supprimé, fenêtres restées dans Redis", "login", login, "erreur", err)
	}
	if err := a.Stats.Forget(ctx, login, accounts.Anonymous(user.ID)); err != nil {
		a.Log.Warn("compte supprimé, resté dans les tableaux", "login", login, "erreur", err)
	}
	return nil
}

func erase(ctx context.Context, tx store.Tx, t target) error {
	name := accounts.Anonymous(t.ID)
	for _, s := range []struct {
		query string
		args  []any
	}{
		{
			`UPDATE utilisateurs SET login = ?, email = ?, prenom = '', nom = '', mot_de_passe = '', role = ?, etat = ? WHERE id = ?`,
			[]any{name, name, string(accounts.Student), accounts.Deleted, t.ID},
		},
		{`UPDATE articles SET etat = 'retire' WHERE vendeur_id = ? AND etat = 'en_vente'`, []any{t.ID}},
		// The archive last: rows come there from connexions, and never go back.
		{`UPDATE connexions SET adresse = '' WHERE utilisateur_id = ?`, []any{t.ID}},
		{`UPDATE connexions_archive SET adresse = '' WHERE utilisateur_id = ?`, []any{t.ID}},
		{`DELETE FROM annonces WHERE vendeur_id = ?`, []any{t.ID}},
		{`DELETE FROM consignes WHERE utilisateur_id = ?`, []any{t.ID}},
		{`DELETE FROM refus WHERE utilisateur_id = ?`, []any{t.ID}},
		{`DELETE FROM refs WHERE utilisateur_id = ?`, []any{t.ID}},
	} {
		if _, err := tx.Exec(ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return inbox.Forget(ctx, tx, t.ID)
}

// Reset empties both windows of a user (RAZ): in SQL by an instant on Redis's
// clock, after which slots count, then in Redis. Where Redis fails in between,
// the windows there are compared with the ledger at their next refusal, or by QUOTA.
func (a *Admin) Reset(ctx context.Context, actor Actor, login string) error {
	at, err := a.Quota.Clock(ctx, login)
	if err != nil {
		return fmt.Errorf("admin: reset: %w", err)
	}
	var later []string
	t, err := a.act(ctx, actor, login, action{
		action: "RAZ", toSelf: true,
		do: func(ctx context.Context, tx store.Tx, t target) (err error) {
			if later, err = a.Quota.Reset(ctx, tx, t.Quota(), at); err != nil {
				return err
			}
			return inbox.Add(ctx, tx, t.ID, inbox.Reset, protocol.SaidReset)
		},
	})
	if err != nil {
		return err
	}
	if err := a.Quota.Empty(ctx, t.Quota(), at, later); err != nil {
		a.Log.Warn("RAZ écrite, fenêtres non vidées dans Redis", "login", login, "erreur", err)
	}
	a.Notifier.SendTo(ctx, t.ID, event("ANNONCE", protocol.SaidReset))
	return nil
}

// Announce tells everybody who is logged in.
func (a *Admin) Announce(ctx context.Context, actor Actor, text string) error {
	err := a.record(ctx, actor, "ANNONCE", text, func(ctx context.Context, tx store.Tx) error {
		return inbox.AddForAll(ctx, tx, text)
	})
	if err != nil {
		return err
	}
	a.Notifier.Broadcast(ctx, event("ANNONCE", text))
	return nil
}
