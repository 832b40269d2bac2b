package cluster

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

const (
	// heartbeatEvery is the time between two heartbeats.
	heartbeatEvery = time.Second
	// life of a process after its last heartbeat: one or two may be lost, and with the
	// age of a snapshot the users of a killed instance are gone within 5 s.
	life = 3500 * time.Millisecond
	// lostFor is how long a process that died is shown as lost.
	lostFor = time.Minute
	// keyLife is when Redis itself forgets a process that died with nobody left
	// to read.
	keyLife = 2*life + lostFor
	// fresh is the age up to which a snapshot answers NB, however many ask.
	fresh = time.Second
)

// Keys. One hash tag, for one script reads them all.
const (
	keyPrefix = "etu:{presence}:"
	keyProcs  = keyPrefix + "serveurs"
	keyLogins = keyPrefix + "presents" // login -> number of processes on which it is
)

// newProc names a process: a restarted one is another, though its instance has
// the same name.
func newProc(instance string) string { return instance + "~" + rand.Text()[:8] }

// ownKeys are those of this process alone.
func (h *Hub) ownKeys() []string {
	own := keyPrefix + h.proc
	return []string{own, own + ":sessions", own + ":logins"}
}

func (h *Hub) keys() []string {
	return slices.Concat([]string{keyProcs}, h.ownKeys(), []string{keyLogins})
}

// reading is the last snapshot, shared by all who ask.
type reading struct {
	sync.Mutex
	last *Snapshot
	err  error
	at   time.Time
}

// Count gives the open sockets and the distinct users over all instances, right
// within 5 s. Errors: store.ErrUnavailable.
func (h *Hub) Count(ctx context.Context) (sockets int64, users int, err error) {
	s, err := h.Snapshot(ctx)
	if err != nil {
		return 0, 0, err
	}
	if _, here := s.Processes[h.proc]; here && len(s.Processes) == 1 { // exact where nobody else is
		return h.Sockets.Count(), h.Users(), nil
	}
	return s.Sockets(), s.Users, nil
}

// Servers is the number of living processes, 0 where Redis does not answer.
func (h *Hub) Servers() int {
	s, err := h.Snapshot(context.Background())
	if err != nil {
		return 0
	}
	return s.Servers()
}

// Snapshot gives one that is at most a second old. A failure is kept as long as a
// success, so that callers do not wait one after the other for a Redis that does not
// answer. Errors: store.ErrUnavailable.
func (h *Hub) Snapshot(ctx context.Context) (*Snapshot, error) { return h.snapshot(ctx, fresh) }

// ReadSnapshot takes a snapshot now. Errors: store.ErrUnavailable.
func (h *Hub) ReadSnapshot(ctx context.Context) (*Snapshot, error) { return h.snapshot(ctx, 0) }

// snapshot gives one that is younger than an age, or takes it.
func (h *Hub) snapshot(ctx context.Context, age time.Duration) (*Snapshot, error) {
	if ctx.Err() != nil { // Redis is known to be away: nobody waits for it
		return nil, context.Cause(ctx)
	}
	r := &h.reading
	r.Lock()
	defer r.Unlock()
	if time.Since(r.at) < age {
		return r.last, r.err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.RedisTimeout)
	defer cancel()
	call := store.Call{Script: snapshotScript, Keys: []string{keyProcs, keyLogins}, Args: []any{life.Milliseconds(), keyPrefix, keyLife.Milliseconds()}}
	answers, err := h.heartbeat(ctx, call)
	r.last, r.err, r.at = nil, err, time.Now()
	if err == nil {
		r.last, r.err = parseSnapshot(answers[0])
	}
	return r.last, r.err
}

// heartbeatLoop sends a heartbeat every heartbeatEvery until ctx ends.
func (h *Hub) heartbeatLoop(ctx context.Context) {
	failing := false
	send := func() {
		err := h.sendHeartbeat(ctx)
		failed := err != nil && ctx.Err() == nil
		switch {
		case failed && !failing:
			h.Log.Warn("présence non tenue dans Redis", "erreur", err)
		case failing && !failed:
			h.Log.Debug("présence tenue de nouveau dans Redis")
		}
		failing = failed
	}
	send()
	wait.Every(ctx, heartbeatEvery, send)
}

