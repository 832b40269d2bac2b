// Package api is EtuServices as typed calls: times, cents and errors by code
// instead of lines. It keeps the session over cuts and restarts.
package api

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"

	"etuservices/client/internal/link"
	"etuservices/client/internal/tokens"
)

// Options say which server, and where its tokens are kept.
type Options struct {
	Addr string      // host:port
	TLS  *tls.Config // nil: not encrypted
	// Tokens keeps sessions over runs.
	Tokens tokens.Store
	// Once makes the first failure or loss of the connection final (exec).
	Once bool
	// OnEvent, where it is set, takes the events untranslated, in their order among
	// the replies (exec); Events and Live then stay empty. It must return at once.
	OnEvent func(link.Event)
	// Dial replaces the network in tests.
	Dial func(ctx context.Context) (net.Conn, error)
}

func (o Options) tokenKey() string { return TokenKey(o.Addr, o.TLS != nil) }

// TokenKey is the server of a kept session: one begun over TLS is never sent in clear.
func TokenKey(addr string, encrypted bool) string {
	if encrypted {
		return "tls+" + addr
	}
	return addr
}

// Client is safe for use by several goroutines. Every call waits while the
// link is offline, until its context ends; its errors are those of link.Do.
type Client struct {
	// Link has the state of the connection. A new Generation says that events were
	// missed: reload what is shown. Close ends the connection; the session goes on
	// at the server until its token dies, and the next run resumes it.
	*link.Link
	opt    Options
	events chan Event
	live   chan Event
	// dropped counts the Activity that nobody took in time, until it is told.
	dropped atomic.Int64

	mu       sync.Mutex
	session  Session // zero when nobody is logged in
	asked    string  // the login as it was typed
	period   int     // of SUIVRE, seconds; 0: not following
	expelled string  // the reason of the last EXPULSE
	leaving  bool    // Logout runs: no SessionEnded for the dead token
}

// New opens the connection in the background.
func New(opt Options) *Client {
	c := &Client{opt: opt, events: make(chan Event, eventQueue), live: make(chan Event, liveQueue)}
	c.Link = link.Open(context.Background(), link.Options{
		Addr: opt.Addr, TLS: opt.TLS, Dial: opt.Dial, Once: opt.Once, OnEvent: c.take,
		Setup: c.setup, Keep: c.loggedIn,
	})
	return c
}

const (
	// eventQueue is how many of the user's own events wait for a slow reader.
	eventQueue = 256
	// liveQueue is what a follower who draws ten times a second has to take at
	// once while 10,000 things happen in a second.
	liveQueue = 1024
)

// Events gives Sold, Announced, Expelled, SessionEnded and Unknown, never
// closed. An unread one is replaced by a newer one after some hundreds.
func (c *Client) Events() <-chan Event { return c.events }

// Live gives what Follow brings: Stats, Connected, Refused, SaleMade,
// PurchaseMade. Never closed; who does not keep up sees the newest.
func (c *Client) Live() <-chan Event { return c.live }

// Do sends a raw line (exec). Not for AUTH: the session would not be known.
func (c *Client) Do(ctx context.Context, line string) (link.Reply, error) {
	return c.Link.Do(ctx, link.Request{Line: line})
}

// locked does what needs the lock.
func (c *Client) locked(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do()
}

// Session gives who is logged in; ok is false when nobody is.
func (c *Client) Session() (s Session, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session, c.session.Login != ""
}

func (c *Client) loggedIn() bool {
	_, ok := c.Session()
	return ok
}
