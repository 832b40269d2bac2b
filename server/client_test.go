package main

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"etuservices/protocol"
)

// answerTime is the longest that a test waits for a line: above any of the
// server's own time-outs, race detector included.
const answerTime = 30 * time.Second

// client is one connection of a test, which reads as a dialogue.
type client struct {
	t      testing.TB
	nc     net.Conn
	reader *protocol.Reader
	Events []protocol.Message

	greeting protocol.Message
}

// reply is a whole reply: its rows and the line that ends it.
type reply struct {
	protocol.Message
	Rows []protocol.Message
	Line string // the last line, as it came
}

// OK says whether it was a success.
func (r reply) OK() bool { return r.Mark == protocol.MarkOK }

// newClient is a client on a connection that was opened already, greeting included;
// the test's end closes it.
func newClient(t testing.TB, nc net.Conn) *client {
	t.Cleanup(func() { _ = nc.Close() })
	return &client{t: t, nc: nc, reader: protocol.NewReader(nc)}
}

// dial connects and reads the greeting.
func dial(t testing.TB, addr string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, nc)
	g := c.Read()
	if c.greeting = g.Message; g.Word != "ETUSERVICES" {
		t.Fatalf("greeting: %q", g.Line)
	}
	return c
}

// Send writes bytes as they are.
func (c *client) Send(s string) {
	c.t.Helper()
	if _, err := c.nc.Write([]byte(s)); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// Do sends a line and reads its reply.
func (c *client) Do(format string, args ...any) reply {
	c.t.Helper()
	c.Send(fmt.Sprintf(format, args...) + "\r\n")
	return c.Read()
}

// Must is Do that fails the test unless the reply is a success.
func (c *client) Must(format string, args ...any) reply {
	c.t.Helper()
	r := c.Do(format, args...)
	if !r.OK() {
		c.t.Fatalf("%s: %s", fmt.Sprintf(format, args...), r.Line)
	}
	return r
}

// Read reads one reply; events that stand before it are kept in Events.
func (c *client) Read() reply {
	c.t.Helper()
	r, err := c.TryRead()
	if err != nil {
		c.t.Fatalf("read: %v", err)
	}
	return r
}

// readLine reads one line, without its end.
func (c *client) readLine() (string, error) {
	_ = c.nc.SetReadDeadline(time.Now().Add(answerTime))
	line, err := c.reader.ReadLine()
	return string(line), err
}

// TryRead is Read that gives its error: a connection that may be cut.
func (c *client) TryRead() (r reply, err error) {
	for {
		line, err := c.readLine()
		if err != nil {
			return r, err
		}
		m, err := protocol.ParseMessage(line)
		if err != nil {
			return r, fmt.Errorf("%w: %q", err, line)
		}
		switch {
		case m.Mark == protocol.MarkRow:
			r.Rows = append(r.Rows, m)
		case m.Mark == protocol.MarkEvent:
			if len(r.Rows) > 0 {
				return r, fmt.Errorf("event inside a reply: %q", line)
			}
			c.Events = append(c.Events, m)
		default:
			r.Message, r.Line = m, line
			return r, nil
		}
	}
}

// Closed fails the test unless the server has closed the connection.
func (c *client) Closed() {
	c.t.Helper()
	if r, err := c.TryRead(); err == nil {
		c.t.Fatalf("still open: %q", r.Line)
	}
}

// Event gives the next event of a kind, kept or to come.
func (c *client) Event(kind string) protocol.Message {
	c.t.Helper()
	for {
		for i, m := range c.Events {
			if m.Word == kind {
				c.Events = append(c.Events[:i:i], c.Events[i+1:]...)
				return m
			}
		}
		line, err := c.readLine()
		if err != nil {
			c.t.Fatalf("waiting for ! %s: %v", kind, err)
		}
		m, err := protocol.ParseMessage(line)
		if err != nil || m.Mark != protocol.MarkEvent {
			c.t.Fatalf("waiting for ! %s: %q", kind, line)
		}
		c.Events = append(c.Events, m)
	}
}

// Refused fails the test unless a request gets this code.
func (c *client) Refused(code protocol.Code, format string, args ...any) reply {
	c.t.Helper()
	r := c.Do(format, args...)
	if r.Code() != code {
		c.t.Errorf("%s: %s, want -ERR %s", fmt.Sprintf(format, args...), r.Line, code)
	}
	return r
}

// password is everybody's in tests.
const password = "motdepasse"

// register opens accounts <login>@univ.fr.
func register(t testing.TB, addr string, logins ...string) {
	t.Helper()
	c := dial(t, addr)
	for _, login := range logins {
		c.Must("INSCRIPTION %s %s@univ.fr %s Martin %s", login, login, strings.ToUpper(login[:1])+login[1:], password)
	}
	c.Must("QUITTER")
}

// login gives a connection on which a user is logged in.
func login(t testing.TB, addr, name string) *client {
	t.Helper()
	c := dial(t, addr)
	c.Must("AUTH %s %s", name, password)
	return c
}
