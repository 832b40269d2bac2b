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
	Worker bool // Run a process that hashes: see helper
}

// extraAdmitted of those that are hashed, so many have their turn already: what is asked
// of Redis in a turn need not keep a hasher waiting. Where nothing is asked there,
// it gains nothing (AUTH is 0.97 of argon2 alone without it, 0.98 with it).
const extraAdmitted = 1

// Busy is a line for password checks that is too long: try again in After.
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
// five times as long as in line, and starve those who are logged in. While Run
// runs, another process does the work.
type Hasher struct {
	Wait   time.Duration // who would wait longer is refused (*Busy)
	cost   argon2id.Params
	dummy  string // the hash of an unknown login
	line   *line
	worker atomic.Pointer[worker]
	here   *Argon        // does the work where there is no helper
	answer time.Duration // a helper that is silent for so long is killed
}

// New makes a hasher that keeps one core free for those who are logged in.
// Tests may pass a lower cost; no setting reaches it.
func New(cost argon2id.Params, wait time.Duration) *Hasher {
	atOnce := max(1, runtime.GOMAXPROCS(0)-1)
	return &Hasher{
		Wait:   wait,
		cost:   cost,
		dummy:  dummyHash(cost),
		line:   newLine(atOnce + extraAdmitted),
		here:   newArgon(atOnce),
		answer: answerTime,
	}
}

// Hash gives a salted hash in PHC form, in the turn of whom it is for (Turn).
// Errors: *Busy, ctx's.
func (h *Hasher) Hash(ctx context.Context, flow, password string) (hash string, err error) {
	err = h.Turn(ctx, flow, func() (err error) {
		hash, err = do(h, "Argon.Hash", Work{Password: password, Cost: h.cost}, (*Argon).Hash)
		return err
	})
	return hash, err
}

// Turn does f, which may compare, once its turn has come. Turns are fair between
// flows: the networks that those who wait come from. Errors: *Busy, ctx's, f's.
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
	ok, err := do(h, "Argon.Match", Work{Password: password, Hash: hash}, (*Argon).Match)
	return ok && known, err
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
	Hash     string          // to compare with
	Cost     argon2id.Params // of a new hash
}

// Argon does the work, as net/rpc wants to see it, for so many at once.
type Argon struct{ turns chan struct{} }

func newArgon(atOnce int) *Argon { return &Argon{make(chan struct{}, atOnce)} }

func (a *Argon) begin() { a.turns <- struct{}{} }
func (a *Argon) end()   { <-a.turns }

// Hash makes a new hash.
func (a *Argon) Hash(w Work, hash *string) (err error) {
	a.begin()
	defer a.end()
	if *hash, err = argon2id.CreateHash(w.Password, &w.Cost); err != nil {
		return fmt.Errorf("hashing: hash: %w", err)
	}
	return nil
}

// Match compares a password with a hash.
func (a *Argon) Match(w Work, ok *bool) (err error) {
	a.begin()
	defer a.end()
	if *ok, err = argon2id.ComparePasswordAndHash(w.Password, w.Hash); err != nil {
		return fmt.Errorf("hashing: compare: %w", err)
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
