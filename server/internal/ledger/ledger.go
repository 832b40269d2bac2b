package ledger

import (
	"context"
	"database/sql"
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

// counting is how a call of each kind is counted in the user's row.
const (
	countLogin = `nb_connexions = nb_connexions + 1, ` +
		// Logins are not written down in the order of their stamps.
		`derniere_connexion = CASE WHEN derniere_connexion > ? THEN derniere_connexion ELSE ? END`
	countListing  = `nb_ventes = nb_ventes + 1`
	countPurchase = `nb_achats = nb_achats + 1`
)

// ConfirmLogin decides for certain whether the slot of a login may be used, see
// confirmation. The caller writes the slot into the ledger in the same transaction.
// Errors: *Exceeded, ErrNoAccount, store.ErrUnavailable.
func (k *Limiter) ConfirmLogin(ctx context.Context, tx *sql.Tx, slot Reservation) (Account, State, error) {
	var b store.Batch
	at := store.At(slot.Stamp)
	c := k.confirm(&b, slot, countLogin, at, at)
	if err := k.stores.SQL.RunBatch(ctx, tx, &b); err != nil {
		return Account{}, State{}, fmt.Errorf("ledger: confirm: %w", err)
	}
	state, err := c.decide()
	return c.account, state, err
}

// confirmation is the check that decides whether a slot may be used: the user's
// row is locked by counting the call in it, before any article's, and then the
// account and its window are read. A transaction that was waited for at the lock
// is among what is read, for every statement sees what is committed.
type confirmation struct {
	limiter *Limiter
	slot    Reservation
	account Account
	found   bool
	stamps  []int64 // milliseconds, ascending
	future  int     // entries stamped by a clock that was set back
}

// confirm adds the statements of a confirmation to b. set counts the call.
func (k *Limiter) confirm(b *store.Batch, slot Reservation, set string, args ...any) *confirmation {
	c := &confirmation{limiter: k, slot: slot}
	b.Exec(`UPDATE utilisateurs SET `+set+` WHERE id = ?`, append(args, slot.User.ID)...)

	since, latest := store.At(slot.Stamp.Add(-k.rule.Window)), store.At(slot.Stamp.Add(futureSlack))
	expelled, instructions := "", ""
	if slot.Kind == Logins { // calls need not know: whoever is thrown out has no session
		expelled, instructions = ", c.expulse_jusqua", "LEFT JOIN consignes c ON c.utilisateur_id = u.id "
	}
	b.Query(c.scan, `
		SELECT u.etat, u.nb_connexions, u.nb_ventes, u.nb_achats, l.instant`+expelled+`
		FROM utilisateurs u `+instructions+`LEFT JOIN `+slot.Kind.table()+` l
		  ON l.utilisateur_id = u.id AND l.instant > ? AND `+notReset+`
		WHERE u.id = ? ORDER BY l.instant`, since, latest, latest, slot.User.ID)
	return c
}

// scan reads one entry of the window, and the account beside it.
func (c *confirmation) scan(rows *sql.Rows) error {
	var stamp store.Instant
	a := &c.account
	into := []any{&a.State, &a.Logins, &a.Listings, &a.Purchases, &stamp}
	if c.slot.Kind == Logins {
		into = append(into, &a.ExpelledUntil)
	}
	if err := rows.Scan(into...); err != nil {
		return err
	}
	c.found = true
	switch {
	case stamp.IsZero():
	case stamp.After(c.slot.Stamp.Add(futureSlack)):
		c.future++
	default:
		c.stamps = append(c.stamps, stamp.Milli())
	}
	return nil
}

// decide gives the quota with this call in it. Errors: *Exceeded, ErrNoAccount.
func (c *confirmation) decide() (State, error) {
	if !c.found || c.account.State == Deleted || c.account.State == Blocked && c.slot.Kind == Calls {
		return State{}, ErrNoAccount
	}
	rule, now, stamps := c.limiter.rule, c.slot.Stamp.UnixMilli(), c.stamps
	for range c.future {
		stamps = insert(stamps, now)
	}
	if !rule.fits(stamps, now) && !broken.FixedWindow {
		return State{}, &Exceeded{rule.state(c.slot.Kind, stamps, now)}
	}
	return rule.after(c.slot.Kind, stamps, now), nil
}
