package ledger

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"etuservices/server/internal/broken"
	"etuservices/server/internal/store"
)

//go:embed *.lua
var scripts embed.FS

var (
	reserveScript = store.ReadScript(scripts, "reserve.lua")
	usageScript   = store.ReadScript(scripts, "usage.lua")
	releaseScript = store.ReadScript(scripts, "release.lua")
	windowScript  = store.ReadScript(scripts, "window.lua")
	emptyScript   = store.ReadScript(scripts, "empty.lua")
	refusedScript = store.ReadScript(scripts, "refused.lua")
)

// markLife is how long Redis lets calls with the same ref wait for one in progress:
// longer than its transaction (store.SQLTimeout), and shorter than their own time
// (store.RequestTime), so that after a call whose process died the next one is done
// and not refused. The mark is left to expire after a commit: whoever comes then
// finds the ref in SQL first. Two that work at once do no harm: SQL has one row a ref.
const markLife = 3500 * time.Millisecond

// ErrInProgress says that a call with the same ref is in progress: poll the table refs
// for its result (Run does).
var ErrInProgress = errors.New("ledger: a call with the same ref is in progress")

// User is whom a slot belongs to.
type User struct {
	ID    int64
	Login string
}

// Reservation is one taken place in a window. ID stands in Redis and in the ledger
// alike, so that filling a window from the ledger counts nothing twice.
type Reservation struct {
	User  User
	Kind  Kind
	ID    string
	Stamp time.Time // Redis's clock, to the millisecond
	ref   string
	open  time.Time // until when Redis, which did not answer, may take the slot (redisClock)
}

// Limiter holds the windows of all users. It is safe for concurrent use.
type Limiter struct {
	stores   *store.Stores
	rule     Rule
	log      *slog.Logger
	clock    redisClock
	checks   reconcileThrottle
	pending  pending
	refusals refusalCounts

	background sync.WaitGroup
	closing    chan struct{}
}

// New makes a limiter with a rule.
func New(stores *store.Stores, rule Rule, log *slog.Logger) *Limiter {
	return &Limiter{
		stores: stores, rule: rule, log: log, closing: make(chan struct{}),
		clock: redisClock{began: time.Now()}, pending: pending{slots: make(map[string]pendingSlot)},
	}
}

// Rule is the rule of both quotas.
func (l *Limiter) Rule() Rule { return l.rule }

// Reserve takes a slot in Redis, which may refuse (*Exceeded) and never has the
// last word: the ledger's transaction has. ref, when not empty, names a repeatable
// call: one with the same ref in progress anywhere is ErrInProgress. The slot must
// end in a commit, in Release, or in ResolveLater.
func (l *Limiter) Reserve(ctx context.Context, user User, kind Kind, ref string) (Reservation, error) {
	slot := Reservation{User: user, Kind: kind, ID: newID(), ref: ref}
	if err := ctx.Err(); err != nil { // a store took all of the request's time
		return slot, fmt.Errorf("ledger: take a slot: %w", err)
	}
	if l.stores.Health.Missing(store.NeedRedis) {
		return slot, store.ErrUnavailable
	}
	if err := l.releasePending(ctx, user.Login); err != nil {
		return slot, fmt.Errorf("ledger: take a slot: %w", err)
	}
	verdict, err := l.reserve(ctx, &slot, nil, false)
	if err == nil && verdict.unknown {
		var entries []entry
		if entries, _, err = l.ledger(ctx, user, kind, verdict.now); err == nil {
			verdict, err = l.reserve(ctx, &slot, entries, true)
		}
	}
	if err == nil && verdict.full != nil && l.dropOrphans(ctx, user, kind) {
		verdict, err = l.reserve(ctx, &slot, nil, false)
	}
	switch {
	case err != nil:
		if !slot.open.IsZero() { // Redis was asked, and nobody knows what it did
			l.Release(ctx, slot)
		}
		return slot, fmt.Errorf("ledger: take a slot: %w", err)
	case verdict.inProgress:
		return slot, ErrInProgress
	case verdict.full != nil:
		l.noteRefusal(ctx, slot)
		return slot, verdict.full
	}
	return slot, nil
}

// The verdicts of reserve.lua.
const (
	verdictTaken      = 1
	verdictFull       = 0
	verdictUnknown    = -1
	verdictInProgress = -2
	verdictLate       = -3
)

type verdict struct {
	unknown, inProgress, late bool
	now                       time.Time // on Redis's clock, where the window is unknown
	full                      *Exceeded
}

// lateTries is how often a slot is asked for where Redis answers "too late": the second
// time with the clock that the first answer told, the third where that was the clock of
// another node.
const lateTries = 3

func (l *Limiter) reserve(ctx context.Context, slot *Reservation, entries []entry, fill bool) (verdict, error) {
	for range lateTries {
		v, err := l.reserveOnce(ctx, slot, entries, fill)
		if err != nil || !v.late {
			return v, err
		}
	}
	return verdict{}, fmt.Errorf("ledger: Redis is late: %w", store.ErrUnavailable)
}

