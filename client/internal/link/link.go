// Package link is one conversation with a server of EtuServices: requests in
// flight answered in order, events apart, reconnection for ever. It knows the
// lines of the protocol and nothing of logins or articles; package api does.
package link

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"etuservices/protocol"
)

// Options say where a link goes and what it does on arrival.
type Options struct {
	// Addr is host:port; see Address for what people may write.
	Addr string
	// TLS is nil for a plain connection.
	TLS *tls.Config
	// Dial replaces the TCP dialling in tests.
	Dial func(ctx context.Context) (net.Conn, error)
	// Setup runs on every new connection before any request (REPRENDRE). Its
	// error ends that connection and counts as a failed attempt.
	Setup func(ctx context.Context, do Doer) error
	// Keep says whether a connection that the server closed for idleness is wanted again at
	// once (somebody wants events) or only at the next request. Nil is never.
	Keep func() bool
	// OnEvent takes the events, in their order among the replies, and returns at once.
	OnEvent func(Event)
	// Once makes the first failure or loss final: no reconnection.
	Once bool
}

// Doer sends one request and waits for its reply.
type Doer func(ctx context.Context, r Request) (Reply, error)

// Request is one line, without its end.
type Request struct {
	Line string
	// Repeat says that doing it twice is as good as once (it only reads, or it
	// carries a ref), so that it is sent again when its answer was lost.
	Repeat bool
}

// Reply is the answer to one request. Failures come as *Error beside it.
type Reply struct {
	Rows   []protocol.Fields
	Status protocol.Message
	// Lines are the rows and the status as they came, cleaned, without ends.
	Lines []string
	// At is when the status line came, by our clock.
	At time.Time
}

// Event is a line that belongs to no reply.
type Event struct {
	protocol.Message
	Line string // as it came, cleaned
	At   time.Time
}

// Link is safe for use by several goroutines.
type Link struct {
	opt    Options
	ctx    context.Context
	cancel context.CancelFunc
	live   sync.WaitGroup // run

	mu     sync.Mutex
	queue  []*call
	final  error // why nothing more will be done; nil while it lives
	state  State
	wake   chan struct{} // something was queued
	retry  chan struct{} // do not wait any longer
	change chan State    // box of one, newest wins

	draining sync.WaitGroup // old connections that still answer
}

// Open starts a link, which dials in the background and ends with ctx or Close.
func Open(ctx context.Context, opt Options) *Link {
	ctx, cancel := context.WithCancel(ctx)
	l := &Link{
		opt: opt, ctx: ctx, cancel: cancel,
		wake:   make(chan struct{}, 1),
		retry:  make(chan struct{}, 1),
		change: make(chan State, 1),
	}
	l.setState(State{Phase: Connecting, Attempt: 1})
	l.live.Go(l.run)
	return l
}

// Do sends a request and waits for its reply, however often the connection
// has to be made anew meanwhile. Errors: *Error (the server's -ERR), ErrLost
// (it may or may not have been done), ErrLine, ErrBusy, ErrClosed, and ctx's.
func (l *Link) Do(ctx context.Context, r Request) (Reply, error) {
	c, err := newCall(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	if err := l.enqueue(c); err != nil {
		return Reply{}, err
	}
	return c.wait()
}

// State gives the state of the link now.
func (l *Link) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// Changes gives each new state; who is late gets only the newest. Never closed.
func (l *Link) Changes() <-chan State { return l.change }

// Retry dials at once instead of at State.RetryAt.
func (l *Link) Retry() { signal(l.retry) }

// Close ends the link and its goroutines. Requests that wait get ErrClosed.
func (l *Link) Close() error {
	l.cancel()
	l.live.Wait()
	return nil
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Phase is where a link stands.
type Phase uint8

// The phases. A user is told of Offline only.
const (
	// Connecting: the first attempt, or the first after a loss, is under way.
	Connecting Phase = iota
	// Online: requests are sent as they come.
	Online
	// Offline: attempts failed; the next one is at RetryAt. Requests wait.
	Offline
	// Idle: the server closed an unused connection; the next request opens another.
	Idle
	// Closed: Close was called, or Options.Once and it is over.
	Closed
)

// State is what is known of the link.
type State struct {
	Phase   Phase
	Attempt int       // 1 for the first since the loss; 0 when online
	RetryAt time.Time // Offline: the next attempt; zero while it is under way
	Err     error     // Offline, Closed: why
	// Generation counts the connections made: what was shown under an earlier
	// one may be stale, events in between were missed.
	Generation int
}

func (l *Link) setState(s State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.Generation = l.state.Generation
	if s.Phase == Online {
		s.Generation++
	}
	l.state = s
	select { // newest wins; setState is the only writer, under the lock
	case <-l.change:
	default:
	}
	l.change <- s
}
