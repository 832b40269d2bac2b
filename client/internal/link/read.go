package link

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"etuservices/protocol"
)

// readAll answers the calls of a connection until it ends.
func (c *conn) readAll() {
	for {
		m, line, err := c.readMessage()
		if err == nil {
			err = c.take(m, line)
		}
		if err != nil {
			c.end(err)
			return
		}
	}
}

// readMessage reads one server line. Errors: ErrProtocol, ErrSilent (deadline), ErrHungUp.
func (c *conn) readMessage() (m protocol.Message, line string, err error) {
	raw, err := c.r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return m, "", fmt.Errorf("%w: a line of more than %d bytes", ErrProtocol, maxLine)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return m, "", fmt.Errorf("%w: no greeting for %s", ErrSilent, greetTimeout)
	case errors.Is(err, io.EOF) && len(raw) > 0:
		return m, "", lost(io.ErrUnexpectedEOF)
	case err != nil:
		return m, "", lost(err)
	}
	line = Clean(string(bytes.TrimRight(raw, "\r\n")))
	if m, err = protocol.ParseMessage(line); err != nil {
		return m, "", fmt.Errorf("%w: it says %.40q", ErrProtocol, line)
	}
	return m, line, nil
}

// take puts a line where it belongs. Its error ends the connection.
func (c *conn) take(m protocol.Message, line string) error {
	if m.Mark == protocol.MarkEvent {
		c.event(m, line)
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case len(c.flight) > 0:
	case m.Code().Closes(): // why the server is about to hang up
		return asError(m, line)
	default:
		return fmt.Errorf("%w: it answers unasked: %.40q", ErrProtocol, line)
	}
	k := c.flight[0]
	if k.size += len(line); k.size > maxReply {
		return fmt.Errorf("%w: a reply of more than %d bytes", ErrProtocol, maxReply)
	}
	k.reply.Lines = append(k.reply.Lines, line)
	if m.Mark == protocol.MarkRow {
		if len(k.reply.Rows) == maxRows {
			return fmt.Errorf("%w: a reply of more than %d rows", ErrProtocol, maxRows)
		}
		k.reply.Rows = append(k.reply.Rows, m.Fields)
		c.timer.Reset(replyTimeout)
		return nil
	}
	switch m.Code() {
	case protocol.DELAI, protocol.INACTIF, protocol.ARRET: // of the connection: our request was not read
		c.unprocessed = true
		return asError(m, line)
	}
	return c.answer(k, m, line)
}

// answer ends the first call in flight. c.mu is held.
func (c *conn) answer(k *call, m protocol.Message, line string) error {
	c.flight = c.flight[1:]
	k.reply.Status, k.reply.At = m, time.Now()
	var failure error
	if m.Mark == protocol.MarkErr {
		failure = asError(m, line)
	}
	k.finish(failure)
	if m.Code().Closes() || m.Mark == protocol.MarkOK && m.Word == "QUITTER" {
		c.unprocessed = true // PROTOCOL.md §1.2: what was sent behind it was not done
		return cmp.Or(failure, ErrHungUp)
	}
	if len(c.flight) > 0 {
		c.timer.Reset(replyTimeout)
	} else {
		c.timer.Stop()
		if c.retired {
			return errMoved
		}
	}
	signal(c.free)
	return nil
}

func (c *conn) event(m protocol.Message, line string) {
	if m.Word == "ARRET" {
		select {
		case c.leaving <- seconds(m.Fields.Int("apres")):
		default:
		}
		return
	}
	c.onEvent(Event{Message: m, Line: line, At: time.Now()})
}

// Clean removes from foreign text what would drive a terminal or turn, hide or overprint what
// stands around it: control characters, bidirectional marks, characters that nobody sees, piles of
// combining marks. It is called once, where a line enters the program.
func Clean(s string) string {
	return protocol.BoundMarks(strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case protocol.Unprintable(r):
			return -1
		}
		return r // U+FFFD for a byte that is no UTF-8
	}, s))
}