func (h *Hub) sendHeartbeat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, heartbeatEvery)
	defer cancel()
	h.reading.Lock() // one heartbeat after the other: each is a difference
	defer h.reading.Unlock()
	if h.reading.err == nil && time.Since(h.reading.at) < heartbeatEvery {
		return nil // a snapshot was taken meanwhile, with a heartbeat
	}
	_, err := h.heartbeat(ctx)
	return err
}

// heartbeat writes into Redis that this process lives, what it reports and which
// sessions it has, then runs the calls of more, in one round trip.
func (h *Hub) heartbeat(ctx context.Context, more ...store.Call) ([]any, error) {
	for range 2 { // once more, with all sessions, where Redis lost those it had
		sessions, then := h.sessionChanges()
		own := h.self()
		args := []any{h.proc, h.Instance, own.Process.encode(), keyLife.Milliseconds(), h.Rule, h.Version, h.state(), own.encode(), life.Milliseconds(), keyPrefix}
		calls := append([]store.Call{{Script: heartbeatScript, Keys: h.keys(), Args: append(args, sessions...)}}, more...)
		answers, err := store.EvalAll(ctx, h.DB, calls...)
		if err != nil {
			return nil, fmt.Errorf("cluster: heartbeat: %w", err)
		}
		if answers[0] == int64(1) {
			h.mu.Lock()
			h.inRedis = &then
			h.mu.Unlock()
			return answers[1:], nil
		}
	}
	return nil, fmt.Errorf("cluster: heartbeat: %w: Redis loses what it is given at once", store.ErrUnavailable)
}

// depart takes this process out of Redis, so that nobody waits for its life to end.
func (h *Hub) depart(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, store.RedisTimeout)
	defer cancel()
	pipe := h.DB.Pipeline()
	pipe.ZRem(ctx, keyProcs, h.proc)
	pipe.Del(ctx, h.ownKeys()...)
	if _, err := pipe.Exec(ctx); err != nil {
		h.Log.Warn("départ non dit aux autres serveurs, ils le verront", "erreur", err)
	}
}

// held is what Redis holds of this process: so many sessions, of so many users.
type held struct{ sessions, users int }

// sessionChanges gives the part of heartbeat.lua's arguments that is about sessions,
// and what Redis holds once it took them. Until then its state counts as unknown, and
// a further call gives all sessions. With ten changes among 15,000 sessions a heartbeat
// takes 0.2 ms; with all of them it takes 80 ms, in which Redis answers nobody else
// (BenchmarkHeartbeat).
func (h *Hub) sessionChanges() (args []any, then held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before, whole := h.inRedis, h.inRedis == nil
	if whole {
		before = &held{}
		h.forgetChanges()
		for _, all := range h.users {
			for s := range all {
				h.changed[s.number], h.changedUsers[s.ID] = s, s.Login
			}
		}
	}
	var added, removed, usersAdded, usersRemoved []any
	for number, s := range h.changed {
		if s != nil {
			added = append(added, number, s.encode())
		} else {
			removed = append(removed, number)
		}
	}
	for id, login := range h.changedUsers {
		if h.users[id] != nil {
			usersAdded = append(usersAdded, login)
		} else {
			usersRemoved = append(usersRemoved, login)
		}
	}
	h.forgetChanges()
	h.inRedis = nil
	counts := []any{whole, before.sessions, before.users, len(added) / 2, len(removed), len(usersRemoved), len(usersAdded)}
	return slices.Concat(counts, added, removed, usersRemoved, usersAdded), held{h.sessions, len(h.users)}
}

func (h *Hub) forgetChanges() {
	h.changed, h.changedUsers = make(map[int64]*Subscriber), make(map[int64]string)
}

// encode writes who it is as it stands in Redis: login, address, since when (ms).
func (s *Subscriber) encode() string {
	return s.Login + " " + s.Address + " " + strconv.FormatInt(s.Since.UnixMilli(), 10)
}

func parseUser(s string) (u User, ok bool) {
	words := strings.Split(s, " ")
	if len(words) != 3 {
		return u, false
	}
	ms, err := strconv.ParseInt(words[2], 10, 64)
	return User{Login: words[0], Address: words[1], Since: time.UnixMilli(ms).UTC()}, err == nil
}
