package admin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"etuservices/server/internal/accounts"
)

// ErrStudent is a login that was to be an administrator's and is a student's.
var ErrStudent = errors.New("ce login est celui d'un étudiant")

// Ensure makes sure that an administrator of this login exists. It changes none
// who does: not the password, which is asked for only where the account is
// created, nor whether the account is blocked. Several servers may start at once.
// Errors: ErrStudent, *accounts.Invalid, those of password, store.ErrUnavailable.
func (a *Admin) Ensure(ctx context.Context, login string, password func() (string, error)) error {
	exists, err := a.exists(ctx, login)
	if exists || err != nil {
		return err
	}
	word, err := password()
	if err != nil {
		return err
	}
	if err := accounts.ValidatePassword(word); err != nil {
		return err
	}
	err = a.create(ctx, login, word)
	var taken *accounts.Taken
	if errors.As(err, &taken) && taken.Field == "login" { // by another server that starts
		_, err = a.exists(ctx, login)
		return err
	}
	if err == nil {
		a.Log.Info("administrateur créé", "login", login)
	}
	return err
}

// exists says whether an administrator has the login, and in the log what is to
// be known of the account.
func (a *Admin) exists(ctx context.Context, login string) (bool, error) {
	var role, state string
	err := a.Stores.SQL.Read.QueryRow(ctx, `SELECT role, etat FROM utilisateurs WHERE login = ?`, login).Scan(&role, &state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("admin: ensure: %w", err)
	case accounts.Role(role) != accounts.Admin:
		return false, ErrStudent
	case state == accounts.Blocked:
		a.Log.Warn("l'administrateur est bloqué et le reste", "login", login,
			"pour le débloquer", "etuservices-server user unblock "+login)
	default:
		a.Log.Info("l'administrateur existe déjà ; son mot de passe reste le sien", "login", login,
			"pour le changer", "etuservices-server user passwd "+login)
	}
	return true, nil
}

// mostAddresses bounds the search for an address that is free: accounts that were
// opened before the domain was reserved may have the first ones.
const mostAddresses = 100

func (a *Admin) create(ctx context.Context, login, password string) (err error) {
	for n := range mostAddresses {
		address := login + "@" + accounts.ReservedDomain
		if n > 0 {
			address = fmt.Sprintf("%s-%d@%s", login, n+1, accounts.ReservedDomain)
		}
		err = a.Add(ctx, CLIActor, accounts.Registration{Password: password, User: accounts.User{
			Login: login, Email: address, FirstName: "Admin", LastName: "EtuServices", Role: accounts.Admin,
		}})
		var taken *accounts.Taken
		if !errors.As(err, &taken) || taken.Field != "email" {
			return err
		}
	}
	return err
}
