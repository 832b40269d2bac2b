package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

// TooMany is a refusal of more attempts from an address (DEBIT).
type TooMany struct{ After time.Duration }

func (e *TooMany) Error() string {
	return fmt.Sprintf("accounts: too many attempts, again in %v", e.After)
}

// Wire is DEBIT, with the wait.
func (e *TooMany) Wire() *protocol.Error {
	return &protocol.Error{Code: protocol.DEBIT, Fields: protocol.Fields{protocol.IntField("apres", protocol.Seconds(e.After))}}
}

// Origin is where an attempt comes from. Exempt addresses are not limited, but
// the account's delay holds for them too.
type Origin struct {
	Address string
	Exempt  bool
}

// network is what is counted, and what stands in line.
func (f Origin) network() string { return config.NetworkOf(f.Address) }

// counter is a key of attempt.lua.
type counter struct {
	key   string
	limit int // 0: none
	life  time.Duration
	by    int // how much it is changed by; 0: it is only looked at
}

// changedBy gives the same counters, changed by another amount.
func changedBy(by int, list []counter) []counter {
	list = slices.Clone(list)
	for i := range list {
		list[i].by = by
	}
	return list
}

// attempt is a guess at an account's password.
type attempt struct {
	login   string // of the account; "" where there is none
	network string
	delay   time.Duration // before the guess
	counted []counter     // those that count it
	limits  []counter     // those that will, once the guess is made
}

// attempt counts a guess at a name, and says how long the guess is delayed where the
// name is guessed at much, from anywhere or from this network. The limits are looked
// at here, so that whoever is over one does not wait for a hasher, and count when the
// guess is made (consume). Errors: *TooMany, store.ErrUnavailable: while Redis is away
// nobody can log in, so nobody guesses.
//
// A name is counted as it was given: whether an e-mail address is that of a login
// which is guessed at much, or of nobody, shows in no delay and no refusal.
func (a *Accounts) attempt(ctx context.Context, from Origin, name, login string) (*attempt, error) {
	key, err := a.nameKey(ctx, name)
	if err != nil {
		return nil, err
	}
	try := &attempt{
		login: login, network: from.network(),
		counted: []counter{{"compte:" + key, 0, time.Hour, 1}},
	}
	if !from.Exempt {
		pair := try.network + "|" + key
		try.limits = []counter{
			{"jour:" + pair, 0, 24 * time.Hour, 0},
			{"minute:" + pair, a.Attempts.PairMinute, time.Minute, 0},
			{"adresse:" + try.network, a.Attempts.Address, time.Minute, 0},
		}
	}
	counts, err := a.count(ctx, append(try.counted, try.limits...))
	if err != nil {
		return nil, err
	}
	if a.Attempts.Account > 0 {
		try.delay = min(a.Attempts.DelayMax, a.Attempts.Delay*time.Duration((counts[0]-1)/int64(a.Attempts.Account)))
	}
	if !from.Exempt && counts[1] >= int64(a.Attempts.PairDay) {
		try.delay = a.Attempts.DelayMax
	}
	return try, nil
}

// consume counts a guess against its limits, when its turn has come: those who wait
// in line have not failed, and a classroom that logs in at once is one address.
// Counted before the guess is made, many at once cannot pass together.
func (a *Accounts) consume(ctx context.Context, try *attempt) error {
	ctx, cancel := context.WithTimeout(ctx, store.RedisTimeout)
	defer cancel()
	limits := changedBy(1, try.limits)
	if _, err := a.count(ctx, limits); err != nil {
		return err
	}
	try.counted = append(try.counted, limits...)
	return nil
}

// verifyPassword compares a password with a hash, after the delay of its attempt. It
// says whether the hash was made of the password as it was typed, not as it is
// prepared today. Errors: ErrWrong, *TooMany, *hashing.Busy, store.ErrUnavailable.
func (a *Accounts) verifyPassword(ctx context.Context, try *attempt, password, hash string) (asTyped bool, err error) {
	if err := wait.For(ctx, try.delay); err != nil {
		return false, err
	}
	err = a.Hasher.Turn(ctx, try.network, func() error {
		if err := a.consume(ctx, try); err != nil {
			return err
		}
		for i, form := range forms(password) { // at the same cost for an unknown login
			match, err := a.Hasher.Compare(form, hash)
			switch {
			case err != nil:
				return err
			case match:
				asTyped = i > 0
				a.refund(ctx, try) // before the next one is charged
				return nil
			}
		}
		return ErrWrong
	})
	if err != nil && !errors.Is(err, ErrWrong) {
		a.refund(ctx, try)
	}
	return asTyped, err
}

