package hashing

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"
)

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
