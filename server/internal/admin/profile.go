package admin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/store"
)

// ProfileRows is how many entries of each kind a profile has.
const ProfileRows = 10

// Profile is an account with what the ledger has of it lately, newest first.
type Profile struct {
	Account
	Created store.Instant
	Logins  []LoginEntry
	Calls   []CallEntry
}

// LoginEntry is a login in the ledger.
type LoginEntry struct {
	At       store.Instant
	Address  string
	Instance string
}

// CallEntry is a counted call in the ledger.
type CallEntry struct {
	At       store.Instant
	Service  string
	Result   string
	Article  int64 // the article named, be there one or not
	Ref      string
	Instance string
}

// Profile gives the profile of an account. Errors: ErrAbsent, store.ErrUnavailable.
func (a *Admin) Profile(ctx context.Context, login string) (p Profile, err error) {
	ctx, cancel := context.WithTimeout(ctx, store.SQLTimeout)
	defer cancel()
	db := a.Stores.SQL.Read
	var until store.Instant
	err = db.QueryRow(ctx, `
		SELECT u.id, u.login, u.email, u.prenom, u.nom, u.role, u.etat, u.cree_le, c.expulse_jusqua
		FROM utilisateurs u LEFT JOIN consignes c ON c.utilisateur_id = u.id WHERE u.login = ?`, login).
		Scan(&p.ID, &p.Login, &p.Email, &p.FirstName, &p.LastName, (*string)(&p.Role), &p.State, &p.Created, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return Profile{}, ErrAbsent
	}
	if err == nil {
		p.State = shownState(p.State, until)
		err = db.Query(ctx, func(rows *sql.Rows) error {
			var e LoginEntry
			err := rows.Scan(&e.At, &e.Address, &e.Instance)
			p.Logins = append(p.Logins, e)
			return err
		}, `SELECT instant, adresse, serveur FROM connexions WHERE utilisateur_id = ? ORDER BY instant DESC LIMIT ?`,
			p.ID, ProfileRows)
	}
	if err == nil {
		err = db.Query(ctx, func(rows *sql.Rows) error {
			var e CallEntry
			err := rows.Scan(&e.At, &e.Service, &e.Result, &e.Article, &e.Ref, &e.Instance)
			p.Calls = append(p.Calls, e)
			return err
		}, `SELECT instant, service, resultat, COALESCE(article_id, 0), COALESCE(ref, ''), serveur
			FROM appels WHERE utilisateur_id = ? ORDER BY instant DESC LIMIT ?`, p.ID, ProfileRows)
	}
	if err != nil {
		return Profile{}, fmt.Errorf("admin: profile: %w", err)
	}
	return p, nil
}

// shownState is the state that is shown of an account, given until when it is
// expelled.
func shownState(state string, until store.Instant) string {
	if state == accounts.Active && !until.IsZero() && until.After(time.Now()) {
		return expelled
	}
	return state
}
