package session_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/session"
)

// talk is one connection without a socket.
type talk struct {
	t      testing.TB
	s      *session.Session
	out    protocol.Writer
	Events []string
	Closed bool
}

func (h *testServer) connect(t testing.TB) *talk {
	t.Helper()
	c := &talk{t: t}
	c.s = h.Sessions.Open(c)
	t.Cleanup(func() { c.s.Close(context.Background()) })
	return c
}

// Send and the others make it the session's connection.
func (c *talk) Send(line string, sent func()) {
	c.Events = append(c.Events, line)
	if sent != nil {
		sent()
	}
}

func (c *talk) SendFeed(lines string, _, _ int, state func(lost int) string) {
	if lines != "" {
		c.Events = append(c.Events, strings.Split(strings.TrimSuffix(lines, "\r\n"), "\r\n")...)
	}
	if state != nil {
		c.Events = append(c.Events, state(0))
	}
}
func (c *talk) ClearFeed()               {}
func (c *talk) SendAndClose(line string) { c.Events = append(c.Events, line) }
func (c *talk) Interrupt()               {}

// Address is from the range for documentation (RFC 5737).
func (c *talk) Address() string { return "192.0.2.7" }

// Exempt and Known: no limit per address is in the way of a test.
func (c *talk) Exempt() bool          { return true }
func (c *talk) SetAuthenticated(bool) {}

// answer is a whole reply.
type answer struct {
	protocol.Message
	Rows []protocol.Message
	Line string // the last line
}

func (a answer) OK() bool { return a.Mark == protocol.MarkOK }

// Do says a line and gives its reply.
func (c *talk) Do(line string) answer {
	c.t.Helper()
	a, err := c.try(line)
	if err != nil {
		c.t.Fatalf("%q: %v", line, err)
	}
	return a
}

// Must is Do for a line that succeeds.
func (c *talk) Must(line string) answer {
	c.t.Helper()
	a := c.Do(line)
	if !a.OK() {
		c.t.Fatalf("%q: %s", line, a.Line)
	}
	return a
}

// Refused is Do for a line that fails with this code.
func (c *talk) Refused(line string, code protocol.Code) answer {
	c.t.Helper()
	a := c.Do(line)
	if a.Code() != code {
		c.t.Errorf("%q: %s, want %s", line, a.Line, code)
	}
	return a
}

var errReply = errors.New("not one whole reply")

// try says a line. Its error is errReply unless exactly one reply came, made of
// rows and one last line, without a control character.
func (c *talk) try(line string) (answer, error) {
	if c.Closed {
		return answer{}, fmt.Errorf("%w: the connection is closed", errReply)
	}
	c.Closed = c.s.Line(context.Background(), []byte(line), &c.out)
	text := string(c.out.Bytes())
	c.out.Reset()
	return readAnswer(text)
}

func readAnswer(text string) (a answer, err error) {
	body, ended := strings.CutSuffix(text, "\r\n")
	if !ended {
		return a, fmt.Errorf("%w: %q", errReply, text)
	}
	lines := strings.Split(body, "\r\n")
	for i, l := range lines {
		m, err := protocol.ParseMessage(l)
		last := i == len(lines)-1
		if err != nil || protocol.HasUnprintable(l) || m.Ends() != last || !last && m.Mark != protocol.MarkRow {
			return a, fmt.Errorf("%w: line %q of %q (%w)", errReply, l, text, err)
		}
		if last {
			a.Message, a.Line = m, l
		} else {
			a.Rows = append(a.Rows, m)
		}
	}
	return a, nil
}

// keys gives the keys of a line, in their order.
func keys(m protocol.Message) string {
	var names []string
	for _, f := range m.Fields {
		names = append(names, f.Key)
	}
	return strings.Join(names, " ")
}

// wantKeys fails the test unless a line has exactly these keys.
func wantKeys(t *testing.T, what string, m protocol.Message, want string) {
	t.Helper()
	got, expected := strings.Fields(keys(m)), strings.Fields(want)
	slices.Sort(got)
	slices.Sort(expected)
	if !slices.Equal(got, expected) {
		t.Errorf("%s: keys %v, want %v", what, got, expected)
	}
}
