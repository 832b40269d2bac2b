package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"etuservices/server/internal/store"
)

// The control socket lets the server's own commands act on embedded stores that a
// running server holds. It stands in the data folder, mode 0600: whoever may open
// it may read the stores, too. A conversation is lines of JSON: the words of the
// command, a password where the server asks for one, what is to be shown.
const (
	controlFile = "control.sock"
	// controlTime bounds a whole command: rebuilding a million accounts takes some
	// seconds, and a person may have to type a password.
	controlTime = 5 * time.Minute
	// controlBytes bounds what a command sends.
	controlBytes = 64 << 10
)

type controlRequest struct {
	Words    []string `json:"words,omitempty"`
	Password string   `json:"password,omitempty"`
}

type controlAnswer struct {
	Ask   bool   `json:"ask,omitempty"` // for the password; another answer follows it
	Out   string `json:"out,omitempty"`
	Error string `json:"error,omitempty"`
}

// RemoteError is a failure that the running server gave, in its words.
type RemoteError struct{ Text string }

func (e *RemoteError) Error() string { return e.Text }

// Command runs one command: what people read goes to out, a password comes from
// password.
type Command func(ctx context.Context, words []string, out io.Writer, password func() (string, error)) error

// ListenControl opens the control socket of a folder, whose lock the caller holds.
func ListenControl(dir string) (net.Listener, error) { return store.ListenSocket(dir, controlFile) }

// ServeControl runs the commands that come over the socket until ctx ends.
func ServeControl(ctx context.Context, l net.Listener, run Command) {
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			go func() {
				defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
				answerControl(ctx, conn, run)
			}()
		case errors.Is(err, net.ErrClosed):
			return
		default: // no file left for it: others close theirs
			select {
			case <-ctx.Done():
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
}

func answerControl(ctx context.Context, conn net.Conn, run Command) {
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, controlTime)
	defer cancel()
	_ = conn.SetDeadline(time.Now().Add(controlTime))
	in, reply := json.NewDecoder(io.LimitReader(conn, controlBytes)), json.NewEncoder(conn)
	var request controlRequest
	if err := in.Decode(&request); err != nil {
		return
	}
	var out bytes.Buffer
	err := Check(request.Words)
	if err == nil {
		err = run(ctx, request.Words, &out, func() (string, error) {
			var given controlRequest
			err := errors.Join(reply.Encode(controlAnswer{Ask: true}), in.Decode(&given))
			return given.Password, err
		})
	}
	answer := controlAnswer{Out: out.String()}
	if err != nil {
		answer.Error = err.Error()
	}
	_ = reply.Encode(answer) // who does not wait for it knows why
}

// Remote runs a command in the server that holds a folder; found is false when
// none listens there: a socket may be left of one that was killed.
func Remote(ctx context.Context, dir string, words []string, out io.Writer, password func() (string, error)) (found bool, err error) {
	conn, err := store.DialSocket(ctx, dir, controlFile)
	if err != nil {
		return false, nil
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	say, answers := json.NewEncoder(conn), json.NewDecoder(conn)
	if err := say.Encode(controlRequest{Words: words}); err != nil {
		return true, lostControl(err)
	}
	for {
		var answer controlAnswer
		if err := answers.Decode(&answer); err != nil {
			return true, lostControl(err)
		}
		if !answer.Ask {
			_, err := io.WriteString(out, answer.Out)
			if answer.Error != "" {
				err = &RemoteError{answer.Error}
			}
			return true, err
		}
		word, err := password()
		if err != nil {
			return true, err
		}
		if err := say.Encode(controlRequest{Password: word}); err != nil {
			return true, lostControl(err)
		}
	}
}

func lostControl(err error) error {
	return fmt.Errorf("le serveur en marche n'a pas répondu jusqu'au bout : %w", err)
}
