// Package admin holds the actions of administrators on accounts, from a session or
// from the server's own commands. Each action is written into the table audit in
// the transaction that does it and holds on all instances at once; one that ends
// sessions, empties quotas or announces something is told to those it concerns.
package admin

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
)

// failure has a code for the wire and a sentence for the command line.
type failure struct {
	code protocol.Code
	text string
}

func (f *failure) Error() string { return f.text }

// Wire is the code.
func (f *failure) Wire() *protocol.Error { return &protocol.Error{Code: f.code} }

// Failures of this package.
var (
	// ErrAbsent is a login that nobody has.
	ErrAbsent error = &failure{protocol.ABSENT, "compte inconnu"}
	// ErrSelf is an action that nobody may take on their own account.
	ErrSelf error = &failure{protocol.INTERDIT, "on ne le fait pas à son propre compte"}
	// ErrLastAdmin is an action that would leave nobody to undo it.
	ErrLastAdmin error = &failure{protocol.INTERDIT, "c'est le dernier administrateur"}
	// ErrNotAdmin is a user who is no longer an administrator.
	ErrNotAdmin error = &failure{protocol.INTERDIT, "ce n'est plus un administrateur"}
)

// Actor is who does it. An ID of 0 is the server's own command line.
type Actor struct {
	ID    int64
	Login string
	Token string // the hash of the session's token, which must live
}

// CLIActor is the server's own command line.
var CLIActor = Actor{Login: "~serveur"}

// Options are what an Admin is made of.
type Options struct {
	Stores   *store.Stores
	Accounts *accounts.Accounts
	Quota    *ledger.Limiter
	Instance string
	Stats    *stats.Boards
	Notifier Notifier
	Log      *slog.Logger
}

// Notifier brings events to users, on whichever instance they are: the cluster's hub.
type Notifier interface {
	SendTo(ctx context.Context, user int64, line string)
	Broadcast(ctx context.Context, line string)
}

// Admin is safe for concurrent use.
type Admin struct{ Options }

// New makes an Admin.
func New(o Options) *Admin { return &Admin{o} }

// target is the account that an action is about.
type target struct {
	accounts.User
	state string
}

// action is one thing done to an account.
type action struct {
	action string // the verb, as the audit has it
	reason string
	toSelf bool // one may do it to oneself
	shuts  bool // it may keep an administrator out
	do     func(ctx context.Context, tx store.Tx, t target) error
}

// act does an action in one transaction. Locks are taken in one order everywhere:
// the administrators' row (enter), the account, its articles.
func (a *Admin) act(ctx context.Context, actor Actor, login string, d action) (t target, err error) {
	err = a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := a.enter(ctx, tx, actor); err != nil {
			return err
		}
		if t, err = find(ctx, tx, login); err != nil {
			return err
		}
		if t.ID == actor.ID && !d.toSelf {
			return ErrSelf
		}
		// The lock that logins and counted calls take too.
		if _, err := tx.Exec(ctx, `UPDATE utilisateurs SET etat = etat WHERE id = ?`, t.ID); err != nil {
			return err
		}
		if err := d.do(ctx, tx, t); err != nil {
			return err
		}
		if d.shuts && t.Role == accounts.Admin {
			if err := checkAdminLeft(ctx, tx); err != nil {
				return err
			}
		}
		return a.audit(ctx, tx, actor, d.action, t, d.reason)
	})
	if err == nil {
		a.logAction(actor, d.action, login, d.reason)
	}
	return t, err
}

// record does in one transaction, with the lock of all actions, what concerns no account.
func (a *Admin) record(ctx context.Context, actor Actor, action, reason string, do func(ctx context.Context, tx store.Tx) error) error {
	err := a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := a.enter(ctx, tx, actor); err != nil {
			return err
		}
		if err := do(ctx, tx); err != nil {
			return err
		}
		return a.audit(ctx, tx, actor, action, target{}, reason)
	})
	if err == nil {
		a.logAction(actor, action, "", reason)
	}
	return err
}

// enter takes the lock that all actions share, so that two administrators cannot lock
// each other out, and makes sure that the actor still is one and that the session
// still stands.
func (a *Admin) enter(ctx context.Context, tx store.Tx, actor Actor) error {
	// A counter, for a row that does not really change locks nothing between the
	// nodes of a Galera cluster.
	if _, err := tx.Exec(ctx, `UPDATE reglages
		SET valeur = CASE valeur WHEN '' THEN '1' ELSE valeur + 1 END WHERE nom = 'verrou'`); err != nil {
		return err
	}
	if actor.ID == 0 {
		return nil
	}
	var one int
	err := tx.QueryRow(ctx,
		`SELECT 1 FROM utilisateurs WHERE id = ? AND role = ? AND etat = ?`, actor.ID, string(accounts.Admin), accounts.Active).Scan(&one)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrNotAdmin
	case err != nil:
		return err
	}
	return accounts.Alive(ctx, tx, actor.ID, actor.Token)
}

func find(ctx context.Context, tx store.Tx, login string) (t target, err error) {
	err = tx.QueryRow(ctx,
		`SELECT id, login, email, prenom, nom, role, etat FROM utilisateurs WHERE login = ?`, login).
		Scan(&t.ID, &t.Login, &t.Email, &t.FirstName, &t.LastName, (*string)(&t.Role), &t.state)
	if errors.Is(err, sql.ErrNoRows) {
		return t, ErrAbsent
	}
	return t, err
}

// checkAdminLeft fails where no administrator could log in any more. Errors:
// ErrLastAdmin.
func checkAdminLeft(ctx context.Context, tx store.Tx) error {
	var n int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM utilisateurs u LEFT JOIN consignes c ON c.utilisateur_id = u.id
		WHERE u.role = ? AND u.etat = ? AND (c.expulse_jusqua IS NULL OR c.expulse_jusqua <= ?)`,
		string(accounts.Admin), accounts.Active, store.At(time.Now())).Scan(&n)
	if err == nil && n == 0 {
		return ErrLastAdmin
	}
	return err
}

// logAction puts into the log what the audit got.
func (a *Admin) logAction(actor Actor, action, login, reason string) {
	a.Log.Info("acte d'administration", "admin", actor.Login, "acte", action, "cible", login, "raison", reason)
}

func (a *Admin) audit(ctx context.Context, tx store.Tx, actor Actor, action string, t target, reason string) error {
	_, err := a.insertAudit(ctx, tx, actor, action, t, reason)
	return err
}

// insertAudit gives the ID of the row.
func (a *Admin) insertAudit(ctx context.Context, tx store.Tx, actor Actor, action string, t target, reason string) (int64, error) {
	done, err := tx.Exec(ctx, `
		INSERT INTO audit (instant, admin_id, admin, action, cible_id, cible, raison, serveur) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		store.At(time.Now()), nullID(actor.ID), actor.Login, action, nullID(t.ID), t.Login, reason, a.Instance)
	if err != nil {
		return 0, err
	}
	return done.LastInsertId()
}

func nullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// event writes an event's line, without its end.
func event(kind, text string) string {
	var out protocol.Writer
	out.Event(kind).Text(text)
	return strings.TrimSuffix(string(out.Bytes()), "\r\n")
}
