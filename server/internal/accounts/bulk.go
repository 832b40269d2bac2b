package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"etuservices/server/internal/store"
)

const (
	// bulkBatch is how many accounts one statement opens or looks for.
	bulkBatch = 500
	// bulkTime bounds the transaction that opens 2,000 accounts: half a second on a
	// quiet machine.
	bulkTime = 30 * time.Second
)

// CreateAll opens accounts in one transaction, all or none, whose users must change
// their passwords at the first login. then is done in it for each batch of logins.
// Errors: *Taken, *hashing.Busy, store.ErrUnavailable.
func (a *Accounts) CreateAll(ctx context.Context, list []Registration, then func(ctx context.Context, tx store.Tx, logins []string) error) error {
	hashes := make([]string, len(list))
	for i, r := range list {
		var err error
		if hashes[i], err = a.Hash(ctx, "", r.Password); err != nil {
			return err
		}
	}
	err := a.Stores.SQL.TxWithin(ctx, bulkTime, func(ctx context.Context, tx store.Tx) error {
		for begin := 0; begin < len(list); begin += bulkBatch {
			end := min(begin+bulkBatch, len(list))
			logins, err := insertMany(ctx, tx, list[begin:end], hashes[begin:end])
			if err != nil {
				return err
			}
			if err := then(ctx, tx, logins); err != nil {
				return err
			}
		}
		return nil
	})
	if store.IsDuplicate(err) {
		return &Taken{Field: store.DuplicateKey(err)}
	}
	if err != nil {
		return fmt.Errorf("accounts: create all: %w", err)
	}
	for some := range slices.Chunk(list, bulkBatch) {
		a.publishNew(ctx, loginsOf(some)...)
	}
	return nil
}

func loginsOf(list []Registration) []string {
	logins := make([]string, len(list))
	for i, r := range list {
		logins[i] = r.Login
	}
	return logins
}

func insertMany(ctx context.Context, tx store.Tx, list []Registration, hashes []string) (logins []string, err error) {
	const columns = 7
	args, now := make([]any, 0, columns*len(list)), store.At(time.Now())
	for i, r := range list {
		args = append(args, r.Login, r.Email, r.FirstName, r.LastName, hashes[i], string(r.Role), now)
	}
	rows := strings.Repeat(", (?, ?, ?, ?, ?, ?, ?)", len(list))[2:]
	if _, err := tx.Exec(ctx,
		`INSERT INTO utilisateurs (login, email, prenom, nom, mot_de_passe, role, cree_le) VALUES `+rows, args...); err != nil {
		return nil, err
	}
	logins = loginsOf(list)
	in, args := store.InClause(logins)
	_, err = tx.Exec(ctx,
		`INSERT INTO consignes (utilisateur_id, mdp_a_changer) SELECT id, 1 FROM utilisateurs WHERE login `+in, args...)
	return logins, err
}

// TakenAmong gives those of some values that accounts have; column is "login" or
// "email". Errors: store.ErrUnavailable.
func (a *Accounts) TakenAmong(ctx context.Context, column string, values []string) (map[string]bool, error) {
	taken := make(map[string]bool)
	for some := range slices.Chunk(values, bulkBatch) {
		in, args := store.InClause(some)
		found, err := store.Column[string](ctx, a.Stores.SQL.Read.Conn,
			`SELECT `+column+` FROM utilisateurs WHERE `+column+` `+in, args...)
		if err != nil {
			return nil, fmt.Errorf("accounts: is %s free: %w", column, err)
		}
		for _, value := range found {
			taken[value] = true
		}
	}
	return taken, nil
}
