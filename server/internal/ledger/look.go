package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"etuservices/server/internal/store"
)

// usageTime is what the ledger may cost a reading, both windows together: a
// MySQL that hangs must not keep QUOTA from being answered.
const usageTime = 2 * time.Second

var kinds = [...]Kind{Logins, Calls}

// Usage reads both quotas of a user and counts nothing. A window that Redis does
// not know, or that was not held against the ledger for a while, is so first;
// when SQL does not answer, the window is shown as Redis has it, for a reading
// lets nobody through.
func (k *Limiter) Usage(ctx context.Context, user User) ([2]State, error) {
	if err := k.releasePending(ctx, user.Login); err != nil {
		return [2]State{}, fmt.Errorf("quota: look: %w", err)
	}
	states, known, err := k.usage(ctx, user, "", nil)
	if err != nil {
		return states, fmt.Errorf("quota: look: %w", err)
	}
	var ledger context.Context // most readings need none
	keys, refreshed := user.windowKeys(), false
	for i, kind := range kinds {
		if due := k.checks.due(keys[2*i]); !due && known[i] {
			continue
		}
		if ledger == nil {
			var cancel context.CancelFunc
			ledger, cancel = context.WithTimeout(ctx, usageTime)
			defer cancel()
		}
		if _, err := k.refresh(ledger, user, kind); err != nil {
			k.log.Warn("fenêtre lue sans le registre", "quota", kind, "erreur", err)
			continue
		}
		refreshed = true
	}
	if refreshed {
		if states, _, err = k.usage(ctx, user, "", nil); err != nil {
			return states, fmt.Errorf("quota: look: %w", err)
		}
	}
	return states, nil
}

// Restore tells Redis what the ledger knows, after SQL refused what Redis let
// through: Redis had forgotten.
func (k *Limiter) Restore(ctx context.Context, user User, kind Kind) {
	if _, err := k.refresh(ctx, user, kind); err != nil {
		k.log.Warn("fenêtre non rétablie dans Redis", "quota", kind, "erreur", err)
	}
}

// usage reads both windows, after filling that of a kind, "" for none.
func (k *Limiter) usage(ctx context.Context, user User, fill Kind, entries []entry) (states [2]State, known [2]bool, err error) {
	keys := user.windowKeys()
	args := appendEntries(append(make([]any, 0, 3+2*len(entries)),
		k.rule.Window.Milliseconds(), k.rule.Max, 1+slices.Index(kinds[:], fill)), entries)
	answers, err := k.stores.Redis.DB0.Batch(ctx, store.Call{Script: usageScript, Keys: keys[:], Args: args})
	if err != nil {
		return states, known, err
	}
	n, err := numbers(answers[0], 7)
	if err != nil {
		return states, known, err
	}
	k.clock.saw(n[0])
	for i, kind := range kinds {
		cell := n[1+3*i:]
		known[i] = cell[0] == 1
		states[i] = State{Kind: kind, Used: int(cell[1]), Max: k.rule.Max, Window: k.rule.Window}
		if states[i].Used >= k.rule.Max {
			wait := cell[2] + k.rule.Window.Milliseconds() - n[0]
			states[i].Next = k.rule.bound(time.Duration(wait) * time.Millisecond)
		}
	}
	return states, known, nil
}
