// Package hashing hashes and compares passwords: few at a time, and in a process
// of its own (worker.go), so that a storm of guesses does not slow those who are
// logged in.
package hashing

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"

	"etuservices/protocol"
)

// Cost is one of the choices for argon2id that OWASP calls equal (Password
// Storage Cheat Sheet): 7 MiB, five passes, one thread; about 14 ms of one core.
// Its first choice (19 MiB, two passes) takes longer, scales worse, and costs
// those who share the memory with it more (p99 of 1.8 times beside 1.2).
var Cost = argon2id.Params{
	Memory: 7 * 1024, Iterations: 5, Parallelism: 1, SaltLength: 16, KeyLength: 32,
}

// Options are how a server hashes. Tests hash at a lower cost, and without the
// other process, where these do not matter; no setting reaches either.
type Options struct {
	Cost   argon2id.Params
	Worker bool // hash in another process
}

// Busy is a queue for password checks that is too long: try again in After.
type Busy struct{ After time.Duration }

func (e *Busy) Error() string { return fmt.Sprintf("hashing: busy, again in %v", e.After) }

// Wire is INDISPONIBLE, with the wait in whole seconds.
func (e *Busy) Wire() *protocol.Error {
	return &protocol.Error{
		Code:   protocol.INDISPONIBLE,
		Fields: protocol.Fields{protocol.IntField("apres", protocol.Seconds(e.After))},
	}
}

// Hasher checks passwords, few at a time: unbounded, 64 checks at once take
// five times as long as a few at a time, and starve those who are logged in. While Run
// runs, another process does the work.
type Hasher struct {
	Wait   time.Duration // who would wait longer is refused (*Busy)
	cost   argon2id.Params
	dummy  string // the hash of an unknown login
	atOnce int
	line   line
	worker atomic.Pointer[worker] // nil: the work is done in this process
	answer time.Duration          // a worker that is silent for so long is killed
}

// New makes a hasher that keeps one core free for those who are logged in.
// Tests may pass a lower cost; no setting reaches it.
func New(cost argon2id.Params, wait time.Duration) *Hasher {
	atOnce := max(1, runtime.GOMAXPROCS(0)-1)
	return &Hasher{
		Wait:   wait,
		cost:   cost,
		dummy:  dummyHash(cost),
		atOnce: atOnce,
		line:   line{free: atOnce},
		answer: answerTime,
	}
}

// Hash gives a salted hash in PHC form. It waits its turn as Turn does, flow being the
// user or the network for whom the password is hashed. Errors: *Busy, ctx's.
func (h *Hasher) Hash(ctx context.Context, flow, password string) (hash string, err error) {
	err = h.Turn(ctx, flow, func() error {
		result, err := h.do(Work{Password: password, Cost: h.cost})
		hash = result.Hash
		return err
	})
	return hash, err
}

// Turn does f, which may compare, once its turn has come. Turns are fair between
// flows: a flow is a network, or a user. Errors: *Busy, ctx's, f's.
func (h *Hasher) Turn(ctx context.Context, flow string, f func() error) error {
	if err := h.line.enter(ctx, flow, h.Wait); err != nil {
		return err
	}
	defer h.line.leave()
	return f()
}

// Compare says whether a password has a hash; an empty hash, for an unknown login,
// costs the same and never matches. Callers run it inside Turn.
func (h *Hasher) Compare(password, hash string) (bool, error) {
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	result, err := h.do(Work{Password: password, Hash: hash})
	return result.Match && known, err
}

// NeedsRehash says whether a hash was made with other parameters than today's.
func (h *Hasher) NeedsRehash(hash string) bool {
	params, _, _, err := argon2id.DecodeHash(hash)
	return err == nil && *params != h.cost
}

// Waiting is how many wait for their turn.
func (h *Hasher) Waiting() int { return h.line.length() }

// Work is what is asked of Argon, in this process or another.
type Work struct {
	Password string
	Hash     string          // to compare with; "": a new one is made
	Cost     argon2id.Params // of a new hash
}

// Result is what Argon answers.
type Result struct {
	Hash  string // the new one
	Match bool
}

// Argon does the work, in the form that net/rpc requires.
type Argon struct{}

// Do makes a new hash or compares with one.
func (Argon) Do(w Work, r *Result) (err error) {
	if w.Hash == "" {
		r.Hash, err = argon2id.CreateHash(w.Password, &w.Cost)
	} else {
		r.Match, err = argon2id.ComparePasswordAndHash(w.Password, w.Hash)
	}
	if err != nil {
		return fmt.Errorf("hashing: %w", err)
	}
	return nil
}

// dummyHash is a hash that no password has, at a given cost to compare with.
func dummyHash(cost argon2id.Params) string {
	random := func(n uint32) string {
		b := make([]byte, n)
		_, _ = rand.Read(b) // never fails
		return base64.RawStdEncoding.EncodeToString(b)
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		cost.Memory, cost.Iterations, cost.Parallelism, random(cost.SaltLength), random(cost.KeyLength))
}
