package cluster

import (
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"etuservices/server/internal/store"
)

const (
	// heartbeatEvery is the time between two heartbeats.
	heartbeatEvery = time.Second
	// life of a process after its last beat: one or two may be lost, and with the age
	// of a snapshot the users of a killed instance are gone within 5 s.
	life = 3500 * time.Millisecond
	// keyLife is when Redis itself forgets a process that died with nobody left
	// to read.
	keyLife = 2 * life
	// fresh is the age up to which a snapshot answers NB, however many ask.
	fresh = time.Second
)

// Keys. One hash tag, for one script reads them all.
const (
	keyPrefix = "etu:{presence}:"
	keyProcs  = keyPrefix + "serveurs"
)

var (
	//go:embed beat.lua
	beatText string
	//go:embed read.lua
	readText string

	beatScript = store.NewScript(beatText)
	readScript = store.NewScript(readText)
)

// newProc names a process: a restarted one is another, though its instance has
// the same name.
func newProc(instance string) string { return instance + "~" + rand.Text()[:8] }

func (h *Hub) keys() []string {
	own := keyPrefix + h.proc
	return []string{keyProcs, own, own + ":sessions", own + ":logins"}
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
func (h *Hub) Snapshot(ctx context.Context) (*Snapshot, error) {
	if ctx.Err() != nil { // Redis is known to be away: nobody waits for it
		return nil, context.Cause(ctx)
	}
	h.reading.Lock()
	defer h.reading.Unlock()
	if h.reading.at.IsZero() || time.Since(h.reading.at) > fresh {
		h.readLocked(ctx)
	}
	return h.reading.last, h.reading.err
}

// ReadSnapshot takes a snapshot now. Errors: store.ErrUnavailable.
func (h *Hub) ReadSnapshot(ctx context.Context) (*Snapshot, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	h.reading.Lock()
	defer h.reading.Unlock()
	h.readLocked(ctx)
	return h.reading.last, h.reading.err
}

func (h *Hub) readLocked(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.RedisTimeout)
	defer cancel()
	call := store.Call{Script: readScript, Keys: []string{keyProcs}, Args: []any{life.Milliseconds(), keyPrefix}}
	answers, err := h.heartbeat(ctx, call)
	r := &h.reading
	r.last, r.err, r.at = nil, err, time.Now()
	if err == nil {
		r.last, r.err = parseSnapshot(answers[0])
	}
}

// heartbeatLoop tells Redis that this process lives.
func (h *Hub) heartbeatLoop(ctx context.Context) {
	tick := time.NewTicker(heartbeatEvery)
	defer tick.Stop()
	failing := false
	for {
		err := h.beat(ctx)
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			failing = failed
			if failed {
				h.Log.Warn("présence non tenue dans Redis", "erreur", err)
			} else {
				h.Log.Debug("présence tenue de nouveau dans Redis")
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *Hub) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, heartbeatEvery)
	defer cancel()
	h.reading.Lock() // heartbeats go one after the other: each is a difference
	defer h.reading.Unlock()
	if h.reading.err == nil && time.Since(h.reading.at) < heartbeatEvery {
		return nil // a snapshot was taken meanwhile, with a heartbeat
	}
	_, err := h.heartbeat(ctx)
	return err
}

// heartbeat tells Redis of this process, then runs what else is asked, in one round
// trip.
func (h *Hub) heartbeat(ctx context.Context, more ...store.Call) ([]any, error) {
	for range 2 {
		n := h.nextDelta()
		own := Process{Age: time.Since(h.started), Sockets: h.Sockets.Count(), Report: h.Local.Report()}
		calls := append([]store.Call{{
			Script: beatScript, Keys: h.keys(),
			Args: append([]any{h.proc, h.Instance, own.encode(), keyLife.Milliseconds(), h.Rule, h.Version, h.state()}, n.args()...),
		}}, more...)
		answers, err := store.EvalAll(ctx, h.DB, calls...)
		if err != nil {
			return nil, fmt.Errorf("cluster: beat: %w", err)
		}
		if answers[0] == int64(1) {
			h.acknowledge(n)
			return answers[1:], nil
		}
	}
	return nil, fmt.Errorf("cluster: beat: %w: Redis forgets at once", store.ErrUnavailable)
}

// depart takes this process out, so that nobody waits for its life to end.
func (h *Hub) depart(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, store.RedisTimeout)
	defer cancel()
	keys := h.keys()
	pipe := h.DB.Pipeline()
	pipe.ZRem(ctx, keyProcs, h.proc)
	pipe.Del(ctx, keys[1:]...)
	if _, err := pipe.Exec(ctx); err != nil {
		h.Log.Warn("départ non dit aux autres serveurs, ils le verront", "erreur", err)
	}
}

