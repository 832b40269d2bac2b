package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"etuservices/server/internal/store"
)

// Registration is a new account, its values already validated and folded.
type Registration struct {
	User
	Password string
	// Allowed, when given, says whether the account may be opened at all: before
	// the password is hashed, and again in the transaction, with a lock on what it
	// reads.
	Allowed func(ctx context.Context, from store.Conn) error
	// Then, when given, is done in the same transaction.
	Then func(ctx context.Context, tx store.Tx, u User) error
}

// SignUp opens an account for somebody who registers, within the limits of the address.
// Errors: *TooMany, those of r.Allowed, and those of Create.
func (a *Accounts) SignUp(ctx context.Context, from Origin, r Registration) (User, error) {
	err := a.beforeHashing(ctx, func(ctx context.Context) error {
		if err := r.Allowed(ctx, a.Stores.SQL.Read.Conn); err != nil {
			return err
		}
		if err := a.mayRegister(ctx, from); err != nil {
			return err
		}
		return a.free(ctx, r.User) // before the hashing, which costs
	})
	if err != nil {
		return User{}, err
	}
	return a.insert(ctx, from.network(), r)
}

// Create opens an account. Errors: *Taken, *hashing.Busy, store.ErrUnavailable.
func (a *Accounts) Create(ctx context.Context, r Registration) (User, error) {
	if err := a.free(ctx, r.User); err != nil {
		return User{}, err
	}
	return a.insert(ctx, "", r)
}

func (a *Accounts) insert(ctx context.Context, flow string, r Registration) (User, error) {
	hash, err := a.Hash(ctx, flow, r.Password)
	if err != nil {
		return User{}, err
	}
	user := r.User
	err = a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		if r.Allowed != nil {
			if err := r.Allowed(ctx, tx.Conn); err != nil {
				return err
			}
		}
		done, err := tx.Exec(ctx, `
			INSERT INTO utilisateurs (login, email, prenom, nom, mot_de_passe, role, cree_le)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
			user.Login, user.Email, user.FirstName, user.LastName, hash, string(user.Role), store.At(time.Now()))
		if err != nil {
			return err
		}
		if user.ID, err = done.LastInsertId(); err != nil || r.Then == nil {
			return err
		}
		return r.Then(ctx, tx, user)
	})
	if store.IsDuplicate(err) {
		return User{}, &Taken{Field: store.DuplicateKey(err)}
	}
	if err != nil {
		return User{}, fmt.Errorf("accounts: register: %w", err)
	}
	a.publishNew(ctx, user.Login)
	return user, nil
}

// publishNew adds new accounts to the leaderboard of calls. Where Redis does not
// answer, the leaderboards' own check does it later.
func (a *Accounts) publishNew(ctx context.Context, logins ...string) {
	if _, err := store.EvalAll(ctx, a.Stores.Redis.DB1, a.Stats.RegistrationUpdate(logins...)...); err != nil {
		a.Log.Warn("nouveaux comptes non portés aux tableaux", "erreur", err)
	}
}

func (a *Accounts) free(ctx context.Context, u User) error {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	for _, c := range []struct{ column, value string }{{"login", u.Login}, {"email", u.Email}} {
		var one int
		err := a.Stores.SQL.Read.QueryRow(ctx,
			`SELECT 1 FROM utilisateurs WHERE `+c.column+` = ?`, c.value).Scan(&one)
		switch {
		case err == nil:
			return &Taken{Field: c.column}
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("accounts: is %s free: %w", c.column, err)
		}
	}
	return nil
}
