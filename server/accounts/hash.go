package accounts

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/alexedwards/argon2id"

	"etuservices/server/heap"
)

// HashCost is OWASP's first choice for argon2id (Password Storage Cheat Sheet):
// 19 MiB, two passes, one lane; about 19 ms of one core.
var HashCost = argon2id.Params{
	Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32,
}

// Busy is a line for password checks that is too long: try again in After.
type Busy struct{ After time.Duration }

func (e *Busy) Error() string { return fmt.Sprintf("accounts: hashers busy, again in %v", e.After) }

// Hasher checks passwords, few at a time: unbounded, 64 checks at once take
// five times as long as in line, and starve those who are logged in.
type Hasher struct {
	cost  argon2id.Params
	slots chan struct{}
	wait  time.Duration
	dummy string
	line  pressure
}

// NewHasher makes a hasher that keeps one core free for those who are logged
// in, and refuses (*Busy) who would wait longer than wait. Tests may pass a
// lower cost; no setting reaches it.
func NewHasher(cost argon2id.Params, wait time.Duration) (*Hasher, error) {
	dummy, err := argon2id.CreateHash("personne", &cost)
	if err != nil {
		return nil, fmt.Errorf("accounts: dummy hash: %w", err)
	}
	return &Hasher{
		cost:  cost,
		slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1)),
		wait:  wait,
		dummy: dummy,
		line:  pressure{tell: heap.Pressed},
	}, nil
}

// Hash gives a salted hash in PHC form.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	hash, err := argon2id.CreateHash(password, &h.cost)
	if err != nil {
		return "", fmt.Errorf("accounts: hash: %w", err)
	}
	return hash, nil
}

// Match compares a password with a hash; an empty hash, for an unknown login,
// costs the same and never matches.
func (h *Hasher) Match(ctx context.Context, password, hash string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("accounts: compare: %w", err)
	}
	return ok && known, nil
}

func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	default:
	}
	h.line.join()
	defer h.line.leave()
	timer := time.NewTimer(h.wait)
	defer timer.Stop()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return &Busy{After: h.wait}
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) leave() { <-h.slots }
