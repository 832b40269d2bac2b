package lineserver

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"etuservices/protocol"
)

// Session is the application's side of one connection. All its methods are called by
// the connection's own goroutine.
type Session interface {
	// Greet writes what is said on connecting.
	Greet(out *protocol.Writer)
	// Line does one request to its end and writes its reply; closing says that
	// the connection ends behind it.
	Line(ctx context.Context, line []byte, out *protocol.Writer) (closing bool)
	// Deadline is when the wait for the next request ends, and the code that is
	// sent then. A request extends it, a part of a line does not.
	Deadline() (time.Time, protocol.Code)
	// Close is called once, whatever ended the connection.
	Close(ctx context.Context)
}

// flushAt is the size of replies that are sent though more requests wait.
const flushAt = 32 << 10

// idleOut is the output buffer that an idle connection may keep, in bytes: the
// usual reply fits, a list's does not.
const idleOut = 512

// followOut is the output buffer that one who follows may keep, in bytes: the
// state and the feed of half a second, so that a thousand of them cost the
// collector nothing.
const followOut = 4 << 10

// aLongTimeAgo is a deadline that has passed: it ends a wait at once (as in net/http).
var aLongTimeAgo = time.Unix(1, 0)

// Conn is one connection. Send, SendFeed, ClearFeed, SendAndClose, Interrupt and Address
// may be called by any goroutine, the others by the connection's own.
type Conn struct {
	nc      net.Conn
	server  *Server
	session Session
	reader  *protocol.Reader
	out     protocol.Writer
	queue   sendQueue
	sent    []func() // to be called after the next flush
	opened  time.Time
	armed   time.Time // the read deadline as the owner set it
	writeBy time.Time // the write deadline
	lines   int

	network         netip.Addr // that limits per address count it under
	exempt          bool       // they leave it alone
	unauthenticated bool       // counted among those not logged in

	leaveAt atomic.Int64 // while draining: when it is closed, Unix nanoseconds
	drained bool         // the client was sent that the server stops
}

// Address is the client's, without its port.
func (c *Conn) Address() string {
	host, _, err := net.SplitHostPort(c.nc.RemoteAddr().String())
	if err != nil {
		return c.nc.RemoteAddr().String()
	}
	return host
}

// Exempt says that no limit per address holds for this client.
func (c *Conn) Exempt() bool { return c.exempt }

// SetAuthenticated notes whether somebody is logged in on the connection.
func (c *Conn) SetAuthenticated(known bool) {
	switch {
	case c.exempt || c.unauthenticated != known:
		return
	case known:
		c.server.unauthenticated.Add(-1)
	default:
		c.server.unauthenticated.Add(1)
	}
	c.unauthenticated = !known
}

// Send queues an event, a line without its end; sent, when not nil, is called by the
// connection's own goroutine once the line is written. Like SendFeed and SendAndClose,
// it never blocks.
func (c *Conn) Send(line string, sent func()) {
	c.queue.push(line, sent)
	c.Interrupt()
}

// SendFeed queues n whole lines of the feed, which all followers share; lost were
// dropped before. state, when not nil, writes the line of figures that goes with the
// feed, given how many lines were dropped since the last one; of several that wait,
// only the newest is written.
func (c *Conn) SendFeed(lines string, n, lost int, state func(lost int) string) {
	c.queue.pushFeed(lines, n, lost, state)
	c.Interrupt()
}

// ClearFeed forgets the feed and the state that were not yet written.
func (c *Conn) ClearFeed() { c.queue.dropFeed() }

// SendAndClose queues the last event: the connection ends behind it.
func (c *Conn) SendAndClose(line string) {
	c.queue.pushFinal(line)
	c.Interrupt()
}

// Interrupt ends the wait for a request: the connection's goroutine reads its send queue
// and the session's Deadline again. It sets its own deadline before it reads them, so
// no interrupt is lost.
func (c *Conn) Interrupt() { _ = c.nc.SetReadDeadline(aLongTimeAgo) }

// serve is the connection's goroutine.
func (c *Conn) serve(ctx context.Context) (reason error) {
	defer c.session.Close(ctx)
	c.session.Greet(&c.out)
	for {
		line, err := c.next()
		if err != nil {
			return err
		}
		c.lines++
		c.takeEvents() // what came before the request goes out before the reply
		start := c.out.Len()
		if c.session.Line(ctx, line, &c.out) {
			return c.closing(start)
		}
		c.takeEvents()
	}
}

