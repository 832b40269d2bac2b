package accounts

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"etuservices/server/store"
)

//go:embed attempt.lua
var attemptText string

var attemptScript = store.NewScript(attemptText)

// TooMany is a refusal of more attempts from an address (DEBIT).
type TooMany struct{ After time.Duration }

func (e *TooMany) Error() string {
	return fmt.Sprintf("accounts: too many attempts, again in %v", e.After)
}

// From is where an attempt comes from. Exempt addresses are not limited, the
// account's delay holds for them too.
type From struct {
	Address string
	Exempt  bool
}

// counter is a key of attempt.lua.
type counter struct {
	key   string
	limit int
	life  time.Duration
}

func (a *Accounts) counters(from From, account string) []counter {
	list := []counter{{"compte:" + account, 0, time.Hour}}
	if from.Exempt {
		return list
	}
	pair := from.Address + "|" + account
	return append(list,
		counter{"minute:" + pair, a.Attempts.PairMinute, time.Minute},
		counter{"jour:" + pair, a.Attempts.PairDay, 24 * time.Hour},
		counter{"adresse:" + from.Address, a.Attempts.Address, time.Minute})
}

// attempt counts a guess before it is made, so that many at once cannot pass
// together, and says how long the guesser of a much-guessed account waits. A
// right password, or a fault of ours, takes it back (forgive). Errors: *TooMany,
// store.ErrUnavailable: while Redis is away nobody can log in, so nobody guesses.
func (a *Accounts) attempt(ctx context.Context, from From, account string) (delay time.Duration, err error) {
	counts, err := a.count(ctx, a.counters(from, account), 1)
	if err != nil || len(counts) == 0 || a.Attempts.Account <= 0 {
		return 0, err
	}
	return min(a.Attempts.DelayMax, a.Attempts.Delay*time.Duration((counts[0]-1)/int64(a.Attempts.Account))), nil
}

func pause(ctx context.Context, delay time.Duration) error {
	if delay <= 0 {
		return nil
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// guess compares a password with a hash, after the delay that its attempt got.
// Errors: ErrWrong, *hashing.Busy, store.ErrUnavailable.
func (a *Accounts) guess(ctx context.Context, from From, account, password, hash string, delay time.Duration) error {
	if err := pause(ctx, delay); err != nil {
		return err
	}
	match, err := a.Hasher.Match(ctx, password, hash) // at the same cost for an unknown login
	if err != nil || match {
		if match {
			a.upgrade(ctx, account, password, hash)
		}
		a.forgive(ctx, from, account)
		return err
	}
	if hash != "" {
		return &Wrong{Login: account}
	}
	return ErrWrong
}

// nameFor is the name under which an account's attempts are counted, whether
// it is called by its login, its e-mail, or does not exist.
func nameFor(user User, given string) string {
	if user.Login != "" {
		return user.Login
	}
	return "?" + hashToken(strings.ToLower(given))[:16]
}

// forgive takes an attempt back: it was no failure.
func (a *Accounts) forgive(ctx context.Context, from From, account string) {
	if _, err := a.count(context.WithoutCancel(ctx), a.counters(from, account), -1); err != nil {
		a.Log.Warn("essai réussi resté compté comme échec, il expire seul", "erreur", err)
	}
}

// mayRegister counts an account to be opened.
func (a *Accounts) mayRegister(ctx context.Context, from From) error {
	if from.Exempt || a.Attempts.Registration <= 0 {
		return nil
	}
	_, err := a.count(ctx, []counter{{"inscription:" + from.Address, a.Attempts.Registration, time.Hour}}, 1)
	return err
}

func (a *Accounts) count(ctx context.Context, list []counter, amount int) (counts []int64, err error) {
	keys := make([]string, len(list))
	args := make([]any, 0, 3*len(list))
	for i, c := range list {
		keys[i] = "etu:{echecs}:" + c.key
		args = append(args, c.limit, c.life.Milliseconds(), amount)
	}
	answers, err := store.Run(ctx, a.Stores.Redis.DB0, store.Call{Script: attemptScript, Keys: keys, Args: args})
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
