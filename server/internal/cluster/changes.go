package cluster

import (
	"strconv"
	"strings"
	"time"
)

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

func (c *presenceDelta) joined(m *Subscriber) {
	if c.added == nil {
		c.forget()
	}
	if c.logins == nil {
		c.logins = make(map[string]int)
	}
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
	c := &h.changes
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
	h.changes.told, h.changes.sessions, h.changes.unique = true, n.thenSessions, n.thenUnique
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