// presenceDelta are what the next beat tells of sessions that came and went, and what
// Redis holds of this process when it took the last one. Under the hub's lock.
type presenceDelta struct {
	added   map[int64]*Subscriber
	removed map[int64]struct{}
	logins  map[string]int  // sessions of each login, now
	touched map[string]bool // logins that came or went; what Redis has of them
	// What Redis holds after the last beat; told is false when that is unknown.
	told             bool
	sessions, unique int
}

func newPresenceDelta() presenceDelta {
	c := presenceDelta{logins: make(map[string]int)}
	c.forget()
	return c
}

func (c *presenceDelta) joined(m *Subscriber) {
	c.added[m.id] = m
	c.touch(m.Login)
	c.logins[m.Login]++
}

func (c *presenceDelta) left(m *Subscriber) {
	if _, unsaid := c.added[m.id]; unsaid {
		delete(c.added, m.id)
	} else {
		c.removed[m.id] = struct{}{}
	}
	c.touch(m.Login)
	if c.logins[m.Login]--; c.logins[m.Login] == 0 {
		delete(c.logins, m.Login)
	}
}

// touch remembers whether Redis has a login, before it comes or goes.
func (c *presenceDelta) touch(login string) {
	if _, known := c.touched[login]; !known {
		c.touched[login] = c.logins[login] > 0
	}
}

// forget drops the differences: they were told, or all is told anew.
func (c *presenceDelta) forget() {
	c.added = make(map[int64]*Subscriber)
	c.removed = make(map[int64]struct{})
	c.touched = make(map[string]bool)
}

// delta is one beat's part about sessions, as beat.lua takes it.
type delta struct {
	whole            bool
	sessions, unique int // what must stand in Redis for a difference
	add, remove      []any
	come, gone       []any
	// After it, Redis holds:
	thenSessions, thenUnique int
}

func (n *delta) args() []any {
	flag := "0"
	if n.whole {
		flag = "1"
	}
	args := []any{flag, n.sessions, n.unique, len(n.add) / 2, len(n.remove), len(n.come), len(n.gone)}
	for _, list := range [][]any{n.add, n.remove, n.come, n.gone} {
		args = append(args, list...)
	}
	return args
}

// nextDelta gives what the next beat tells; until it is confirmed, Redis's state
// is unknown, and the beat after a lost one tells everything.
func (h *Hub) nextDelta() delta {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := &h.presence
	n := delta{whole: !c.told, sessions: c.sessions, unique: c.unique, thenUnique: len(h.users)}
	c.told = false
	if n.whole {
		for _, members := range h.users {
			for m := range members {
				n.add = append(n.add, m.number(), m.who())
			}
		}
		for login := range c.logins {
			n.come = append(n.come, login)
		}
		n.thenSessions, n.thenUnique = len(n.add)/2, len(n.come)
	} else {
		for _, m := range c.added {
			n.add = append(n.add, m.number(), m.who())
		}
		for id := range c.removed {
			n.remove = append(n.remove, strconv.FormatInt(id, 36))
		}
		for login, had := range c.touched {
			switch has := c.logins[login] > 0; {
			case has && !had:
				n.come = append(n.come, login)
			case had && !has:
				n.gone = append(n.gone, login)
			}
		}
		n.thenSessions = n.sessions + len(n.add)/2 - len(n.remove)
		n.thenUnique = n.unique + len(n.come) - len(n.gone)
	}
	c.forget()
	return n
}

// acknowledge notes that Redis took the news.
func (h *Hub) acknowledge(n delta) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.presence.told, h.presence.sessions, h.presence.unique = true, n.thenSessions, n.thenUnique
}

func (m *Subscriber) number() string { return strconv.FormatInt(m.id, 36) }

// who writes a session as it stands in Redis: login, address, since when (ms).
func (m *Subscriber) who() string {
	return m.Login + " " + m.Address + " " + strconv.FormatInt(m.Since.UnixMilli(), 10)
}

func parseWho(s string) (p User, ok bool) {
	words := strings.Split(s, " ")
	if len(words) != 3 {
		return p, false
	}
	ms, err := strconv.ParseInt(words[2], 10, 64)
	return User{Login: words[0], Address: words[1], Since: time.UnixMilli(ms).UTC()}, err == nil
}
