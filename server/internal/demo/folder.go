package demo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/alexedwards/argon2id"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/store"
)

// mark is the row of the table reglages by which stores know that they are the
// demonstration's.
const mark = "demonstration"

// Marked says whether these stores are the demonstration's.
func Marked(ctx context.Context, stores *store.Stores) (bool, error) {
	var one int
	err := stores.SQL.Read.QueryRowContext(ctx, `SELECT 1 FROM reglages WHERE nom = ?`, mark).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("demo: %w", store.Classify(err))
	}
	return true, nil
}

// claim marks stores that are empty, or that a demonstration filled before there
// was a mark.
func claim(ctx context.Context, stores *store.Stores) error {
	marked, err := Marked(ctx, stores)
	if marked || err != nil {
		return err
	}
	var accountsThere int
	if err := stores.SQL.Read.QueryRowContext(ctx, `SELECT COUNT(*) FROM utilisateurs`).Scan(&accountsThere); err != nil {
		return fmt.Errorf("demo: %w", store.Classify(err))
	}
	if accountsThere > 0 {
		known, err := Known(ctx, stores)
		if err != nil {
			return err
		}
		if !known.Admin {
			return ErrOthers
		}
	}
	_, err = stores.SQL.Write.ExecContext(ctx, `INSERT INTO reglages (nom, valeur) VALUES (?, 'oui')`, mark)
	return store.Classify(err)
}

// KnownAccounts are those of the demonstration's accounts that still have its
// password, which everybody knows.
type KnownAccounts struct {
	Logins []string
	Admin  bool // its administrator is one of them
}

// Known finds them. It compares one hash for each of the demonstration's logins
// that is there, and no other.
func Known(ctx context.Context, stores *store.Stores) (KnownAccounts, error) {
	logins := []string{AdminLogin}
	for _, s := range students {
		logins = append(logins, s.Login)
	}
	in, args := store.InClause(logins)
	rows, err := stores.SQL.Read.QueryContext(ctx,
		`SELECT login, role, mot_de_passe FROM utilisateurs WHERE login `+in+` ORDER BY login`, args...)
	if err != nil {
		return KnownAccounts{}, fmt.Errorf("demo: %w", store.Classify(err))
	}
	defer rows.Close()
	var known KnownAccounts
	for rows.Next() {
		var login, role, hash string
		if err := rows.Scan(&login, &role, &hash); err != nil {
			return KnownAccounts{}, fmt.Errorf("demo: %w", store.Classify(err))
		}
		if ok, err := argon2id.ComparePasswordAndHash(Password, hash); err != nil || !ok {
			continue // a hash that cannot be read lets nobody in
		}
		known.Logins = append(known.Logins, login)
		known.Admin = known.Admin || accounts.Role(role) == accounts.Admin
	}
	return known, store.Classify(rows.Err())
}