// nameKey is the part of a counter's key that stands for a name. It is an HMAC:
// nobody who reads the keys learns what was typed, which may have been a password.
func (a *Accounts) nameKey(ctx context.Context, name string) (string, error) {
	key, err := a.nameSecret(ctx)
	if err != nil {
		return "", err
	}
	if folded, ok := protocol.ParseLogin(name); ok {
		name = folded
	} else if folded, ok := protocol.ParseEmail(name); ok {
		name = folded
	}
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(name))
	return hex.EncodeToString(sum.Sum(nil)[:nameKeyBytes]), nil
}

// nameKeyBytes are enough that no two names meet.
const nameKeyBytes = 16

// refund takes an attempt back: it was no failure, or a fault of ours.
func (a *Accounts) refund(ctx context.Context, try *attempt) {
	if _, err := a.count(context.WithoutCancel(ctx), changedBy(-1, try.counted)); err != nil {
		a.Log.Warn("essai réussi resté compté comme échec, il expire seul", "erreur", err)
	}
}

// mayRegister counts an account to be opened.
func (a *Accounts) mayRegister(ctx context.Context, from Origin) error {
	if from.Exempt || a.Attempts.Registration <= 0 {
		return nil
	}
	_, err := a.count(ctx, []counter{{"inscription:" + from.network(), a.Attempts.Registration, time.Hour, 1}})
	return err
}

// count changes counters, or none where one is full (*TooMany), and gives what they
// are then.
func (a *Accounts) count(ctx context.Context, list []counter) (counts []int64, err error) {
	if len(list) == 0 {
		return nil, nil
	}
	keys := make([]string, len(list))
	args := make([]any, 0, 3*len(list))
	for i, c := range list {
		keys[i] = "etu:{echecs}:" + c.key
		args = append(args, c.limit, c.life.Milliseconds(), c.by)
	}
	answer, err := store.Eval(ctx, a.Stores.Redis.DB0, store.Call{Script: attemptScript, Keys: keys, Args: args})
	if err != nil {
		return nil, fmt.Errorf("accounts: attempts: %w", err)
	}
	numbers, _ := answer.([]any)
	for _, n := range numbers {
		v, _ := n.(int64)
		counts = append(counts, v)
	}
	switch {
	case len(counts) == 1:
		return nil, &TooMany{After: time.Duration(counts[0]) * time.Millisecond}
	case len(counts) != 1+len(list):
		return nil, fmt.Errorf("accounts: attempts: unexpected answer of Redis: %T", answer)
	}
	return counts[1:], nil
}

// beforeHashing does f's work on the stores for somebody who is not logged in, for a
// few at a time, so that they do not use up what the others work with
// (config.Limits.PreAuthQueries has the reason). Waiting and f together take
// store.RequestTime at most. Errors: f's; *hashing.Busy after waiting for so long;
// ctx's cause where it has ended.
func (a *Accounts) beforeHashing(ctx context.Context, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, store.RequestTime)
	defer cancel()
	select {
	case a.preAuth <- struct{}{}:
	case <-ctx.Done():
		if cause := context.Cause(ctx); !errors.Is(cause, context.DeadlineExceeded) {
			return cause
		}
		return &hashing.Busy{After: a.Hasher.Wait}
	}
	defer func() { <-a.preAuth }()
	return f(ctx)
}

// secretRow of the table reglages holds the secret of nameSecret.
const secretRow = "secret_essais"

// nameSecret gives the key of nameKey, which the first server of the installation
// makes: all its servers count a name under the same key, and nobody without the
// secret can try words against those. Errors: store.ErrUnavailable.
func (a *Accounts) nameSecret(ctx context.Context) ([]byte, error) {
	if key := a.secret.Load(); key != nil {
		return *key, nil
	}
	text, err := a.Stores.SQL.Setting(ctx, secretRow)
	if err == nil && text == "" {
		var fresh [32]byte
		_, _ = rand.Read(fresh[:]) // never fails since Go 1.24
		text, err = a.Stores.SQL.AddSetting(ctx, secretRow, hex.EncodeToString(fresh[:]))
	}
	if err != nil {
		return nil, fmt.Errorf("accounts: secret: %w", err)
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("accounts: secret: %w", err)
	}
	a.secret.Store(&key)
	return key, nil
}
