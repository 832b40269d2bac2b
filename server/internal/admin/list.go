package admin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// listBatch is how many accounts are read at once while searching.
const listBatch = 500

// expelled is the state shown of an account that is thrown out for some time.
const expelled = "expulse"

// Account is an account as administrators see it.
type Account struct {
	accounts.User
	State string // actif, bloque or expulse
}

// Page is one page of a list.
type Page struct {
	Accounts []Account
	Next     string // "" on the last page
}

// List gives accounts by their logins, behind the login after; each word of
// query stands somewhere in login, names or address, without regard to case and
// accents. Errors: store.ErrUnavailable.
func (a *Admin) List(ctx context.Context, query, after string, limit int) (Page, error) {
	ctx, cancel := context.WithTimeout(ctx, store.SQLTimeout)
	defer cancel()
	words := strings.Fields(protocol.Fold(query))
	var page Page
	for {
		batch, err := a.batch(ctx, after)
		if err != nil {
			return Page{}, fmt.Errorf("admin: list: %w", store.Classify(err))
		}
		for _, u := range batch {
			if !matches(u, words) {
				continue
			}
			if len(page.Accounts) == limit {
				page.Next = page.Accounts[limit-1].Login
				return page, nil
			}
			page.Accounts = append(page.Accounts, u)
		}
		if len(batch) < listBatch {
			return page, nil
		}
		after = batch[len(batch)-1].Login
	}
}

func (a *Admin) batch(ctx context.Context, after string) (list []Account, err error) {
	rows, err := a.Stores.SQL.Read.QueryContext(ctx, `
		SELECT u.id, u.login, u.email, u.prenom, u.nom, u.role, u.etat, c.expulse_jusqua
		FROM utilisateurs u LEFT JOIN consignes c ON c.utilisateur_id = u.id
		WHERE u.login > ? AND u.login < ? ORDER BY u.login LIMIT ?`, after, accounts.AnonymousMark, listBatch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var u Account
		var until store.Instant
		if err := rows.Scan(&u.ID, &u.Login, &u.Email, &u.FirstName, &u.LastName, (*string)(&u.Role), &u.State, &until); err != nil {
			return nil, err
		}
		if u.State == ledger.Active && !until.IsZero() && until.After(time.Now()) {
			u.State = expelled
		}
		list = append(list, u)
	}
	return list, rows.Err()
}

func matches(u Account, words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := protocol.Fold(u.Login + " " + u.FirstName + " " + u.LastName + " " + u.Email)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
