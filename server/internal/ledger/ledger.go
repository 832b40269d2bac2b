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

// ledger reads the slots of a window, as of a moment of Redis's own clock: those that
// count, and the IDs of those that a RAZ took out.
func (l *Limiter) ledger(ctx context.Context, user User, kind Kind, now time.Time) (entries []entry, reset map[string]bool, err error) {
	if l.stores.Health.Missing(store.NeedSQL) {
		return nil, nil, store.ErrUnavailable
	}
	since, future := store.At(now.Add(-l.rule.Window)), store.At(now.Add(futureSlack))
	reset = make(map[string]bool)
	err = l.stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var e entry
		var counts bool
		err := rows.Scan(&e.id, &e.stamp, &counts)
		if counts {
			entries = append(entries, e)
		} else {
			reset[e.id] = true
		}
		return err
	}, `
		SELECT l.creneau, l.instant, `+notReset+` FROM `+kind.table()+` l
		JOIN utilisateurs u ON u.id = l.utilisateur_id
		WHERE l.utilisateur_id = ? AND l.instant > ? ORDER BY l.instant`, future, future, user.ID, since)
	return entries, reset, err
}

// Totals are the user's logins and counted calls since the account was opened.
type Totals struct {
	Logins    int64
	Listings  int64 // counted calls of VENTE
	Purchases int64 // counted calls of ACHAT
}

// ErrNoAccount is a user who was deleted or blocked, or whose session was ended together
// with the whole ledger (admin.Clear), in the middle of a call.
var ErrNoAccount error = &protocol.Error{Code: protocol.AUTH}

// counting is how a call of each kind is counted in the user's row.
const (
	countLogin = `nb_connexions = nb_connexions + 1, ` +
		// Logins are not written down in the order of their stamps.
		`derniere_connexion = CASE WHEN derniere_connexion > ? THEN derniere_connexion ELSE ? END`
	countListing  = `nb_ventes = nb_ventes + 1`
	countPurchase = `nb_achats = nb_achats + 1`
)

// ConfirmLogin decides for certain whether the slot of a login may be used: it locks the
// user's row and counts the ledger's rows of the window. The caller writes the slot into
// the ledger in the same transaction, and judges whether the account may log in. Errors:
// *Exceeded, ErrNoAccount, store.ErrUnavailable.
func (l *Limiter) ConfirmLogin(ctx context.Context, tx store.Tx, slot Reservation) (Totals, State, error) {
	var b store.Batch
	at := store.At(slot.Stamp)
	c := l.confirm(&b, slot, countLogin, at, at)
	if err := l.stores.SQL.RunBatch(ctx, tx, &b); err != nil {
		return Totals{}, State{}, fmt.Errorf("ledger: confirm: %w", err)
	}
	state, err := c.decide()
	return c.totals, state, err
}

// confirmation is the check that decides whether a slot may be used: the user's
// row is locked by counting the call in it, before any article's, and then the
// user's totals and window are read. A transaction that was waited for at the lock
// is among what is read, for every statement sees what is committed.
type confirmation struct {
	limiter *Limiter
	slot    Reservation
	totals  Totals
	found   bool
	stamps  []int64 // milliseconds, ascending
	future  int     // entries stamped by a clock that was set back
}

// confirm adds the statements of a confirmation to b. set counts the call.
func (l *Limiter) confirm(b *store.Batch, slot Reservation, set string, args ...any) *confirmation {
	c := &confirmation{limiter: l, slot: slot}
	b.Exec(`UPDATE utilisateurs SET `+set+` WHERE id = ?`, append(args, slot.User.ID)...)

	since, latest := store.At(slot.Stamp.Add(-l.rule.Window)), store.At(slot.Stamp.Add(futureSlack))
	state := `u.etat = 'actif'`
	if slot.Kind == Logins { // a blocked user learns it from accounts
		state = `u.etat <> 'supprime'`
	}
	b.Query(c.scan, `
		SELECT u.nb_connexions, u.nb_ventes, u.nb_achats, l.instant
		FROM utilisateurs u LEFT JOIN `+slot.Kind.table()+` l
		  ON l.utilisateur_id = u.id AND l.instant > ? AND `+notReset+`
		WHERE u.id = ? AND `+state+` ORDER BY l.instant`, since, latest, latest, slot.User.ID)
	return c
}

// scan reads one entry of the window, and the totals beside it.
func (c *confirmation) scan(rows *sql.Rows) error {
	var stamp store.Instant
	if err := rows.Scan(&c.totals.Logins, &c.totals.Listings, &c.totals.Purchases, &stamp); err != nil {
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
	if !c.found || c.slot.Kind == Calls && c.totals.Logins == 0 { // no session without a login
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
