package admin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
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

// List gives accounts by their logins, from the one after the given login; each word of
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
			return Page{}, fmt.Errorf("admin: list: %w", err)
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
	err = a.Stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var u Account
		var until store.Instant
		err := rows.Scan(&u.ID, &u.Login, &u.Email, &u.FirstName, &u.LastName, (*string)(&u.Role), &u.State, &until)
		u.State = shownState(u.State, until)
		list = append(list, u)
		return err
	}, `
		SELECT u.id, u.login, u.email, u.prenom, u.nom, u.role, u.etat, c.expulse_jusqua
		FROM utilisateurs u LEFT JOIN consignes c ON c.utilisateur_id = u.id
		WHERE u.login > ? AND u.login < ? ORDER BY u.login LIMIT ?`, after, accounts.AnonymousMark, listBatch)
	return list, err
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

// What the table reglages has of registrations, and the wire says.
const (
	opened = "ouvertes"
	closed = "fermees"
)

// RegistrationsOpen says whether anybody may open an account.
func (a *Admin) RegistrationsOpen(ctx context.Context) (bool, error) {
	return a.StillOpen(ctx, a.Stores.SQL.Read.Conn)
}

// StillOpen is RegistrationsOpen in the transaction that opens an account: until
// that ends, nobody closes registration. Errors: store.ErrUnavailable.
func (a *Admin) StillOpen(ctx context.Context, from store.Conn) (bool, error) {
	var value string
	err := from.QueryRow(ctx,
		`SELECT valeur FROM reglages WHERE nom = 'inscriptions'`+a.Stores.SQL.SharedLock()).Scan(&value)
	if err != nil {
		return false, fmt.Errorf("admin: registrations: %w", err)
	}
	return value != closed, nil
}

// OpenRegistrations opens or closes registration on all instances.
func (a *Admin) OpenRegistrations(ctx context.Context, actor Actor, open bool) error {
	value := closed
	if open {
		value = opened
	}
	return a.record(ctx, actor, "INSCRIPTIONS", value, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE reglages SET valeur = ? WHERE nom = 'inscriptions'`, value)
		return err
	})
}

// actionAdd is what the audit calls the opening of an account.
const actionAdd = "AJOUTER"

// Add opens an account, whether registration is open or not. Further errors:
// *accounts.Taken, *hashing.Busy.
func (a *Admin) Add(ctx context.Context, actor Actor, r accounts.Registration) error {
	r.Then = func(ctx context.Context, tx store.Tx, u accounts.User) error {
		return a.audit(ctx, tx, actor, actionAdd, target{User: u}, string(u.Role))
	}
	_, err := a.Accounts.Create(ctx, r)
	if err == nil {
		a.logAction(actor, actionAdd, r.User.Login, string(r.User.Role))
	}
	return err
}

// AddAll opens accounts, all or none, whose users must change their passwords.
// Further errors: *accounts.Taken, *hashing.Busy.
func (a *Admin) AddAll(ctx context.Context, actor Actor, list []accounts.Registration) error {
	const reason = "import"
	err := a.Accounts.CreateAll(ctx, list, func(ctx context.Context, tx store.Tx, logins []string) error {
		in, args := store.InClause(logins)
		_, err := tx.Exec(ctx, `
			INSERT INTO audit (instant, admin_id, admin, action, cible_id, cible, raison, serveur)
			SELECT ?, ?, ?, ?, id, login, ?, ? FROM utilisateurs WHERE login `+in,
			append([]any{store.At(time.Now()), nullID(actor.ID), actor.Login, actionAdd, reason, a.Instance}, args...)...)
		return err
	})
	if err == nil {
		a.logAction(actor, actionAdd, fmt.Sprint(len(list), " comptes"), reason)
	}
	return err
}

// NoteExport writes into the audit that all that the stores have of everybody was read.
func (a *Admin) NoteExport(ctx context.Context, actor Actor) error {
	return a.record(ctx, actor, "EXPORT", "", func(context.Context, store.Tx) error { return nil })
}

// ProfileRows is how many entries of each kind a profile has.
const ProfileRows = 10

// Profile is an account with what the ledger has of it lately, newest first.
type Profile struct {
	Account
	Created store.Instant
	Shut    Shut // zero where the account is active
	Logins  []LoginEntry
	Calls   []CallEntry
}

// Shut says who shut somebody out, why, and until when (zero: until they are let in).
type Shut struct {
	At, Until store.Instant
	By        string
	Reason    string
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
	err = db.QueryRow(ctx, `
		SELECT u.id, u.login, u.email, u.prenom, u.nom, u.role, u.etat, u.cree_le, c.expulse_jusqua
		FROM utilisateurs u LEFT JOIN consignes c ON c.utilisateur_id = u.id WHERE u.login = ?`, login).
		Scan(&p.ID, &p.Login, &p.Email, &p.FirstName, &p.LastName, (*string)(&p.Role), &p.State, &p.Created, &p.Shut.Until)
	if errors.Is(err, sql.ErrNoRows) {
		return Profile{}, ErrAbsent
	}
	if err == nil {
		p.State = shownState(p.State, p.Shut.Until)
		err = p.readShut(ctx, db.Conn)
	}
	if err == nil {
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

// readShut reads the act of an administrator that the account's state comes from.
func (p *Profile) readShut(ctx context.Context, db store.Conn) error {
	verb := ""
	switch p.State {
	case accounts.Blocked:
		verb, p.Shut.Until = "BLOQUER", store.Instant{}
	case expelled:
		verb = "EXPULSER"
	default:
		p.Shut = Shut{}
		return nil
	}
	err := db.QueryRow(ctx, `SELECT instant, admin, raison FROM audit WHERE cible_id = ? AND action = ? ORDER BY id DESC LIMIT 1`,
		p.ID, verb).Scan(&p.Shut.At, &p.Shut.By, &p.Shut.Reason)
	if errors.Is(err, sql.ErrNoRows) { // it was archived since
		return nil
	}
	return err
}

// shownState is the state that is shown of an account, given until when it is
// expelled.
func shownState(state string, until store.Instant) string {
	if state == accounts.Active && !until.IsZero() && until.After(time.Now()) {
		return expelled
	}
	return state
}
