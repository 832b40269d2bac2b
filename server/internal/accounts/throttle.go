package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

//go:embed attempt.lua
var attemptText string

var attemptScript = store.NewScript(attemptText)

// TooMany is a refusal of more attempts from an address (DEBIT).
type TooMany struct{ After time.Duration }

func (e *TooMany) Error() string {
	return fmt.Sprintf("accounts: too many attempts, again in %v", e.After)
}

// Wire is DEBIT, with the wait.
func (e *TooMany) Wire() *protocol.Error {
	return &protocol.Error{Code: protocol.DEBIT, Fields: protocol.Fields{protocol.IntField("apres", protocol.Seconds(e.After))}}
}

// Origin is where an attempt comes from. Exempt addresses are not limited, the
// account's delay holds for them too.
type Origin struct {
	Address string
	Exempt  bool
}

// network is what is counted, and what stands in line.
func (f Origin) network() string { return config.NetworkOf(f.Address) }

// counter is a key of attempt.lua.
type counter struct {
	key   string
	limit int
	life  time.Duration
	by    int // how much it is changed by; 0: it is looked at
}

// multiply gives the same counters, changed by another amount.
func multiply(list []counter, by int) []counter {
	list = slices.Clone(list)
	for i := range list {
		list[i].by = by
	}
	return list
}

// attempt is a guess at an account's password.
type attempt struct {
	login   string // whose it is; "" for nobody's
	network string
	delay   time.Duration // before it
	charged []counter     // what counts it
	limits  []counter     // what will, once it is made
}

// attempt counts a guess at whoever has a name, and says how long the guesser of a
// much-guessed one waits: of the name from anywhere, or from one network. The
// limits are looked at here, so that who is over them does not stand in line, and
// count when the guess is made (charge). Errors: *TooMany, store.ErrUnavailable:
// while Redis is away nobody can log in, so nobody guesses.
//
// A name is counted as it was given: whether an e-mail is that of a login which is
// guessed much, or of nobody, shows in no delay and no refusal.
func (a *Accounts) attempt(ctx context.Context, from Origin, name, login string) (*attempt, error) {
	key, err := a.nameKey(ctx, name)
	if err != nil {
		return nil, err
	}
	try := &attempt{
		login: login, network: from.network(),
		charged: []counter{{"compte:" + key, 0, time.Hour, 1}},
	}
	if !from.Exempt {
		pair := try.network + "|" + key
		try.limits = []counter{
			{"jour:" + pair, 0, 24 * time.Hour, 0},
			{"minute:" + pair, a.Attempts.PairMinute, time.Minute, 0},
			{"adresse:" + try.network, a.Attempts.Address, time.Minute, 0},
		}
	}
	counts, err := a.count(ctx, append(slices.Clone(try.charged), try.limits...))
	if err != nil {
		return nil, err
	}
	if len(counts) > 0 && a.Attempts.Account > 0 {
		try.delay = min(a.Attempts.DelayMax, a.Attempts.Delay*time.Duration((counts[0]-1)/int64(a.Attempts.Account)))
	}
	if len(counts) > 1 && counts[1] >= int64(a.Attempts.PairDay) {
		try.delay = a.Attempts.DelayMax
	}
	return try, nil
}

// consume counts a guess against its limits, whose turn has come: those who stand
// in line have not failed, and a classroom that logs in at once is one address.
// Counted before the guess is made, many at once cannot pass together.
func (a *Accounts) consume(ctx context.Context, try *attempt) error {
	if len(try.limits) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, store.RedisTimeout)
	defer cancel()
	counting := multiply(try.limits, 1)
	if _, err := a.count(ctx, counting); err != nil {
		return err
	}
	try.charged = append(try.charged, counting...)
	return nil
}

// verifyPassword compares a password with a hash, after the delay that its attempt got. It
// says whether the hash was made of the password as it was typed, not as it is
// prepared today. Errors: ErrWrong, *TooMany, *hashing.Busy, store.ErrUnavailable.
func (a *Accounts) verifyPassword(ctx context.Context, try *attempt, password, hash string) (asTyped bool, err error) {
	if try.delay > 0 {
		if err := wait.For(ctx, try.delay); err != nil {
			return false, err
		}
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
		if hash != "" {
			return &Wrong{Login: try.login}
		}
		return ErrWrong
	})
	if err != nil && !errors.Is(err, ErrWrong) {
		a.refund(ctx, try)
	}
	return asTyped, err
}

