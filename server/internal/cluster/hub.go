// Package cluster makes many servers one: who is connected, events between
// instances over Redis Pub/Sub, and the figures that administrators follow. An
// event never waits for a socket: it is put into a bounded box that the
// connection's own goroutine empties between replies.
package cluster

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// Conn is what the hub needs of a connection; none of it ever blocks.
type Conn interface {
	// PushThen brings an event for this person, a line without its end; sent,
	// when given, is called by the connection's own goroutine once it is written.
	Send(line string, sent func())
	// PushNews brings n whole lines that followers share; lost were dropped on
	// their way here. state, when not nil, is the newest one, in place of one
	// not yet written; it gets the number of lines of the feed that this
	// connection did not get.
	SendFeed(lines string, n, lost int, state func(lost int) string)
	// DropFeed forgets the feed and the state that were not yet written.
	ClearFeed()
}

// User is who is logged in on a connection.
type User struct {
	ID      int64
	Login   string
	Address string
	Since   time.Time
}

// Options are what a Hub that spans instances is made of.
type Options struct {
	DB       redis.UniversalClient // database 0
	Channel  string                // of events, this installation's alone
	Instance string
	// Rule is what all instances must agree on, NAME=value with blanks between.
	Rule    string
	Version string
	Sockets func() int64 // open connections of this process
	// Totals gives the calls of both services since ever, over all instances.
	Totals func(context.Context) (sales, buys int64, err error)
	// Said notes that a seller was told of the sale of an article.
	AckNotice func(article int64)
	// Kill ends the sessions of this process that hold these tokens (hashes);
	// line, when not empty, is their last.
	Revoke func(tokens []string, line string)
	// Resync is called after events may have been lost: the state is read
	// again where it stands for certain.
	Resync func(context.Context)
	// Problem makes known what keeps this instance from working with the others,
	// under a name, until it is told nil. It may be nil.
	Problem func(name string, err error)
	Log     *slog.Logger
}

// Hub holds the logged-in connections of this process and speaks with the other
// instances. Its zero value is a hub of one process, without Redis.
type Hub struct {
	Options
	Counters Counters

	mu       sync.Mutex
	users    map[int64]map[*Subscriber]struct{}
	audience followerList
	last     int64 // the last number given to a member
	changes  presenceDelta
	past     snapshotHistory

	proc    string // names this process among all that ever ran
	leaving atomic.Bool
	staying atomic.Int64 // other processes that live and do not stop, at the last look
	started time.Time
	reading reading
	feed    feed
	late    chan event
}

// Subscriber is one logged-in connection.
type Subscriber struct {
	User
	conn Conn
	dead func() bool
	id   int64
}

// New makes a hub that spans instances; Run must run.
func New(o Options) *Hub {
	h := &Hub{Options: o, proc: newProc(o.Instance), started: time.Now(), late: make(chan event, maxLate)}
	h.feed.init()
	return h
}

// Run does the work between instances until ctx ends, then tells the others
// that this one is gone.
func (h *Hub) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, work := range []func(context.Context){h.heartbeatLoop, h.watchPeers, h.listenLoop, h.retryLoop, h.publishFeed, h.deliverFeed} {
		all.Go(func() { work(ctx) })
	}
	all.Wait()
	h.depart(context.WithoutCancel(ctx))
}

// Join notes that a person is logged in on a connection. Once dead says so, his
// token was killed from elsewhere and he is told no more.
func (h *Hub) Join(p User, conn Conn, dead func() bool) *Subscriber {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.users == nil {
		h.users = make(map[int64]map[*Subscriber]struct{})
	}
	if h.users[p.ID] == nil {
		h.users[p.ID] = make(map[*Subscriber]struct{})
	}
	h.last++
	m := &Subscriber{User: p, conn: conn, dead: dead, id: h.last}
	h.users[p.ID][m] = struct{}{}
	h.changes.joined(m)
	return m
}

// Leave takes a connection out again; it follows nothing any more.
func (h *Hub) Leave(m *Subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, here := h.users[m.ID][m]; !here {
		return
	}
	if h.audience.remove(m) {
		m.conn.ClearFeed()
	}
	delete(h.users[m.ID], m)
	if len(h.users[m.ID]) == 0 {
		delete(h.users, m.ID)
	}
	h.changes.left(m)
}

// Users is the number of distinct users who are logged in on this process.
func (h *Hub) Users() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.users)
}

// LocalUsers gives the numbers of the users who are logged in on this process.
func (h *Hub) LocalUsers() []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]int64, 0, len(h.users))
	for id := range h.users {
		ids = append(ids, id)
	}
	return ids
}
