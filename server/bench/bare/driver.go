package bare

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
)

// instance is written into the ledger.
const instance = "pilote-nu"

// Driver does the stores' part of verbs. It is safe for concurrent use.
type Driver struct {
	stores  *store.Stores
	rule    ledger.Rule
	grouped bool

	take, look, best, calls, journal *store.Script
}

// User is one user and the keys in Redis.
type User struct {
	ID    int64
	Login string

	windows []string // the windows of both quotas, each with its "known" mark
	journal []string
}

// NewUser makes a user ready for the drivers.
func NewUser(id int64, login string) User {
	return User{
		ID: id, Login: login,
		windows: ledger.WindowKeys(ledger.User{ID: id, Login: login}),
		journal: []string{"etu:{" + login + "}:appels"},
	}
}

// New makes a driver whose scripts are loaded. A grouped one shares round trips
// to Redis and transactions between those who come at once, as the server does.
func New(ctx context.Context, stores *store.Stores, rule ledger.Rule, grouped bool) (*Driver, error) {
	d := &Driver{stores: stores, rule: rule, grouped: grouped}
	d.take, d.look = ledger.Scripts()
	d.best, d.calls, d.journal = stats.Scripts()
	for _, s := range []*store.Script{d.take, d.look, d.best, d.calls, d.journal} {
		if err := stores.Redis.DB0.ScriptLoad(ctx, s.Text()).Err(); err != nil {
			return nil, fmt.Errorf("bare: %w", err)
		}
	}
	return d, nil
}

// eval runs scripts in one round trip, with others' or alone.
func (d *Driver) eval(ctx context.Context, db *store.DB, calls ...store.Call) ([]any, error) {
	if d.grouped {
		return db.Batch(ctx, calls...)
	}
	return store.EvalAll(ctx, db, calls...)
}

// evalList runs one script, whose answer is a list of at least so many.
func (d *Driver) evalList(ctx context.Context, call store.Call, atLeast int) ([]any, error) {
	answers, err := d.eval(ctx, d.stores.Redis.DB0, call)
	if err != nil {
		return nil, err
	}
	list, _ := answers[0].([]any)
	if len(list) < atLeast {
		return nil, fmt.Errorf("%w: %v", ErrUnexpected, answers)
	}
	return list, nil
}

// Know marks the windows of users as known, as the server's first call of each
// does; every later call renews that.
func (d *Driver) Know(ctx context.Context, users []User) error {
	pipe := d.stores.Redis.DB0.Pipeline()
	for _, u := range users {
		pipe.Set(ctx, u.windows[1], "1", d.rule.Window+time.Second)
		pipe.Set(ctx, u.windows[3], "1", d.rule.Window+time.Second)
	}
	_, err := pipe.Exec(ctx)
	return err
}

// ErrUnexpected is an answer that the bare driver does not deal with: it would
// not do the verb's work then.
var ErrUnexpected = errors.New("bare: unexpected answer")

func newSlot() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}