// reserveOnce asks Redis for the slot once, to be taken only while its answer is waited
// for (redisClock).
func (l *Limiter) reserveOnce(ctx context.Context, slot *Reservation, entries []entry, fill bool) (verdict, error) {
	open := time.Now().Add(store.RedisTimeout)
	if end, ok := ctx.Deadline(); ok && end.Before(open) {
		open = end
	}
	keys := []string{windowKey(slot.User, slot.Kind), knownKey(slot.User, slot.Kind)}
	if slot.ref != "" {
		keys = append(keys, refKey(slot.User, slot.ref))
	}
	args := append(make([]any, 0, 6+2*len(entries)),
		broken.Window(l.rule.Window).Milliseconds(), broken.Limit(l.rule.Max), slot.ID, markLife.Milliseconds(), l.clock.at(open), fill)
	args = appendEntries(args, entries)
	answers, err := l.stores.Redis.DB0.Batch(ctx, store.Call{Script: reserveScript, Keys: keys, Args: args})
	if err != nil {
		if store.MayHaveRun(err) {
			slot.open = open
		}
		return verdict{}, err
	}
	n, err := numbers(answers[0], 4)
	if err != nil {
		return verdict{}, err
	}
	l.clock.saw(n[2])
	switch n[0] {
	case verdictTaken:
		slot.Stamp = time.UnixMilli(n[3]).UTC()
		return verdict{}, nil
	case verdictFull:
		slot.Stamp = time.UnixMilli(n[2]).UTC()
		wait := time.Duration(n[3]+l.rule.Window.Milliseconds()-n[2]) * time.Millisecond
		return verdict{full: &Exceeded{State{
			Kind: slot.Kind, Used: int(n[1]), Max: l.rule.Max, Window: l.rule.Window, Next: l.rule.bound(wait),
		}}}, nil
	case verdictInProgress:
		return verdict{inProgress: true}, nil
	case verdictLate:
		return verdict{late: true}, nil
	case verdictUnknown:
		return verdict{unknown: true, now: time.UnixMilli(n[2]).UTC()}, nil
	}
	return verdict{}, fmt.Errorf("ledger: unexpected verdict of Redis: %d", n[0])
}

// dropOrphans looks, where it is due, whether a full window is truly full.
func (l *Limiter) dropOrphans(ctx context.Context, user User, kind Kind) bool {
	if !l.checks.due(windowKey(user, kind)) {
		return false
	}
	dropped, err := l.refresh(ctx, user, kind)
	if err != nil {
		l.log.Warn("fenêtre non vérifiée contre le registre", "quota", kind, "erreur", err)
	}
	return dropped
}

func windowKey(u User, kind Kind) string { return "etu:{" + u.Login + "}:" + string(kind) }
func knownKey(u User, kind Kind) string  { return "etu:{" + u.Login + "}:" + string(kind) + ":connu" }
func refKey(u User, ref string) string   { return "etu:{" + u.Login + "}:ref:" + ref }

// newID is 64 random bits: the name of a slot among those of one user.
func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// numbers reads a script's answer: integers, or text where a number is too
// large for Lua's own printing.
func numbers(answer any, atLeast int) ([]int64, error) {
	list, ok := answer.([]any)
	if !ok || len(list) < atLeast {
		return nil, fmt.Errorf("ledger: unexpected answer of Redis: %T", answer)
	}
	out := make([]int64, len(list))
	for i, v := range list {
		switch v := v.(type) {
		case int64:
			out[i] = v
		case string:
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("ledger: unexpected number from Redis: %w", err)
			}
			out[i] = n
		default:
			return nil, fmt.Errorf("ledger: unexpected answer of Redis: %T", v)
		}
	}
	return out, nil
}

const (
	// checkEvery bounds how often one user's window is compared with the ledger, so
	// that a script that calls again and again over its quota costs SQL next to
	// nothing; it is well within the 10 s that PROTOCOL.md §3.1 promises.
	checkEvery = 5 * time.Second
	// checkLeast is the same where a slot is about to reach the age of settleAfter.
	checkLeast = 100 * time.Millisecond
	// maxChecked bounds the number of windows in a reconcileThrottle.
	maxChecked = 10_000
)

// reconcileThrottle has the time when each window may be compared with the ledger again.
type reconcileThrottle struct {
	mu   sync.Mutex
	next map[string]time.Time
}

// due says whether it is time, to one of those who ask at once.
func (c *reconcileThrottle) due(key string) bool {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Before(c.next[key]) {
		return false
	}
	if c.next == nil || len(c.next) >= maxChecked {
		c.next = make(map[string]time.Time)
	}
	c.next[key] = now.Add(checkEvery)
	return true
}

// sooner moves the next check forward.
func (c *reconcileThrottle) sooner(key string, in time.Duration) {
	at := time.Now().Add(max(in, checkLeast))
	c.mu.Lock()
	defer c.mu.Unlock()
	if next, ok := c.next[key]; ok && at.Before(next) {
		c.next[key] = at
	}
}

// Scripts gives the package's Lua to the bare drivers of server/bench, which do
// the same work in Redis with nothing around it.
func Scripts() (take, look *store.Script) { return reserveScript, usageScript }

// WindowKeys are a user's windows of logins and of calls, each with its "known" mark.
func WindowKeys(u User) []string {
	keys := make([]string, 0, 2*len(kinds))
	for _, kind := range kinds {
		known := knownKey(u, kind)
		keys = append(keys, strings.TrimSuffix(known, ":connu"), known) // one text for both
	}
	return keys
}
