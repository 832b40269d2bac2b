package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/text/secure/precis"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

// ErrSame is a new password that is the old one, where it must be changed.
var ErrSame error = protocol.Invalid("motdepasse", "Choisissez un autre mot de passe que celui qui vous a été donné.")

// Logout revokes the session's token, on all instances and in both stores.
func (a *Accounts) Logout(ctx context.Context, s *Session) error {
	if _, err := a.Stores.SQL.Write.Exec(ctx, `DELETE FROM jetons WHERE empreinte = ?`, s.hash); err != nil {
		return fmt.Errorf("accounts: logout: %w", err)
	}
	a.Registry.remove(s)
	a.Revoke(ctx, []string{s.hash}, "")
	return nil
}

// ChangePassword sets a new password when the old one is right, and revokes the
// user's other tokens. Errors: ErrWrong, ErrSame, ErrDead, *hashing.Busy,
// *TooMany, store.ErrUnavailable.
//
// The old password is compared, then the new one hashed, each after a wait. The
// transaction replaces the very hash that was compared, for a session whose
// token lives; where another hash stands there by then, all begins again.
func (a *Accounts) ChangePassword(ctx context.Context, s *Session, from Origin, old, password string) error {
	for round := range staleRounds {
		err := a.changePassword(ctx, s, from, old, password, round > 0)
		if !errors.Is(err, errStale) {
			return err
		}
	}
	return ErrWrong
}

func (a *Accounts) changePassword(ctx context.Context, s *Session, from Origin, old, password string, again bool) error {
	user, err := a.lookUp(ctx, "u.id = ?", s.User.ID)
	if err != nil {
		return fmt.Errorf("accounts: find: %w", err)
	}
	try, err := a.attempt(ctx, from, user.Login, user.Login)
	if err != nil {
		return err
	}
	if again {
		try.delay = 0
	}
	if _, err := a.verifyPassword(ctx, try, old, user.hash); err != nil {
		return err
	}
	if user.MustChange && forms(old)[0] == forms(password)[0] {
		return ErrSame
	}
	hash, err := a.Hash(ctx, try.network, password)
	if err != nil {
		return err
	}
	others, err := a.replacePassword(ctx, s, user.hash, hash)
	if err != nil {
		return fmt.Errorf("accounts: change password: %w", err)
	}
	s.User.MustChange = false
	a.Revoke(ctx, others, "")
	return nil
}

// replacePassword puts a hash in the place of another and deletes the user's
// other tokens, whose hashes it gives. Errors: ErrDead, errStale.
func (a *Accounts) replacePassword(ctx context.Context, s *Session, old, hash string) (others []string, err error) {
	err = a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		// First of all: the lock that whoever ends tokens takes, too.
		done, err := tx.Exec(ctx,
			`UPDATE utilisateurs SET mot_de_passe = ? WHERE id = ? AND mot_de_passe = ?`, hash, s.User.ID, old)
		if err != nil {
			return err
		}
		if err := Alive(ctx, tx, s.User.ID, s.hash); err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(errStale, err)
		}
		if _, err := tx.Exec(ctx,
			`UPDATE consignes SET mdp_a_changer = 0 WHERE utilisateur_id = ? AND mdp_a_changer <> 0`, s.User.ID); err != nil {
			return err
		}
		others, err = DeleteTokens(ctx, tx, s.User.ID, s.hash)
		return err
	})
	return others, err
}

// forms are what a password that was typed may have been hashed as: prepared by
// OpaqueString (RFC 8265, section 4.2), and verbatim, as before passwords were
// prepared. It is one form where they are the same, or where the profile refuses
// the password.
func forms(password string) []string {
	prepared, err := precis.OpaqueString.String(password)
	if err != nil || prepared == password {
		return []string{password}
	}
	return []string{prepared, password}
}

// Hash hashes a new password, in its turn among those of a flow
// (hashing.Hasher.Turn). Errors: *hashing.Busy, ctx's.
func (a *Accounts) Hash(ctx context.Context, flow, password string) (string, error) {
	return a.Hasher.Hash(ctx, flow, forms(password)[0])
}

// upgradeTime is the longest that a login waits for its hash to be upgraded; where it
// is not enough, the next login tries again.
const upgradeTime = time.Second

// upgrade replaces an account's hash by one of today's cost, of the password as it is
// prepared today: only a login has the password. It replaces no hash that another
// request set meanwhile. It gives the hash that the account is expected to have then.
func (a *Accounts) upgrade(ctx context.Context, try *attempt, password, old string) string {
	ctx, cancel := context.WithTimeout(ctx, upgradeTime)
	defer cancel()
	hash, err := a.replaceHash(ctx, try, password, old)
	if err != nil {
		a.Log.Warn("mot de passe haché à l'ancienne façon, jusqu'à la prochaine connexion",
			"login", try.login, "erreur", fmt.Errorf("accounts: upgrade: %w", err))
		return old
	}
	return hash
}

func (a *Accounts) replaceHash(ctx context.Context, try *attempt, password, old string) (hash string, err error) {
	if hash, err = a.Hash(ctx, try.network, password); err != nil {
		return "", err
	}
	done, err := a.Stores.SQL.Write.Exec(ctx,
		`UPDATE utilisateurs SET mot_de_passe = ? WHERE login = ? AND mot_de_passe = ?`, hash, try.login, old)
	if err != nil {
		return "", err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return old, err // somebody was first
	}
	return hash, nil
}
