package link

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"etuservices/protocol"
)

// conn is one connection. Its reader is the only one that answers calls.
type conn struct {
	nc      net.Conn
	r       *bufio.Reader
	onEvent func(Event)
	since   time.Time
	ctx     context.Context // ends with the connection, of which it has the cause
	end     context.CancelCauseFunc

	mu          sync.Mutex
	flight      []*call     // on the wire, in order
	timer       *time.Timer // of the first of them: replyTimeout
	retired     bool        // answer what is on the wire, then end
	unprocessed bool        // what is left in flight was not done, the server says

	free    chan struct{}      // the window has room again
	leaving chan time.Duration // ! ARRET came
	retire  chan struct{}      // the writer stops
	running sync.WaitGroup     // reader and writer
}

func newConn(ctx context.Context, nc net.Conn, onEvent func(Event)) *conn {
	c := &conn{
		nc: nc, r: bufio.NewReaderSize(nc, maxLine), onEvent: onEvent, since: time.Now(),
		free: make(chan struct{}, 1), leaving: make(chan time.Duration, 1), retire: make(chan struct{}),
	}
	c.ctx, c.end = context.WithCancelCause(ctx)
	c.timer = time.AfterFunc(replyTimeout, c.late)
	c.timer.Stop()
	context.AfterFunc(c.ctx, func() {
		c.timer.Stop()
		_ = nc.Close() // nothing to be done about its error
	})
	return c
}

// greet reads the first line. Errors: *Error (PLEIN, DEBIT, ARRET), ErrProtocol, ErrSilent.
func (c *conn) greet() error {
	_ = c.nc.SetReadDeadline(time.Now().Add(greetTimeout)) // fails only on a dead socket: the read will tell
	m, line, err := c.readMessage()
	if err != nil {
		return err
	}
	_ = c.nc.SetReadDeadline(time.Time{})
	switch {
	case m.Mark == protocol.MarkErr:
		return asError(m, line)
	case m.Mark != protocol.MarkOK || m.Word != "ETUSERVICES":
		return fmt.Errorf("%w: it greets with %.40q", ErrProtocol, m.Word)
	case m.Fields.Int("proto") != protocol.Version:
		return fmt.Errorf("%w: it speaks version %.10q", ErrProtocol, m.Fields.Get("proto"))
	}
	return nil
}

// do is the Doer of Setup: it writes at once, nobody else writes yet.
func (c *conn) do(ctx context.Context, r Request) (Reply, error) {
	k, err := newCall(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	c.send([]*call{k})
	return k.wait()
}

// room is how many more calls may go on the wire.
func (c *conn) room() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return window - len(c.flight)
}

// send writes calls. One goroutine at a time.
func (c *conn) send(calls []*call) {
	var lines []byte
	for _, k := range calls {
		lines = append(append(lines, k.Line...), '\n')
	}
	c.mu.Lock()
	live := c.ctx.Err() == nil
	if live && len(c.flight) == 0 {
		c.timer.Reset(replyTimeout)
	}
	for _, k := range calls {
		k.wired = live
		if live {
			k.sent++
		}
	}
	c.flight = append(c.flight, calls...)
	c.mu.Unlock()
	if !live {
		return
	}
	_ = c.nc.SetWriteDeadline(time.Now().Add(writeTimeout)) // fails only on a dead socket: the write will tell
	if _, err := c.nc.Write(lines); err != nil {
		// The server may have said why before it hung up: the reader may find it.
		time.AfterFunc(time.Second, func() { c.end(lost(err)) })
	}
}

// late is the timer: the first call in flight has no answer yet.
func (c *conn) late() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.flight) > 0 {
		c.end(fmt.Errorf("%w: nothing for %s", ErrSilent, replyTimeout))
	}
}

// leave lets the calls in flight be answered and then ends.
func (c *conn) leave() {
	close(c.retire)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retired = true
	if len(c.flight) == 0 {
		c.end(errMoved)
	}
}

var errMoved = errors.New("link: moved to another connection")

func lost(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrHungUp
	}
	return fmt.Errorf("%w: %w", ErrHungUp, err)
}

func asError(m protocol.Message, line string) *Error {
	return &Error{Code: m.Code(), Fields: m.Fields, Line: line}
}

// Address completes what people write as a server's address: the port may be
// left out, an IPv6 address may stand without brackets.
func Address(s string) string {
	s = strings.TrimSpace(s)
	_, port, _ := net.SplitHostPort(protocol.DefaultAddr)
	if s == "" {
		return protocol.DefaultAddr
	}
	if ip := net.ParseIP(strings.Trim(s, "[]")); ip != nil {
		return net.JoinHostPort(ip.String(), port)
	}
	if _, _, err := net.SplitHostPort(s); err != nil {
		return net.JoinHostPort(s, port)
	}
	return s
}

// connect makes one connection, greeted and set up, its reader at work.
func (l *Link) connect() (*conn, error) {
	nc, err := l.dial(l.ctx)
	if err != nil {
		return nil, err
	}
	c := newConn(l.ctx, nc, l.opt.OnEvent)
	if err := c.greet(); err != nil {
		c.end(err)
		return nil, err
	}
	c.running.Go(c.readAll)
	if l.opt.Setup == nil {
		return c, nil
	}
	ctx, cancel := context.WithTimeout(c.ctx, replyTimeout)
	defer cancel()
	if err := l.opt.Setup(ctx, c.do); err != nil {
		c.end(err)
		c.running.Wait()
		return nil, err
	}
	return c, nil
}

// dial opens the socket. Errors: ErrUnreachable, ErrTLS.
func (l *Link) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	dial := l.opt.Dial
	if dial == nil {
		d := net.Dialer{KeepAliveConfig: keepAlive}
		dial = func(ctx context.Context) (net.Conn, error) { return d.DialContext(ctx, "tcp", l.opt.Addr) }
	}
	nc, err := dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if l.opt.TLS == nil {
		return nc, nil
	}
	conf := l.opt.TLS.Clone()
	host, _, _ := net.SplitHostPort(l.opt.Addr)
	conf.ServerName = cmp.Or(conf.ServerName, host, "localhost") // ":5890" dials this machine
	secure := tls.Client(nc, conf)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = nc.Close() // the handshake's error is the one to tell
		return nil, fmt.Errorf("%w: %w", ErrTLS, err)
	}
	return secure, nil
}

// keepAlive notices within half a minute that an idle connection's other end
// is gone (a laptop asleep, a cable); the defaults take minutes.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}
