// Package ledger limits the logins, and the calls of the services, of one user in any
// window of time (PROTOCOL.md §7.1). A quota is checked twice: Redis refuses early, on
// its clock; the ledger in SQL decides, inside the transaction that writes the call.
//
// A slot is one place of a quota: a random ID with the instant, on Redis's clock, at
// which it was taken. The window is the set of slots that are younger than Rule.Window.
// Beside each window stands a mark that it is known, that is, that it has what the ledger
// has; without the mark it is filled from the ledger first. The ledger is the tables
// connexions and appels. A ref is the name that a client gives to a call which it may
// send again; the table refs keeps the result of each.
package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

// Kind names a quota as the wire does.
type Kind string

// The two quotas.
const (
	Logins Kind = "connexions"
	Calls  Kind = "services"
)

// Rule bounds each quota: at most Max slots in any Window.
type Rule struct {
	Max    int
	Window time.Duration
}

// State is how much of a quota is used.
type State struct {
	Kind   Kind          `json:"-"`
	Used   int           `json:"used"`
	Max    int           `json:"max"`
	Window time.Duration `json:"-"`
	Next   time.Duration `json:"-"` // until one more is free; 0 while some are left
}

// Left is the number of logins or calls that are left now.
func (s State) Left() int { return max(0, s.Max-s.Used) }

// Exceeded is the refusal of a call over the quota; it took no slot.
type Exceeded struct{ State }

func (e *Exceeded) Error() string {
	return fmt.Sprintf("ledger: quota %s: %d of %d used, one more in %v", e.Kind, e.Used, e.Max, e.Next)
}

// Wire is QUOTA, with the window and when the next call passes.
func (e *Exceeded) Wire() *protocol.Error {
	wait := protocol.Seconds(e.Next)
	return &protocol.Error{
		Code: protocol.QUOTA,
		Fields: protocol.Fields{
			{Key: "quota", Value: string(e.Kind)},
			protocol.IntField("max", int64(e.Max)),
			protocol.IntField("fenetre", protocol.Seconds(e.Window)), protocol.IntField("apres", wait),
		},
		Text: "Quota de " + string(e.Kind) + " atteint ; une place se libère dans " + protocol.Wait(wait) + ".",
	}
}

// state reads a quota off the stamps (milliseconds, ascending) that lie in the
// window that ends at now.
func (r Rule) state(kind Kind, stamps []int64, now int64) State {
	s := State{Kind: kind, Used: len(stamps), Max: r.Max, Window: r.Window}
	if s.Used >= s.Max {
		leaves := stamps[len(stamps)-s.Max] + r.Window.Milliseconds()
		s.Next = r.bound(time.Duration(leaves-now) * time.Millisecond)
	}
	return s
}

// bound keeps a wait within what it can be: a slot in the future, by a clock that
// was set back, counts as now.
func (r Rule) bound(wait time.Duration) time.Duration {
	return min(max(time.Millisecond, wait), r.Window)
}

// after is the state once the call at stamp is among stamps, as of the latest of
// them: later calls may have been written down first.
func (r Rule) after(kind Kind, stamps []int64, stamp int64) State {
	all := insert(stamps, stamp)
	now := all[len(all)-1]
	first, _ := slices.BinarySearch(all, now-r.Window.Milliseconds()+1)
	return r.state(kind, all[first:], now)
}

// insert gives ascending stamps and one more.
func insert(stamps []int64, stamp int64) []int64 {
	i, _ := slices.BinarySearch(stamps, stamp)
	return slices.Insert(slices.Clone(stamps), i, stamp)
}

// fits says whether one more call at stamp leaves every window of the rule's
// length with at most Max calls. stamps are ascending, all younger than
// stamp minus the window; some may be younger than stamp itself, for
// transactions do not end in the order in which they were stamped.
func (r Rule) fits(stamps []int64, stamp int64) bool {
	all := insert(stamps, stamp)
	for i := r.Max; i < len(all); i++ {
		if all[i]-all[i-r.Max] < r.Window.Milliseconds() {
			return false
		}
	}
	return true
}

// usageTime bounds the ledger's part of Usage, both windows together: a MySQL that
// hangs must not keep QUOTA from being answered.
const usageTime = 2 * time.Second

var kinds = [...]Kind{Logins, Calls}

// Usage reads both quotas of a user and counts nothing. A window that Redis does not
// know, or that was not compared with the ledger for a while, is compared first; when
// SQL does not answer, the window is shown as Redis has it.
func (l *Limiter) Usage(ctx context.Context, user User) ([2]State, error) {
	if err := l.releasePending(ctx, user.Login); err != nil {
		return [2]State{}, fmt.Errorf("ledger: look: %w", err)
	}
	keys := WindowKeys(user)
	states, known, err := l.usage(ctx, keys, "", nil)
	if err != nil {
		return states, fmt.Errorf("ledger: look: %w", err)
	}
	var ledger context.Context // most readings need none
	refreshed := false
	for i, kind := range kinds {
		if due := l.checks.due(keys[2*i]); !due && known[i] {
			continue
		}
		if ledger == nil {
			var cancel context.CancelFunc
			ledger, cancel = context.WithTimeout(ctx, usageTime)
			defer cancel()
		}
		if _, err := l.refresh(ledger, user, kind); err != nil {
			l.log.Warn("fenêtre lue sans le registre", "quota", kind, "erreur", err)
			continue
		}
		refreshed = true
	}
	if refreshed {
		if states, _, err = l.usage(ctx, keys, "", nil); err != nil {
			return states, fmt.Errorf("ledger: look: %w", err)
		}
	}
	return states, nil
}

// Restore writes to Redis what the ledger has of a window, after SQL refused what Redis
// let through: Redis had lost it. It notes the refusal too.
func (l *Limiter) Restore(ctx context.Context, slot Reservation) {
	l.noteRefusal(ctx, slot)
	if _, err := l.refresh(ctx, slot.User, slot.Kind); err != nil {
		l.log.Warn("fenêtre non rétablie dans Redis", "quota", slot.Kind, "erreur", err)
	}
}

// usage reads both windows (WindowKeys), after filling that of a kind, "" for none.
func (l *Limiter) usage(ctx context.Context, keys []string, fill Kind, entries []entry) (states [2]State, known [2]bool, err error) {
	args := appendEntries(append(make([]any, 0, 3+2*len(entries)),
		l.rule.Window.Milliseconds(), l.rule.Max, 1+slices.Index(kinds[:], fill)), entries)
	answers, err := l.stores.Redis.DB0.Batch(ctx, store.Call{Script: usageScript, Keys: keys, Args: args})
	if err != nil {
		return states, known, err
	}
	n, err := numbers(answers[0], 7)
	if err != nil {
		return states, known, err
	}
	l.clock.saw(n[0])
	for i, kind := range kinds {
		cell := n[1+3*i:]
		known[i] = cell[0] == 1
		// Beyond Max, Redis has slots of calls that came to nothing (refresh).
		states[i] = State{Kind: kind, Used: min(int(cell[1]), l.rule.Max), Max: l.rule.Max, Window: l.rule.Window}
		if states[i].Used >= l.rule.Max {
			wait := cell[2] + l.rule.Window.Milliseconds() - n[0]
			states[i].Next = l.rule.bound(time.Duration(wait) * time.Millisecond)
		}
	}
	return states, known, nil
}
