// Package live knows who is connected and brings them events. An event never
// waits for a socket: it is put into a bounded box that the connection's own
// goroutine empties between replies.
package live

import "sync"

// Hub holds the logged-in connections of this process. Its zero value is ready.
type Hub struct {
	mu    sync.Mutex
	users map[int64]map[*Member]struct{}
}

// Member is one logged-in connection.
type Member struct {
	user int64
	push func(line string)
}

// Join notes that a user is logged in on a connection; push must not block.
func (h *Hub) Join(user int64, push func(line string)) *Member {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.users == nil {
		h.users = make(map[int64]map[*Member]struct{})
	}
	if h.users[user] == nil {
		h.users[user] = make(map[*Member]struct{})
	}
	m := &Member{user: user, push: push}
	h.users[user][m] = struct{}{}
	return m
}

// Leave takes a connection out again.
func (h *Hub) Leave(m *Member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.users[m.user], m)
	if len(h.users[m.user]) == 0 {
		delete(h.users, m.user)
	}
}

// Notify brings a line to all connections of a user.
func (h *Hub) Notify(user int64, line string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for m := range h.users[user] {
		m.push(line)
	}
}

// Users is the number of distinct users who are logged in.
func (h *Hub) Users() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.users)
}
