package accounts

import (
	"context"
	"time"

	"etuservices/server/internal/store"
)

const (
	// maxAhead is how much longer than its due a token is written to live, so
	// that its uses need be written at most once a minute (design section 2).
	maxAhead = time.Minute
	// aheadPart keeps that small beside a short life.
	aheadPart = 30
	// minAhead keeps the writer from spinning when tests make life very short.
	minAhead = 20 * time.Millisecond
	// touchBatch bounds one statement or pipeline.
	touchBatch = 256
	// touchQueue is how many uses may wait to be written; what does not find
	// room is written at the next tick.
	touchQueue = 1024
)

// writeAhead is the lead of what is written over what was used.
func (a *Accounts) writeAhead() time.Duration {
	return max(minAhead, min(maxAhead, a.SessionTTL/aheadPart))
}

// Run writes the uses of tokens until ctx ends: each that the lead of what is
// written does not cover, at once, so that a process that dies takes no use
// with it; and again those that a store did not take.
func (a *Accounts) Run(ctx context.Context) {
	tick := time.NewTicker(a.writeAhead())
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			a.write(context.WithoutCancel(ctx), a.queued(nil)) // the last uses before a stop
			return
		case s := <-a.uses:
			a.write(ctx, a.queued([]*Session{s}))
		case <-tick.C:
			a.write(ctx, a.sessions.unpersisted())
		}
	}
}

// queued adds to list what else waits.
func (a *Accounts) queued(list []*Session) []*Session {
	for {
		select {
		case s := <-a.uses:
			list = append(list, s)
		default:
			return list
		}
	}
}

func (a *Accounts) write(ctx context.Context, used []*Session) {
	for len(used) > 0 {
		n := min(touchBatch, len(used))
		a.writeBatch(ctx, used[:n])
		used = used[n:]
	}
}

// writeBatch writes the last uses, and ends the sessions whose token was killed
// by another instance.
func (a *Accounts) writeBatch(ctx context.Context, used []*Session) {
	ctx, cancel := context.WithTimeout(ctx, store.SQLTimeout)
	defer cancel()
	uses, ahead := make([]int64, len(used)), a.writeAhead().Milliseconds()
	for i, s := range used {
		s.queued.Store(false) // before its last use is read
		uses[i] = s.lastUse.Load()
	}
	err := a.persistUses(ctx, used, uses)
	if err != nil {
		a.Log.Warn("usages de jetons non écrits dans SQL", "erreur", err)
	}
	calls := make([]store.Call, 0, len(used))
	for i, s := range used {
		if s.Dead() {
			continue
		}
		calls = append(calls, a.tokenCall(s, uses[i], err != nil))
		if err == nil {
			if uses[i] > s.inSQL.Load() { // was written just now
				s.inSQL.Store(uses[i] + ahead)
			}
			s.covered.Store(s.inSQL.Load())
		}
	}
	if len(calls) == 0 {
		return
	}
	// Where this fails, SQL knows the later use, and Resume sees it.
	if _, err := store.EvalAll(ctx, a.Stores.Redis.DB0, calls...); err != nil {
		a.Log.Warn("usages de jetons non écrits dans Redis", "erreur", err)
	}
}

// Leave ends a connection's part in a session: the token lives on, to the
// millisecond from its last use on any connection.
func (a *Accounts) Leave(ctx context.Context, s *Session) {
	s.left.Store(true)
	a.sessions.remove(s)
	if s.Dead() {
		// Its login may have told Redis of the token after it was killed.
		a.forget(ctx, []string{s.hash})
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.RedisTimeout)
	defer cancel()
	if _, err := a.Stores.Redis.DB0.Batch(ctx, a.tokenCall(s, s.lastUse.Load(), true)); err != nil {
		a.Log.Warn("fin de session non écrite dans Redis", "erreur", err)
	}
}

// sweepBatch bounds what one cleaning takes, so that it never holds locks long.
const sweepBatch = 1000

// Sweep deletes the tokens that ended.
func (a *Accounts) Sweep(ctx context.Context) error {
	_, err := a.Stores.SQL.DeleteSome(ctx, "jetons", "empreinte", "dernier_usage < ?", sweepBatch,
		store.At(time.Now().Add(-a.SessionTTL-a.writeAhead())))
	return err
}
