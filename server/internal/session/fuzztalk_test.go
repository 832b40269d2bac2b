package session_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"etuservices/protocol"
)

// asked is a request of a stream, or what ends the stream for the server.
type asked struct {
	line string
	verb *protocol.Verb // nil: unknown
	ends protocol.Code  // what is no request: its code, which closes
}

// requests are those of a stream, as the uncut stream reads.
func requests(stream []byte) (list []asked) {
	reader := protocol.NewReader(bytes.NewReader(stream))
	for first := true; ; first = false {
		line, err := reader.ReadLine()
		switch {
		case errors.Is(err, protocol.ErrTooLong):
			return append(list, asked{ends: protocol.LIGNE})
		case errors.Is(err, protocol.ErrTLS):
			return append(list, asked{ends: protocol.NO})
		case err != nil:
			return list
		}
		text := string(line)
		verb, _, known := protocol.SplitVerb(line)
		if i := strings.LastIndexByte(text, ' '); first && verb == nil && i > 0 && strings.HasPrefix(text[i+1:], "HTTP/") {
			return append(list, asked{line: text, ends: protocol.NO})
		}
		if !known || verb != nil {
			list = append(list, asked{line: text, verb: verb})
		}
	}
}

var (
	errAnother = errors.New("not a reply to this request")
	errHang    = errors.New("no reply: it hangs")
	errAfter   = errors.New("the server goes on behind a reply that closes")
	errCut     = errors.New("the server ended without a reply that closes")
)

// wire is a client's end that reads replies.
type wire struct {
	nc  net.Conn
	r   *bufio.Reader
	end bool // an event said so
}

// converse sends a stream and holds what comes back against it: for each
// request one reply, in order. A last PING shows that nothing was left over.
func (h *fuzzServer) converse(t testing.TB, s state, stream, cuts []byte) error {
	stream = append(bytes.Clone(stream), "\nPING\n"...)
	nc := h.dial(t, s)
	defer h.hangUp(nc)
	go pour(nc, stream, cuts)
	w := &wire{nc: nc, r: bufio.NewReader(nc)}
	if a, err := w.reply(); err != nil || a.Word != "ETUSERVICES" {
		return fmt.Errorf("greeting %q: %w", a.Line, err)
	}
	loggedIn, faults := s != anonymous, 0
	for _, q := range requests(stream) {
		a, err := w.reply()
		switch {
		case errors.Is(err, io.EOF) && w.end:
			return nil
		case errors.Is(err, io.EOF):
			err = errCut
		case err == nil && q.ends != "":
			if a.Code() != q.ends {
				return fmt.Errorf("%q: %s, want %s: %w", q.line, a.Line, q.ends, errAnother)
			}
			return w.over()
		case err == nil:
			err = belongs(a, q.verb, loggedIn)
		}
		if err != nil {
			return fmt.Errorf("%q: %q: %w", q.line, a.Line, err)
		}
		if faults++; a.Code() != protocol.NO && a.Code() != protocol.SYNTAXE {
			faults = 0
		}
		if a.Code().Closes() || a.Word == "QUITTER" || faults == protocol.MaxInRowFaults {
			return w.over()
		}
		loggedIn = a.OK() && (a.Word == "PASSOK" || a.Word == "REPRENDRE") ||
			loggedIn && !(a.OK() && a.Word == "DECONNEXION")
	}
	return nil
}

// over wants the end of the stream.
func (w *wire) over() error {
	if a, err := w.reply(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%q: %w", a.Line, errors.Join(errAfter, err))
	}
	return nil
}

// reply reads one: rows, then the line that ends it. Events may stand before
// it, never inside.
func (w *wire) reply() (answer, error) {
	var text strings.Builder
	for {
		line, err := w.line()
		if err != nil {
			if text.Len() > 0 {
				err = fmt.Errorf("%w: %q, then %w", errReply, text.String(), err)
			}
			return answer{}, err
		}
		if strings.HasPrefix(line, "! ") && text.Len() == 0 {
			if _, err := protocol.ParseMessage(strings.TrimSuffix(line, "\r\n")); err != nil || protocol.HasUnprintable(strings.TrimSuffix(line, "\r\n")) {
				return answer{}, fmt.Errorf("%w: event %q", errReply, line)
			}
			w.end = w.end || strings.HasPrefix(line, "! EXPULSE")
			continue
		}
		text.WriteString(line)
		if !strings.HasPrefix(line, "| ") {
			return readAnswer(text.String())
		}
	}
}

func (w *wire) line() (string, error) {
	var line string
	for range 2 { // see patience
		_ = w.nc.SetReadDeadline(time.Now().Add(patience))
		part, err := w.r.ReadString('\n')
		line += part
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return line, err
		}
	}
	return line, errHang
}

// words are those of a success that are not the verb's name.
var words = map[string]string{"PING": "PONG", "AUTH": "PASSOK"}

// belongs says whether a reply can be one to this verb in this state.
func belongs(a answer, verb *protocol.Verb, loggedIn bool) error {
	if verb == nil {
		if a.Code() != protocol.NO {
			return errAnother
		}
		return nil
	}
	word := verb.Name
	if w, ok := words[word]; ok {
		word = w
	}
	_, known := a.Code().Info()
	switch {
	case a.OK() && a.Word != word, !a.OK() && !known,
		!loggedIn && (a.Code() == protocol.AUTH) != (verb.Access >= protocol.LoggedIn),
		loggedIn && (a.Code() == protocol.DEJA) != (verb.Access == protocol.Anonymous),
		a.Code() == protocol.NO, len(a.Rows) > 0 && !a.OK():
		return errAnother
	}
	return nil
}
