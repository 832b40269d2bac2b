package accounts

import (
	"context"
	"database/sql"
	"fmt"

	"etuservices/server/store"
)

// Logout kills the session's token, here and in both stores.
func (a *Accounts) Logout(ctx context.Context, s *Session) error {
	if _, err := a.Stores.SQL.Write.ExecContext(ctx, `DELETE FROM jetons WHERE empreinte = ?`, s.hash); err != nil {
		return fmt.Errorf("accounts: logout: %w", store.Classify(err))
	}
	a.kill(ctx, []string{s.hash})
	a.sessions.remove(s)
	return nil
}

// ChangePassword sets a new password when the old one is right, and kills the
// user's other tokens. Errors: ErrWrong, *Busy, *TooMany, store.ErrUnavailable.
func (a *Accounts) ChangePassword(ctx context.Context, s *Session, from From, old, password string) error {
	_, hash, err := a.find(ctx, s.User.Login)
	if err != nil {
		return fmt.Errorf("accounts: find: %w", err)
	}
	if err := a.guess(ctx, from, s.User.Login, old, hash); err != nil {
		return err
	}
	if hash, err = a.Hasher.Hash(ctx, password); err != nil {
		return err
	}
	var others []string
	err = a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE utilisateurs SET mot_de_passe = ? WHERE id = ?`, hash, s.User.ID); err != nil {
			return err
		}
		if others, err = otherTokens(ctx, tx, s); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM jetons WHERE utilisateur_id = ? AND empreinte <> ?`, s.User.ID, s.hash)
		return err
	})
	if err != nil {
		return fmt.Errorf("accounts: change password: %w", err)
	}
	a.kill(ctx, others)
	return nil
}

func otherTokens(ctx context.Context, tx *sql.Tx, s *Session) (hashes []string, err error) {
	rows, err := tx.QueryContext(ctx,
		`SELECT empreinte FROM jetons WHERE utilisateur_id = ? AND empreinte <> ?`, s.User.ID, s.hash)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var h string
		if err := rows.Scan(&h); err != nil {
			return nil, err
		}
		hashes = append(hashes, h)
	}
	return hashes, rows.Err()
}

// kill ends tokens that SQL no longer has. Where Redis does not answer, they
// are dead all the same while SQL does.
func (a *Accounts) kill(ctx context.Context, hashes []string) {
	if len(hashes) == 0 {
		return
	}
	dead := make(map[string]bool, len(hashes))
	pipe := a.Stores.Redis.DB0.Pipeline()
	for _, h := range hashes {
		dead[h] = true
		pipe.Del(ctx, tokenKey(h))
	}
	a.sessions.kill(dead)
	if _, err := pipe.Exec(ctx); err != nil {
		a.Log.Warn("jetons morts non retirés de Redis", "erreur", err)
	}
}