// closing ends a connection behind a reply that closes, which begins at start. It
// and those below keep out of the frames of a connection that waits; see
// Server.hold.
//
//go:noinline
func (c *Conn) closing(start int) error {
	why := reasonOfReply(c.out.Bytes()[start:])
	c.takeEvents()
	return c.closed(why)
}

// closed writes what is left behind the last line.
//
//go:noinline
func (c *Conn) closed(why Reason) error { return errors.Join(why, c.flush()) }

// next waits for a request, and until it comes writes replies and events.
func (c *Conn) next() ([]byte, error) {
	for {
		if c.leaveAt.Load() == 0 && c.ready() { // the deadline is one for waiting
			return c.read()
		}
		until, code := c.session.Deadline()
		if !time.Now().Before(until) {
			return nil, c.refuse(code)
		}
		until, late := c.drain(until)
		if late {
			return nil, c.goodbye()
		}
		if c.ready() {
			return c.read()
		}
		c.arm(until) // before the send queue is read
		c.takeEvents()
		if c.leaveAt.Load() != 0 && !c.drained {
			continue // the drain began between its look and the deadline
		}
		if err := c.flush(); err != nil {
			return nil, err
		}
		if c.queue.ended() {
			c.takeEvents() // where it came this very moment
			return nil, c.closed(Expelled)
		}
		line, err := c.read()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			c.armed = time.Time{}
			continue // woken, or late: the loop tells which
		}
		return line, err
	}
}

// ready says that a request can be read at once, and no reply has to go first.
func (c *Conn) ready() bool {
	return c.reader.HasLine() && c.out.Len() < flushAt && !c.queue.ended()
}

// arm bounds the wait for a request. A deadline that is already set and comes before
// until stays, for setting one costs as much as a PING's own work: when it comes, the
// loop sets the next. Only Interrupt sets it meanwhile.
func (c *Conn) arm(until time.Time) {
	if c.armed.IsZero() || c.armed.After(until) || !time.Now().Before(c.armed) {
		c.armed = until
		_ = c.nc.SetReadDeadline(until)
	}
}

func (c *Conn) read() ([]byte, error) {
	line, err := c.reader.ReadLine()
	if err != nil || c.lines == 0 {
		err = c.unread(line, err)
	}
	return line, err
}

// unread answers what is no request of ours: an error, or a first line of HTTP.
//
//go:noinline
func (c *Conn) unread(line []byte, err error) error {
	switch {
	case errors.Is(err, protocol.ErrTooLong):
		c.out.Err(protocol.LIGNE).Int("max", protocol.MaxLine).Text(protocol.LIGNE.Text())
		return c.closed(Reason(protocol.LIGNE))
	case errors.Is(err, protocol.ErrTLS):
		return c.wrongProtocol(saysTLS)
	case err == nil && isHTTP(line):
		return c.wrongProtocol(saysHTTP)
	}
	return err
}

// refuse says why the connection ends.
//
//go:noinline
func (c *Conn) refuse(code protocol.Code) error {
	c.takeEvents()
	c.out.Err(code).Text(code.Text())
	return c.closed(Reason(code))
}

//go:noinline
func (c *Conn) takeEvents() { c.sent = c.queue.drainTo(&c.out, c.sent) }

// flush writes what was gathered; the client has WriteTimeout to take it, or up
// to an eighth less: the deadline need not move at every reply.
//
//go:noinline
func (c *Conn) flush() error {
	if c.out.Len() == 0 {
		return nil
	}
	now, patience := time.Now(), c.server.limits.WriteTimeout
	if c.writeBy.Sub(now) < patience-patience/8 {
		c.writeBy = now.Add(patience)
		_ = c.nc.SetWriteDeadline(c.writeBy)
	}
	n := c.out.Len()
	_, err := c.nc.Write(c.out.Bytes())
	c.out.Reset()
	if n > idleOut && (n > followOut || !c.queue.follows()) {
		c.out.Release()
	}
	if err == nil {
		for _, sent := range c.sent {
			sent()
		}
		c.sent = nil
	}
	return err
}

// linger lets the last line arrive: closing a socket with unread input
// would reset it. The client's input is read and thrown away, within bounds.
func (c *Conn) linger() {
	half, ok := c.nc.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	left, until := c.server.limits.LingerBytes, time.Now().Add(c.server.limits.LingerTime)
	for left > 0 && time.Now().Before(until) {
		_ = c.nc.SetReadDeadline(until)
		n, err := io.CopyN(io.Discard, c.nc, left)
		left -= n
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		// Late, or woken by a server that stops: the loop tells which.
	}
}
