package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"etuservices/server/store"
)

// ErrSame is a new password that is the old one, where it must be changed.
var ErrSame = errors.New("accounts: the same password again")

// Logout kills the session's token, on all instances and in both stores.
func (a *Accounts) Logout(ctx context.Context, s *Session) error {
	if _, err := a.Stores.SQL.Write.ExecContext(ctx, `DELETE FROM jetons WHERE empreinte = ?`, s.hash); err != nil {
		return fmt.Errorf("accounts: logout: %w", store.Classify(err))
	}
	a.sessions.remove(s)
	a.Kill(ctx, []string{s.hash}, "")
	return nil
}

// ChangePassword sets a new password when the old one is right, and kills the
// user's other tokens. Errors: ErrWrong, ErrSame, *hashing.Busy, *TooMany,
// store.ErrUnavailable.
func (a *Accounts) ChangePassword(ctx context.Context, s *Session, from From, old, password string) error {
	_, hash, err := a.find(ctx, s.User.Login)
	if err != nil {
		return fmt.Errorf("accounts: find: %w", err)
	}
	try, err := a.attempt(ctx, from, s.User.Login)
	if err != nil {
		return err
	}
	if err := a.guess(ctx, try, old, hash); err != nil {
		return err
	}
	if s.User.MustChange && old == password {
		return ErrSame
	}
	if hash, err = a.Hasher.Hash(ctx, password); err != nil {
		return err
	}
	var others []string
	err = a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE utilisateurs SET mot_de_passe = ? WHERE id = ?`, hash, s.User.ID); err != nil {
			return err
		}
		if s.User.MustChange {
			if _, err := tx.ExecContext(ctx, `UPDATE consignes SET mdp_a_changer = 0 WHERE utilisateur_id = ?`, s.User.ID); err != nil {
				return err
			}
		}
		others, err = DeleteTokens(ctx, tx, s.User.ID, s.hash)
		return err
	})
	if err != nil {
		return fmt.Errorf("accounts: change password: %w", err)
	}
	s.User.MustChange = false
	a.Kill(ctx, others, "")
	return nil
}
