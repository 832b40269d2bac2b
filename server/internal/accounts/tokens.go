package accounts

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"etuservices/server/internal/store"
)

func tokenKey(hash string) string { return "etu:jeton:{" + hash + "}" }

// Fields of a token in Redis: when it ends by its last use, and for each
// connection that holds it, when it ends as long as that one is there. Several
// connections may hold one token: none may shorten what another used.
const (
	fieldEnd  = "fin"
	fieldLive = "vif:" // + the connection's name
)

// tokenCall writes a use to Redis. With known, a token that Redis does not have is not
// created: it may have been revoked.
func (a *Accounts) tokenCall(s *Session, use int64, known bool) store.Call {
	u := s.User
	ends := use + a.SessionTTL.Milliseconds()
	live := strconv.FormatInt(ends+a.writeAhead().Milliseconds(), 10)
	if s.left.Load() {
		live = ""
	}
	return store.Call{
		Script: tokenScript,
		Keys:   []string{tokenKey(s.hash)},
		Args: []any{
			// A little longer than the token: one whose key is there has certainly
			// ended, one whose key is missing may have been lost.
			(a.SessionTTL + 3*a.writeAhead()).Milliseconds(), known, fieldEnd, ends, fieldLive + s.name, live,
			"id", u.ID, "login", u.Login, "role", string(u.Role), "prenom", u.FirstName,
			"nom", u.LastName, "email", u.Email, "depuis", strconv.FormatInt(s.Since.UnixMilli(), 10),
			"changer", u.MustChange,
		},
	}
}

// tokenEnd reads when a token ends, in Unix milliseconds.
func tokenEnd(fields map[string]string) (ends int64) {
	for name, value := range fields {
		if name == fieldEnd || strings.HasPrefix(name, fieldLive) {
			n, _ := strconv.ParseInt(value, 10, 64)
			ends = max(ends, n)
		}
	}
	return ends
}

// persistUses writes uses to SQL, each plus writeAhead, where SQL has no later one, and
// ends the sessions whose token SQL no longer has.
func (a *Accounts) persistUses(ctx context.Context, used []*Session, uses []int64) error {
	var cases strings.Builder
	var values []any
	var due, known []string // hashes: to be written, and only looked for
	for i, s := range used {
		if uses[i] <= s.inSQL.Load() {
			known = append(known, s.hash)
			continue
		}
		until := store.AtMilli(uses[i] + a.writeAhead().Milliseconds())
		cases.WriteString(" WHEN empreinte = ? AND dernier_usage < ? THEN ?")
		values = append(values, s.hash, until, until)
		due = append(due, s.hash)
	}
	if len(due) > 0 {
		slices.Sort(due)
		due = slices.Compact(due) // several connections may hold one token
		in, args := store.InClause(due)
		done, err := a.Stores.SQL.Write.Exec(ctx, `UPDATE jetons SET dernier_usage = CASE`+cases.String()+
			` ELSE dernier_usage END WHERE empreinte `+in, append(values, args...)...)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		if n < int64(len(due)) {
			known = append(known, due...)
		}
	}
	return a.Registry.revalidate(ctx, known)
}

// lastUse is the use for which a row's dernier_usage was written.
func (a *Accounts) lastUse(written store.Instant) time.Time { return written.Add(-a.writeAhead()) }

const (
	// maxAhead bounds writeAhead: the uses of a token are written once a minute.
	maxAhead = time.Minute
	// aheadPart keeps it small beside a short session TTL.
	aheadPart = 30
	// minAhead keeps the writer from spinning where tests set a very short one.
	minAhead = 20 * time.Millisecond
	// touchBatch bounds one statement or pipeline.
	touchBatch = 256
	// touchQueue is how many uses may wait to be written; what does not find
	// room is written at the next tick.
	touchQueue = 1024
)

// writeAhead is how much later than its last use a token's use is written to SQL, so
// that the uses within that time need not be written.
func (a *Accounts) writeAhead() time.Duration {
	return max(minAhead, min(maxAhead, a.SessionTTL/aheadPart))
}

// Run writes the uses of tokens to SQL and Redis until ctx ends: at once where SQL has an
// older one, so that a process that dies loses none; what failed is tried again.
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
			a.write(ctx, a.Registry.unpersisted())
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
	for some := range slices.Chunk(used, touchBatch) {
		a.writeBatch(ctx, some)
	}
}

// writeBatch writes the last uses, and ends the sessions whose token was revoked
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

// Leave takes a connection out of a session. The token stays valid, and expires
// SessionTTL after its last use on any connection.
func (a *Accounts) Leave(ctx context.Context, s *Session) {
	s.left.Store(true)
	a.Registry.remove(s)
	if s.Dead() {
		// Its login may have written the token to Redis after it was revoked.
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
