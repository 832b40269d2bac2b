package admin

import (
	"context"
	"database/sql"
	"time"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// Block closes an account and ends all its sessions; reason is what its user is
// told. Errors: ErrAbsent, ErrSelf, ErrLastAdmin, ErrNotAdmin,
// store.ErrUnavailable; as of all deeds.
func (a *Admin) Block(ctx context.Context, actor Actor, login, reason string) error {
	return a.actAndRevoke(ctx, actor, login, action{action: "BLOQUER", reason: reason, shuts: true}, reason,
		func(ctx context.Context, tx *sql.Tx, t target) error {
			return setState(ctx, tx, t, ledger.Blocked)
		})
}

// Unblock opens an account again, thrown out or blocked.
func (a *Admin) Unblock(ctx context.Context, actor Actor, login string) error {
	_, err := a.act(ctx, actor, login, action{
		action: "DEBLOQUER", toSelf: true,
		do: func(ctx context.Context, tx *sql.Tx, t target) error {
			if err := setState(ctx, tx, t, ledger.Active); err != nil {
				return err
			}
			return setDirective(ctx, tx, t, "expulse_jusqua", nil)
		},
	})
	return err
}

// Expel ends all sessions of a user and, when pause is not 0, lets him log in
// again only after it.
func (a *Admin) Expel(ctx context.Context, actor Actor, login string, pause time.Duration, reason string) error {
	return a.actAndRevoke(ctx, actor, login, action{action: "EXPULSER", reason: reason, shuts: pause > 0}, reason,
		func(ctx context.Context, tx *sql.Tx, t target) error {
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
	return a.actAndRevoke(ctx, actor, login, action{action: "NOUVEAUMDP"}, "L'administration a changé votre mot de passe.",
		func(ctx context.Context, tx *sql.Tx, t target) error {
			if _, err := tx.ExecContext(ctx, `UPDATE utilisateurs SET mot_de_passe = ? WHERE id = ?`, hash, t.ID); err != nil {
				return err
			}
			return setDirective(ctx, tx, t, "mdp_a_changer", 1)
		})
}

// actAndRevoke does a deed after which the user's tokens are dead and his connections
// closed, on all instances; said is the last that they hear.
func (a *Admin) actAndRevoke(ctx context.Context, actor Actor, login string, d action, said string,
	do func(ctx context.Context, tx *sql.Tx, t target) error,
) error {
	var tokens []string
	d.do = func(ctx context.Context, tx *sql.Tx, t target) (err error) {
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

func setState(ctx context.Context, tx *sql.Tx, t target, state string) error {
	_, err := tx.ExecContext(ctx, `UPDATE utilisateurs SET etat = ? WHERE id = ?`, state, t.ID)
	return err
}

// setDirective sets a column of what is decided for an account.
func setDirective(ctx context.Context, tx *sql.Tx, t target, column string, value any) error {
	done, err := tx.ExecContext(ctx, `UPDATE consignes SET `+column+` = ? WHERE utilisateur_id = ?`, value, t.ID)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO consignes (utilisateur_id, `+column+`) VALUES (?, ?)`, t.ID, value)
	return err
}
