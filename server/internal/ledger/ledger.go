package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/broken"
	"etuservices/server/internal/store"
)

// entry is a row of the ledger as a window holds it.
type entry struct {
	id    string
	stamp store.Instant
}

func appendEntries(args []any, entries []entry) []any {
	for _, e := range entries {
		args = append(args, e.id, e.stamp.Milli())
	}
	return args
}

// table is the part of the ledger that a quota counts.
func (k Kind) table() string {
	if k == Logins {
		return "connexions"
	}
	return "appels"
}

// notReset holds for rows after the last RAZ, and for today's where the clock was
// set back since: its two parameters are where the future begins.
const notReset = `(u.raz_le IS NULL OR l.instant > u.raz_le OR (u.raz_le > ? AND l.instant <= ?))`

// ledger reads the slots of a window for filling it in Redis, as of a moment of
// Redis's own clock: those after the last RAZ.
func (k *Limiter) ledger(ctx context.Context, user User, kind Kind, now time.Time) ([]entry, error) {
	if k.stores.Health.Missing(store.NeedSQL) {
		return nil, store.ErrUnavailable
	}
	since, future := store.At(now.Add(-k.rule.Window)), store.At(now.Add(futureSlack))
	rows, err := k.stores.SQL.Read.QueryContext(ctx, `
		SELECT l.creneau, l.instant FROM `+kind.table()+` l
		JOIN utilisateurs u ON u.id = l.utilisateur_id
		WHERE l.utilisateur_id = ? AND l.instant > ? AND `+notReset+`
		ORDER BY l.instant`, user.ID, since, future, future)
	if err != nil {
		return nil, store.Classify(err)
	}
	defer rows.Close()
	var entries []entry
	for rows.Next() {
		var e entry
		if err := rows.Scan(&e.id, &e.stamp); err != nil {
			return nil, store.Classify(err)
		}
		entries = append(entries, e)
	}
	return entries, store.Classify(rows.Err())
}

// Account is the user's row as the ledger's transaction finds and leaves it.
type Account struct {
	State string // Active, Blocked or Deleted
	// ExpelledUntil is when an administrator lets the user log in again.
	ExpelledUntil store.Instant
	Logins        int64
	Listings      int64 // counted calls of VENTE
	Purchases     int64 // counted calls of ACHAT
}

// Calls is the number of counted calls of both services.
func (a Account) Calls() int64 { return a.Listings + a.Purchases }

// States of an account, as its row has them. Of a deleted one the row stays,
// without a name, for the ledger.
const (
	Active  = "actif"
	Blocked = "bloque"
	Deleted = "supprime"
)

// ErrNoAccount is a user who was deleted, or blocked in the middle of a call.
var ErrNoAccount error = &protocol.Error{Code: protocol.AUTH}

// Confirm decides for certain whether slot may be used: it locks the user's
// row (a lock taken before any article's) by setting what set says, the user's
// counter at least, and counts the ledger. Its error may be *Exceeded. The
// caller writes the slot into the ledger in the same transaction.
func (k *Limiter) Confirm(ctx context.Context, tx *sql.Tx, slot Reservation, set string, args ...any) (Account, State, error) {
	done, err := tx.ExecContext(ctx, `UPDATE utilisateurs SET `+set+` WHERE id = ?`, append(args, slot.User.ID)...)
	if err != nil {
		return Account{}, State{}, fmt.Errorf("quota: lock the account: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return Account{}, State{}, errors.Join(ErrNoAccount, err)
	}
	account, stamps, err := k.count(ctx, tx, slot)
	if err != nil {
		return account, State{}, err
	}
	if account.State == Deleted || account.State == Blocked && slot.Kind == Calls {
		return account, State{}, ErrNoAccount
	}
	now := slot.Stamp.UnixMilli()
	if !k.rule.fits(stamps, now) && !broken.FixedWindow {
		return account, State{}, &Exceeded{k.rule.state(slot.Kind, stamps, now)}
	}
	return account, k.rule.after(slot.Kind, stamps, now), nil
}

// count reads the account and the stamps of its window in one statement.
func (k *Limiter) count(ctx context.Context, tx *sql.Tx, slot Reservation) (a Account, stamps []int64, err error) {
	since, latest := store.At(slot.Stamp.Add(-k.rule.Window)), slot.Stamp.Add(futureSlack)
	expelled, instructions := "", ""
	into := []any{&a.State, &a.Logins, &a.Listings, &a.Purchases, nil}
	if slot.Kind == Logins { // calls need not know: whoever is thrown out has no session
		expelled, instructions = ", c.expulse_jusqua", "LEFT JOIN consignes c ON c.utilisateur_id = u.id "
		into = append(into, &a.ExpelledUntil)
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT u.etat, u.nb_connexions, u.nb_ventes, u.nb_achats, l.instant`+expelled+`
		FROM utilisateurs u `+instructions+`LEFT JOIN `+slot.Kind.table()+` l
		  ON l.utilisateur_id = u.id AND l.instant > ? AND `+notReset+`
		WHERE u.id = ? ORDER BY l.instant`, since, store.At(latest), store.At(latest), slot.User.ID)
	if err != nil {
		return a, nil, fmt.Errorf("quota: count the window: %w", err)
	}
	defer rows.Close()
	future := 0
	for rows.Next() {
		var stamp store.Instant
		into[4] = &stamp
		if err := rows.Scan(into...); err != nil {
			return a, nil, fmt.Errorf("quota: count the window: %w", err)
		}
		switch {
		case stamp.IsZero():
		case stamp.After(latest): // of a clock that was set back
			future++
		default:
			stamps = append(stamps, stamp.Milli())
		}
	}
	for range future {
		stamps = insert(stamps, slot.Stamp.UnixMilli())
	}
	return a, stamps, rows.Err()
}
