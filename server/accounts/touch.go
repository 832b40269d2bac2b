package accounts

import (
	"context"
	"strings"
	"time"

	"etuservices/server/store"
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
)

// ahead is the lead of what is written over what was used.
func (a *Accounts) ahead() time.Duration {
	return max(minAhead, min(maxAhead, a.SessionTTL/aheadPart))
}

// Run writes the uses of tokens until ctx ends.
func (a *Accounts) Run(ctx context.Context) {
	// A little under the lead, so that what is written never falls behind.
	tick := time.NewTicker(a.ahead() * 9 / 10)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.touch(ctx)
		}
	}
}

func (a *Accounts) touch(ctx context.Context) {
	used := a.sessions.used()
	for len(used) > 0 {
		n := min(touchBatch, len(used))
		a.touchBatch(ctx, used[:n])
		used = used[n:]
	}
}

func (a *Accounts) touchBatch(ctx context.Context, used []*Session) {
	ctx, cancel := context.WithTimeout(ctx, store.SQLTimeout)
	defer cancel()
	calls := make([]store.Call, len(used))
	args := make([]any, 0, len(used)+1)
	args = append(args, store.At(time.Now().Add(a.ahead())))
	for i, s := range used {
		calls[i] = a.tokenCall(s, a.SessionTTL+a.ahead())
		args = append(args, s.hash)
	}
	if _, err := store.Run(ctx, a.Stores.Redis.DB0, calls...); err != nil {
		a.Log.Warn("usages de jetons non écrits dans Redis", "erreur", err)
	}
	marks := strings.Repeat(", ?", len(used))[2:]
	if _, err := a.Stores.SQL.Write.ExecContext(ctx,
		`UPDATE jetons SET dernier_usage = ? WHERE empreinte IN (`+marks+`)`, args...); err != nil {
		a.Log.Warn("usages de jetons non écrits dans SQL", "erreur", err)
	}
}

// Leave ends a connection's part in a session: the token lives on, to the
// millisecond from now.
func (a *Accounts) Leave(ctx context.Context, s *Session) {
	a.sessions.remove(s)
	if s.Dead() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.RedisTimeout)
	defer cancel()
	if _, err := store.Run(ctx, a.Stores.Redis.DB0, a.tokenCall(s, a.SessionTTL)); err != nil {
		a.Log.Warn("fin de session non écrite dans Redis", "erreur", err)
	}
}

// sweepBatch bounds what one cleaning takes, so that it never holds locks long.
const sweepBatch = 1000

// Sweep deletes the tokens that ended.
func (a *Accounts) Sweep(ctx context.Context) error {
	_, err := a.Stores.SQL.DeleteSome(ctx, "jetons", "empreinte", "dernier_usage < ?", sweepBatch,
		store.At(time.Now().Add(-a.SessionTTL-a.ahead())))
	return err
}
