package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"etuservices/server/store"
)

// Registration is a new account, its values already judged and folded.
type Registration struct {
	User
	Password string
	// Allowed, when given, says first whether the account may be opened at all.
	Allowed func(ctx context.Context) error
	// Then, when given, is done in the same transaction.
	Then func(ctx context.Context, tx *sql.Tx, u User) error
}

// Apply opens an account for whoever asks, within the limits of his address.
// Errors: *TooMany, those of Allowed and of Register.
func (a *Accounts) Apply(ctx context.Context, from From, r Registration) (User, error) {
	err := a.door.through(ctx, func(ctx context.Context) error {
		if err := r.Allowed(ctx); err != nil {
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
	return a.open(ctx, r)
}

// Register opens an account. Errors: *Taken, *hashing.Busy, store.ErrUnavailable.
func (a *Accounts) Register(ctx context.Context, r Registration) (User, error) {
	if err := a.free(ctx, r.User); err != nil {
		return User{}, err
	}
	return a.open(ctx, r)
}

func (a *Accounts) open(ctx context.Context, r Registration) (User, error) {
	hash, err := a.Hasher.Hash(ctx, r.Password)
	if err != nil {
		return User{}, err
	}
	user := r.User
	err = a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `
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
	a.announce(ctx, user)
	return user, nil
}

// announce puts the newcomer among those who never called. The boards' own
// check does it later where Redis does not answer.
func (a *Accounts) announce(ctx context.Context, user User) {
	if a.OnRegister == nil {
		return
	}
	if _, err := store.Run(ctx, a.Stores.Redis.DB1, a.OnRegister(user.Login)...); err != nil {
		a.Log.Warn("nouveau compte non porté aux tableaux", "erreur", err)
	}
}

func (a *Accounts) free(ctx context.Context, u User) error {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	for _, c := range []struct{ column, value string }{{"login", u.Login}, {"email", u.Email}} {
		var one int
		err := a.Stores.SQL.Read.QueryRowContext(ctx,
			`SELECT 1 FROM utilisateurs WHERE `+c.column+` = ?`, c.value).Scan(&one)
		switch {
		case err == nil:
			return &Taken{Field: c.column}
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("accounts: is %s free: %w", c.column, store.Classify(err))
		}
	}
	return nil
}

// EnsureAdmin makes sure that an administrator of this login and password
// exists (ETU_ADMIN_LOGIN, ETU_ADMIN_PASSWORD). Several servers may start at once.
func (a *Accounts) EnsureAdmin(ctx context.Context, login, password string) error {
	_, err := a.Register(ctx, Registration{Password: password, User: User{
		Login: login, Email: login + "@admin.etuservices.invalid",
		FirstName: "Admin", LastName: "EtuServices", Role: Admin,
	}})
	var taken *Taken
	if !errors.As(err, &taken) {
		return err
	}
	_, hash, err := a.find(ctx, login)
	if err != nil {
		return err
	}
	same, err := a.Hasher.Match(ctx, password, hash)
	if err != nil {
		return err
	}
	if !same {
		if hash, err = a.Hasher.Hash(ctx, password); err != nil {
			return err
		}
	}
	_, err = a.Stores.SQL.Write.ExecContext(ctx,
		`UPDATE utilisateurs SET role = ?, mot_de_passe = ? WHERE login = ?`, string(Admin), hash, login)
	return store.Classify(err)
}
