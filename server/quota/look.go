package quota

import (
	"context"
	"fmt"
	"time"

	"etuservices/server/store"
)

// lookTime is what the ledger may cost a reading, both windows together: a
// MySQL that hangs must not keep QUOTA from being answered.
const lookTime = 2 * time.Second

// Look reads both quotas of a user and changes nothing. A window that Redis
// does not know is read from the ledger; when SQL does not answer either, the
// window is shown as Redis has it, for a reading lets nobody through.
func (k *Keeper) Look(ctx context.Context, user User) ([2]State, error) {
	states, known, err := k.look(ctx, user, 0, nil)
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	for i, kind := range [...]Kind{Logins, Calls} {
		if err != nil || known[i] {
			continue
		}
		entries, ledgerErr := k.ledger(ctx, user, kind)
		if ledgerErr != nil {
			k.log.Warn("fenêtre lue sans le registre", "quota", kind, "erreur", ledgerErr)
			continue
		}
		states, _, err = k.look(ctx, user, i+1, entries)
	}
	if err == nil && k.dropAllPhantoms(ctx, user, states) {
		states, _, err = k.look(ctx, user, 0, nil)
	}
	if err != nil {
		return states, fmt.Errorf("quota: look: %w", err)
	}
	return states, nil
}

func (k *Keeper) dropAllPhantoms(ctx context.Context, user User, states [2]State) (dropped bool) {
	for _, s := range states {
		if s.Used > 0 && k.dropPhantoms(ctx, user, s.Kind) {
			dropped = true
		}
	}
	return dropped
}

// Fill tells Redis what the ledger knows, after SQL refused what Redis let
// through: Redis had forgotten.
func (k *Keeper) Fill(ctx context.Context, user User, kind Kind) {
	pair := 1
	if kind == Calls {
		pair = 2
	}
	entries, err := k.ledger(ctx, user, kind)
	if err == nil {
		_, _, err = k.look(ctx, user, pair, entries)
	}
	if err != nil {
		k.log.Warn("fenêtre non rétablie dans Redis", "quota", kind, "erreur", err)
	}
}

func (k *Keeper) look(ctx context.Context, user User, fill int, entries []entry) (states [2]State, known [2]bool, err error) {
	keys := []string{
		windowKey(user, Logins), knownKey(user, Logins),
		windowKey(user, Calls), knownKey(user, Calls),
	}
	args := appendEntries(append(make([]any, 0, 3+2*len(entries)),
		k.rule.Window.Milliseconds(), k.rule.Max, fill), entries)
	answers, err := store.Run(ctx, k.stores.Redis.DB0, store.Call{Script: lookScript, Keys: keys, Args: args})
	if err != nil {
		return states, known, err
	}
	n, err := numbers(answers[0], 7)
	if err != nil {
		return states, known, err
	}
	for i, kind := range [...]Kind{Logins, Calls} {
		cell := n[1+3*i:]
		known[i] = cell[0] == 1
		states[i] = State{Kind: kind, Used: int(cell[1]), Max: k.rule.Max, Window: k.rule.Window}
		if states[i].Used >= k.rule.Max {
			wait := cell[2] + k.rule.Window.Milliseconds() - n[0]
			states[i].Next = time.Duration(max(1, wait)) * time.Millisecond
		}
	}
	return states, known, nil
}