// nameKey is under what the attempts at a name are counted: nobody who reads the
// keys learns what was typed, which may have been a password.
func (a *Accounts) nameKey(ctx context.Context, name string) (string, error) {
	key, err := a.secret.get(ctx, a.Stores.SQL)
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
	if _, err := a.count(context.WithoutCancel(ctx), multiply(try.charged, -1)); err != nil {
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

func (a *Accounts) count(ctx context.Context, list []counter) (counts []int64, err error) {
	keys := make([]string, len(list))
	args := make([]any, 0, 3*len(list))
	for i, c := range list {
		keys[i] = "etu:{echecs}:" + c.key
		args = append(args, c.limit, c.life.Milliseconds(), c.by)
	}
	answers, err := store.EvalAll(ctx, a.Stores.Redis.DB0, store.Call{Script: attemptScript, Keys: keys, Args: args})
	if err != nil {
		return nil, fmt.Errorf("accounts: attempts: %w", err)
	}
	numbers, _ := answers[0].([]any)
	for _, n := range numbers {
		v, _ := n.(int64)
		counts = append(counts, v)
	}
	if len(counts) == 1 && counts[0] > 0 {
		return nil, &TooMany{After: time.Duration(counts[0]) * time.Millisecond}
	}
	if len(counts) == 0 {
		return nil, nil
	}
	return counts[1:], nil
}

// preAuthLimiter lets a few of those who are not logged in ask the stores at once, before
// a password is hashed, so that they do not use up what the others work with
// (config.Limits.PreAuthQueries has the reason).
type preAuthLimiter struct {
	slots chan struct{}
	wait  time.Duration // before it, at most

	mu      sync.Mutex
	trouble chan struct{} // closed when a store failed whoever was inside
}

func newPreAuthLimiter(width int, wait time.Duration) *preAuthLimiter {
	return &preAuthLimiter{slots: make(chan struct{}, width), wait: wait, trouble: make(chan struct{})}
}

// do does f's work on the stores, in turn, within store.RequestTime. Errors:
// f's; *hashing.Busy for who waited too long; store.ErrUnavailable for who waited behind
// somebody whom a store failed: one that hangs is told in time to all of them.
func (d *preAuthLimiter) do(ctx context.Context, f func(ctx context.Context) error) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer func() { <-d.slots }()
	ctx, cancel := context.WithTimeout(ctx, store.RequestTime)
	defer cancel()
	err := f(ctx)
	if errors.Is(err, store.ErrUnavailable) {
		d.fail()
	}
	return err
}

func (d *preAuthLimiter) enter(ctx context.Context) error {
	select {
	case d.slots <- struct{}{}:
		return nil
	default:
	}
	d.mu.Lock()
	trouble := d.trouble
	d.mu.Unlock()
	timer := time.NewTimer(d.wait)
	defer timer.Stop()
	select {
	case d.slots <- struct{}{}:
		return nil
	case <-trouble:
		return store.ErrUnavailable
	case <-timer.C:
		return &hashing.Busy{After: d.wait}
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *preAuthLimiter) fail() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.trouble)
	d.trouble = make(chan struct{})
}

const (
	// secretRow of the table reglages holds the installation's secret.
	secretRow   = "secret_essais"
	secretBytes = 32
)

// secret is the installation's: all its servers count what was typed under the
// same keys, and nobody without it can try words against those.
type secret struct{ known atomic.Pointer[[]byte] }

// get gives the secret, which the first server makes. Errors: store.ErrUnavailable.
func (s *secret) get(ctx context.Context, db *store.SQL) ([]byte, error) {
	if key := s.known.Load(); key != nil {
		return *key, nil
	}
	text, err := readSecret(ctx, db)
	if errors.Is(err, sql.ErrNoRows) {
		var fresh [secretBytes]byte
		_, _ = rand.Read(fresh[:]) // never fails since Go 1.24
		_, err = db.Write.ExecContext(ctx, `INSERT INTO reglages (nom, valeur) VALUES (?, ?)`, secretRow, hex.EncodeToString(fresh[:]))
		if err == nil || store.IsDuplicate(err) { // another server was first
			text, err = readSecret(ctx, db)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("accounts: secret: %w", store.Classify(err))
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("accounts: secret: %w", err)
	}
	s.known.Store(&key)
	return key, nil
}

func readSecret(ctx context.Context, db *store.SQL) (text string, err error) {
	err = db.Write.QueryRowContext(ctx, `SELECT valeur FROM reglages WHERE nom = ?`, secretRow).Scan(&text)
	return text, err
}
