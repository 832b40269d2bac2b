// Package cluster joins the servers that share their stores: who is connected where,
// and events between instances over Redis Pub/Sub. An event never waits for a
// socket: it enters the connection's bounded send queue, which the connection's own
// goroutine writes between replies.
package cluster

import (
	"context"
	"embed"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/server/internal/store"
)

//go:embed *.lua
var scripts embed.FS

var (
	heartbeatScript = store.ReadScript(scripts, "heartbeat.lua")
	snapshotScript  = store.ReadScript(scripts, "snapshot.lua")
	instancesScript = store.ReadScript(scripts, "instances.lua")
	peersScript     = store.ReadScript(scripts, "peers.lua")
)

// Conn is what the hub needs of a connection.
type Conn interface {
	// Send brings an event to the user, a line without its end; sent, when given, is
	// called by the connection's own goroutine once it is written. It never blocks.
	Send(line string, sent func())
}

// Sockets counts the open connections of this process.
type Sockets interface{ Count() int64 }

// Registry holds the logged-in sessions of this process.
type Registry interface {
	// EndSessions ends those that hold these tokens (hashes); line, when not empty,
	// is the last that their connections get.
	EndSessions(ctx context.Context, tokens []string, line string)
	// Revalidate ends those whose token SQL no longer has.
	Revalidate(ctx context.Context) error
}

// Notice tells a seller that an article was sold.
type Notice struct {
	Seller, Article int64
	Line            string
}

// Notices are kept until their sellers got them.
type Notices interface {
	// PendingNotices gives those that these sellers did not get yet.
	PendingNotices(ctx context.Context, sellers ...int64) ([]Notice, error)
	// AckNotice notes that the seller of an article got its notice.
	AckNotice(article int64)
}

// Local is the monitor's part in what instances exchange.
type Local interface {
	// Report is what goes out with each heartbeat, and comes back in Snapshot: one
	// line of text without a meaning for this package.
	Report() string
	// ReceiveFeed takes n lines for those who follow on this process; lost were
	// dropped on their way.
	ReceiveFeed(lines string, n, lost int)
}

// User is who is logged in on a connection.
type User struct {
	ID      int64
	Login   string
	Address string
	Since   time.Time
}

// Options are what a Hub is made of; all must be set.
type Options struct {
	DB       *store.DB // database 0
	Channel  string    // of events, this installation's alone
	Instance string
	Rule     string // what all instances must agree on: NAME=value, with blanks between
	Version  string
	Health   *store.Health // gets what keeps this instance from working with the others
	Sockets  Sockets
	Registry Registry
	Notices  Notices
	Local    Local
	Log      *slog.Logger
}

// Hub holds the logged-in connections of this process and speaks with the other
// instances.
type Hub struct {
	Options

	mu       sync.Mutex
	users    map[int64]map[*Subscriber]struct{} // by ID; each has at least one
	sessions int                                // of them all
	last     int64                              // the last number given to a subscriber
	// What came and went since the last heartbeat: sessions by their numbers (nil for
	// one that went), and the logins of their users by ID.
	changed      map[int64]*Subscriber
	changedUsers map[int64]string
	inRedis      *held // nil where it is unknown what Redis holds

	proc     string // names this process among all that ever ran
	leaving  atomic.Bool
	staying  atomic.Int64 // other processes that live and do not stop, when last read
	dropped  atomic.Int64 // events that other instances did not get
	started  time.Time
	reading  reading
	outgoing chan event // to the other instances
}

// Subscriber is one logged-in connection.
type Subscriber struct {
	User
	conn   Conn
	dead   func() bool
	number int64 // among all of this process
}

// New makes a hub; Run must run.
func New(o Options) *Hub {
	h := &Hub{
		Options: o, proc: newProc(o.Instance), started: time.Now(), outgoing: make(chan event, maxOutgoing),
		users: make(map[int64]map[*Subscriber]struct{}),
	}
	h.forgetChanges()
	return h
}

// Run does the work between instances until ctx ends, then tells the others
// that this one is gone.
func (h *Hub) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, loop := range []func(context.Context){h.heartbeatLoop, h.watchPeers, h.listenLoop, h.sendLoop} {
		all.Go(func() { loop(ctx) })
	}
	all.Wait()
	h.depart(context.WithoutCancel(ctx))
}

// Join registers a connection on which a user is logged in, until Leave. dead says
// whether the token was revoked: the connection then gets no further events.
func (h *Hub) Join(u User, conn Conn, dead func() bool) *Subscriber {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.users[u.ID] == nil {
		h.users[u.ID] = make(map[*Subscriber]struct{})
	}
	h.last++
	s := &Subscriber{User: u, conn: conn, dead: dead, number: h.last}
	h.users[u.ID][s] = struct{}{}
	h.sessions++
	h.changed[s.number], h.changedUsers[s.ID] = s, s.Login
	return s
}

// Leave takes out a connection that Join registered; a second call does nothing.
func (h *Hub) Leave(s *Subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, here := h.users[s.ID][s]; !here {
		return
	}
	delete(h.users[s.ID], s)
	if len(h.users[s.ID]) == 0 {
		delete(h.users, s.ID)
	}
	h.sessions--
	h.changed[s.number], h.changedUsers[s.ID] = nil, s.Login
}

// ProcessName names this process among all that ever ran.
func (h *Hub) ProcessName() string { return h.proc }

// Users is the number of distinct users who are logged in on this process.
func (h *Hub) Users() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.users)
}

// Dropped is the number of events that other instances did not get.
func (h *Hub) Dropped() int64 { return h.dropped.Load() }

// localUsers gives the numbers of the users who are logged in on this process.
func (h *Hub) localUsers() []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.users))
}
