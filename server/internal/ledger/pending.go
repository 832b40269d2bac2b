package ledger

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/server/internal/store"
)

const (
	// releaseEvery is the pause between two tries to release what is pending: a Redis
	// that hangs is waited for by the try itself, one that is gone is asked often
	// enough to be found when it comes back.
	releaseEvery = 100 * time.Millisecond
	// mostReleased bounds one round trip.
	mostReleased = 256
)

// redisClock estimates Redis's clock from its last answer.
//
// A Redis that was frozen runs the scripts that it was sent when it wakes up, after their
// callers gave up. So reserve.lua is given the moment until which its caller waits, on
// this clock, and later answers verdictLate and takes nothing. A slot whose answer was
// lost may be taken until that moment (Reservation.open): its release is repeated until
// one that was sent later is confirmed. In a Cluster it is the clock of the node that
// answered last; where the estimate is wrong, the script is asked again with the time in
// its answer (lateTries).
type redisClock struct {
	began time.Time
	ahead atomic.Int64 // milliseconds; 0 while nothing is known: everything is late
}

// saw sets the estimate to the time in an answer that has just come.
func (c *redisClock) saw(now int64) {
	c.ahead.Store(now - time.Since(c.began).Milliseconds() - 1) // both clocks are truncated to the millisecond
}

// at is what Redis's clock shows at a moment, or a little less.
func (c *redisClock) at(t time.Time) int64 { return t.Sub(c.began).Milliseconds() + c.ahead.Load() }

// pending are the slots whose release Redis has not confirmed; there are none, nearly
// always. They are released before anything else is asked for their user, and in the
// background as soon as Redis answers.
type pending struct {
	mu      sync.Mutex
	slots   map[string]pendingSlot // by ID
	working bool                   // releaseAll is at work
}

type pendingSlot struct {
	Reservation
	since time.Time
}

func (p *pending) add(slot Reservation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slots[slot.ID] = pendingSlot{slot, time.Now()}
}

// list gives the pending slots of a user, "" for all users.
func (p *pending) list(login string) (slots []pendingSlot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, slot := range p.slots {
		if login == "" || login == slot.User.Login {
			slots = append(slots, slot)
		}
	}
	return slots
}

// released removes a slot whose release was sent at that moment and confirmed,
// unless Redis may still take the slot after it; and one that is older than its
// window.
func (p *pending) released(slot pendingSlot, sent time.Time, confirmed bool, window time.Duration) {
	if confirmed && !sent.Before(slot.open) || time.Since(slot.since) >= window {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.slots, slot.ID)
	}
}

// begin says whether releaseAll must be started.
func (p *pending) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.working || len(p.slots) == 0 {
		return false
	}
	p.working = true
	return true
}

// end says whether releaseAll may end.
func (p *pending) end() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.working = len(p.slots) > 0
	return !p.working
}

// Release frees a slot whose work was not committed, also when ctx has ended.
// Where Redis does not confirm the release, the release is retried before any other
// quota operation of this user.
func (l *Limiter) Release(ctx context.Context, slot Reservation) {
	l.pending.add(slot)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.RedisTimeout)
	defer cancel()
	if err := l.releasePending(ctx, slot.User.Login); err != nil {
		l.log.Debug("place de quota rendue dès que Redis répondra", "login", slot.User.Login, "erreur", err)
	}
	if l.pending.begin() {
		l.background.Go(l.releaseAll)
	}
}

// releasePending releases the pending slots of a user, "" for all. Its error is that
// of a Redis that did not answer; one that refused is asked again later.
func (l *Limiter) releasePending(ctx context.Context, login string) error {
	for slots := range slices.Chunk(l.pending.list(login), mostReleased) {
		calls := make([]store.Call, len(slots))
		for i, slot := range slots {
			keys := []string{windowKey(slot.User, slot.Kind)}
			if slot.ref != "" {
				keys = append(keys, refKey(slot.User, slot.ref))
			}
			calls[i] = store.Call{Script: releaseScript, Keys: keys, Args: []any{slot.ID, l.rule.Window.Milliseconds()}}
		}
		sent := time.Now()
		var silent error
		for i, err := range store.Each(ctx, l.stores.Redis.DB0, calls...) {
			l.pending.released(slots[i], sent, err == nil, l.rule.Window)
			if err != nil && !store.Refusal(err) {
				silent = err
			}
		}
		if silent != nil {
			return silent
		}
	}
	return nil
}

// releaseAll tries until nothing is pending any more.
func (l *Limiter) releaseAll() {
	for closing := false; !closing; {
		select {
		case <-l.closing: // once more, then the ledger tells the next process
			closing = true
		case <-time.After(releaseEvery):
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*store.RedisTimeout)
		_ = l.releasePending(ctx, "")
		cancel()
		if l.pending.end() {
			return
		}
	}
}

const (
	// settleAfter is the age from which a slot that is not in the ledger belongs to a
	// call that ended without being committed: no request takes that long.
	settleAfter = 10 * time.Second
	// settleFirst is when the ledger is first asked whether a commit whose answer
	// was lost took place, and settleEvery how often it is asked again where it did
	// not answer: within 10 s after it is back (PROTOCOL.md §3).
	settleFirst = 5 * time.Second
	settleEvery = time.Second
)

// ResolveLater keeps a slot of which nobody knows whether its commit took place, until
// the ledger tells: then it stays or is released. It returns at once.
func (l *Limiter) ResolveLater(slot Reservation) {
	l.background.Go(func() {
		for wait := settleFirst; ; wait = settleEvery {
			select {
			case <-l.closing:
				return // the next process finds it by its age
			case <-time.After(wait):
			}
			now := time.UnixMilli(l.clock.at(time.Now()))
			counted, err := l.counted(context.Background(), slot.User, slot.Kind, now, slot.ID)
			if err != nil {
				continue
			}
			if !counted[slot.ID] {
				l.Release(context.Background(), slot)
			}
			return
		}
	})
}

// counted tells which slots the ledger has and counts, as of a moment of Redis's clock:
// those that were written down and not reset since. It is certain, for the lock of the
// user's row waits for a transaction whose COMMIT is still to be done.
func (l *Limiter) counted(ctx context.Context, user User, kind Kind, now time.Time, slots ...string) (counted map[string]bool, err error) {
	err = l.stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Exec(ctx, lockUser, user.ID); err != nil {
			return err
		}
		future := store.At(now.Add(futureSlack))
		in, args := store.InClause(slots)
		found, err := store.Column[string](ctx, tx.Conn, `
			SELECT l.creneau FROM `+kind.table()+` l JOIN utilisateurs u ON u.id = l.utilisateur_id
			WHERE l.utilisateur_id = ? AND `+notReset+` AND l.creneau `+in, append([]any{user.ID, future, future}, args...)...)
		counted = make(map[string]bool, len(found))
		for _, slot := range found {
			counted[slot] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: settle: %w", err)
	}
	return counted, nil
}

// lockUser takes the lock that every transaction takes which counts a login or a call.
// It holds within one database server. Between the nodes of a Galera cluster, where a
// row that does not change locks nothing, what is asked is older than any request
// (settleFirst, settleAfter), so that no COMMIT is still to be done.
const lockUser = `UPDATE utilisateurs SET etat = etat WHERE id = ?`

// Close ends the work in the background. A slot that is not settled by then stays in
// Redis, and is removed as an orphan once it is older than settleAfter.
func (l *Limiter) Close() {
	close(l.closing)
	l.background.Wait()
}
