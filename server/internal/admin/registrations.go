package admin

import (
	"context"
	"database/sql"
	"fmt"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/store"
)

// What the table reglages has of registrations, and the wire says.
const (
	opened = "ouvertes"
	closed = "fermees"
)

// RegistrationsOpen says whether anybody may open an account.
func (a *Admin) RegistrationsOpen(ctx context.Context) (bool, error) {
	return a.StillOpen(ctx, a.Stores.SQL.Read)
}

// StillOpen is RegistrationsOpen in the transaction that opens an account: until
// that ends, nobody closes registration. Errors: store.ErrUnavailable.
func (a *Admin) StillOpen(ctx context.Context, from store.RowReader) (bool, error) {
	var value string
	err := from.QueryRowContext(ctx,
		`SELECT valeur FROM reglages WHERE nom = 'inscriptions'`+a.Stores.SQL.SharedLock()).Scan(&value)
	if err != nil {
		return false, fmt.Errorf("admin: registrations: %w", store.Classify(err))
	}
	return value != closed, nil
}

// OpenRegistrations opens or closes registration on all instances.
func (a *Admin) OpenRegistrations(ctx context.Context, actor Actor, open bool) error {
	value := closed
	if open {
		value = opened
	}
	err := a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := a.enter(ctx, tx, actor); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE reglages SET valeur = ? WHERE nom = 'inscriptions'`, value); err != nil {
			return err
		}
		return a.audit(ctx, tx, actor, "INSCRIPTIONS", target{}, value)
	})
	if err == nil {
		a.say(actor, "INSCRIPTIONS", "", value)
	}
	return err
}

// Add opens an account, whether registration is open or not. Further errors:
// *accounts.Taken, *hashing.Busy.
func (a *Admin) Add(ctx context.Context, actor Actor, r accounts.Registration) error {
	r.Then = func(ctx context.Context, tx *sql.Tx, u accounts.User) error {
		return a.audit(ctx, tx, actor, "AJOUTER", target{User: u}, string(u.Role))
	}
	_, err := a.Accounts.Create(ctx, r)
	if err == nil {
		a.say(actor, "AJOUTER", r.User.Login, string(r.User.Role))
	}
	return err
}
