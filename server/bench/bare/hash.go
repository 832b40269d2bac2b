package bare

import (
	"errors"
	"runtime"

	"github.com/alexedwards/argon2id"
)

// Hasher is what argon2id alone allows, with as many hashers as the server has.
type Hasher struct{ slots chan struct{} }

// NewHasher makes one hasher for each core but one, as package hashing does.
func NewHasher() *Hasher {
	return &Hasher{make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1))}
}

var errWrong = errors.New("bare: wrong password")

// Match compares a password with its hash.
func (h *Hasher) Match(password, hash string) error {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err == nil && !ok {
		err = errWrong
	}
	return err
}
