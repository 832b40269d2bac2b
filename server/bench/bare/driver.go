package bare

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
)

// instance is written into the ledger.
const instance = "pilote-nu"

// Driver does the stores' part of verbs. It is safe for concurrent use.
type Driver struct {
	stores *store.Stores
	rule   ledger.Rule

	take, look, best, calls, journal *redis.Script
}

// User is one user and his keys.
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

// New makes a driver whose scripts are loaded.
func New(ctx context.Context, stores *store.Stores, rule ledger.Rule) (*Driver, error) {
	take, look := ledger.Scripts()
	best, calls, journal := stats.Scripts()
	d := &Driver{stores: stores, rule: rule}
	for _, s := range []struct {
		to   **redis.Script
		from *store.Script
	}{{&d.take, take}, {&d.look, look}, {&d.best, best}, {&d.calls, calls}, {&d.journal, journal}} {
		*s.to = redis.NewScript(s.from.Text())
		if err := (*s.to).Load(ctx, stores.Redis.DB0).Err(); err != nil {
			return nil, fmt.Errorf("bare: %w", err)
		}
	}
	return d, nil
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

// numbers reads a script's answer.
func numbers(cmd *redis.Cmd, atLeast int) ([]any, error) {
	list, err := cmd.Slice()
	if err != nil {
		return nil, err
	}
	if len(list) < atLeast {
		return nil, fmt.Errorf("%w: %v", ErrUnexpected, list)
	}
	return list, nil
}

func newSlot() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}
