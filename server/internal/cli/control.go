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
	"etuservices/server/internal/wait"
)

// The control socket lets the server's own commands act on embedded stores that a
// running server holds. It stands in the data folder, mode 0600: whoever may open
// it may read the stores, too. A conversation is lines of JSON: the words of the
// command, what the server asks the person's side for, what is to be shown.
const (
	controlFile = "control.sock"
	// controlTime bounds a whole command: rebuilding a million accounts takes some
	// seconds, and a person may have to type a password.
	controlTime = 5 * time.Minute
	// acceptPause is after a connection that could not be accepted.
	acceptPause = 100 * time.Millisecond
	// controlBytes bounds what a command sends: a file that it reads, escaped.
	controlBytes = 4 * maxInput
)

// controlRequest is what the command sends: first its words, then the answer to each
// question.
type controlRequest struct {
	Words  []string `json:"words,omitempty"`
	Answer []byte   `json:"answer,omitempty"` // any bytes, which a JSON text cannot have
}

// controlAnswer is what the server sends: questions, then what came of it.
type controlAnswer struct {
	Ask   string `json:"ask,omitempty"`  // one of the following; "": the last answer
	Name  string `json:"name,omitempty"` // the question, or the name of the file
	Data  []byte `json:"data,omitempty"` // to be written; nothing: the file has ended
	Out   string `json:"out,omitempty"`
	Error string `json:"error,omitempty"`
}

// What the server asks of the command, by the methods of a Terminal.
const (
	askPassword = "password"
	askPerson   = "question"
	askInput    = "input"
	askWrite    = "write"
)

// RemoteError is a failure that the running server gave, in its words.
type RemoteError struct{ Text string }

func (e *RemoteError) Error() string { return e.Text }

// Command runs one command.
type Command func(ctx context.Context, words []string, t Terminal) error

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
			if wait.For(ctx, acceptPause) != nil {
				return
			}
		}
	}
}

func answerControl(ctx context.Context, conn net.Conn, run Command) {
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, controlTime)
	defer cancel()
	_ = conn.SetDeadline(time.Now().Add(controlTime))
	t := &remoteTerminal{in: json.NewDecoder(io.LimitReader(conn, controlBytes)), reply: json.NewEncoder(conn)}
	var request controlRequest
	if err := t.in.Decode(&request); err != nil {
		return
	}
	err := Check(request.Words)
	if err == nil {
		err = run(ctx, request.Words, t)
	}
	answer := controlAnswer{Out: t.String()}
	if err != nil {
		answer.Error = err.Error()
	}
	_ = t.reply.Encode(answer) // who does not wait for it knows why
}

// remoteTerminal is a terminal behind the control socket; what people read is sent at
// the end.
type remoteTerminal struct {
	bytes.Buffer
	in    *json.Decoder
	reply *json.Encoder
}

func (t *remoteTerminal) ask(question controlAnswer) (string, error) {
	var given controlRequest
	err := t.reply.Encode(question)
	if err == nil {
		err = t.in.Decode(&given)
	}
	return string(given.Answer), err
}

// Password implements Terminal.
func (t *remoteTerminal) Password() (string, error) { return t.ask(controlAnswer{Ask: askPassword}) }

// Ask implements Terminal.
func (t *remoteTerminal) Ask(question string) (string, error) {
	return t.ask(controlAnswer{Ask: askPerson, Name: question})
}

// Input implements Terminal.
func (t *remoteTerminal) Input() (string, error) { return t.ask(controlAnswer{Ask: askInput}) }

// Create implements Terminal.
func (t *remoteTerminal) Create(name string) (io.WriteCloser, error) {
	return &remoteFile{t, name}, nil
}

// remoteFile is written on the side of the terminal.
type remoteFile struct {
	terminal *remoteTerminal
	name     string
}

func (f *remoteFile) Write(data []byte) (int, error) {
	if len(data) == 0 { // which would be the end
		return 0, nil
	}
	_, err := f.terminal.ask(controlAnswer{Ask: askWrite, Name: f.name, Data: data})
	return len(data), err
}

func (f *remoteFile) Close() error {
	_, err := f.terminal.ask(controlAnswer{Ask: askWrite, Name: f.name})
	return err
}

// Remote runs a command in the server that holds a folder; found is false when
// none listens there: a socket may be left of one that was killed.
func Remote(ctx context.Context, dir string, words []string, t Terminal) (found bool, err error) {
	conn, err := store.DialSocket(ctx, dir, controlFile)
	if err != nil {
		return false, nil
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	say, answers := json.NewEncoder(conn), json.NewDecoder(conn)
	request, files := controlRequest{Words: words}, make(openFiles)
	defer files.close()
	for {
		if err := say.Encode(request); err != nil {
			return true, lostControl(err)
		}
		var answer controlAnswer
		if err := answers.Decode(&answer); err != nil {
			return true, lostControl(err)
		}
		var given string
		switch answer.Ask {
		case askPassword:
			given, err = t.Password()
		case askPerson:
			given, err = t.Ask(answer.Name)
		case askInput:
			given, err = t.Input()
		case askWrite:
			err = files.write(t, answer.Name, answer.Data)
		default:
			_, err := io.WriteString(t, answer.Out)
			if answer.Error != "" {
				err = &RemoteError{answer.Error}
			}
			return true, err
		}
		if err != nil {
			return true, err
		}
		request = controlRequest{Answer: []byte(given)}
	}
}

// openFiles are those that a server writes, by their names.
type openFiles map[string]io.WriteCloser

// write writes to a file, which it opens the first time; no data closes it.
func (o openFiles) write(t Terminal, name string, data []byte) (err error) {
	file, open := o[name]
	if !open {
		if file, err = t.Create(name); err != nil {
			return err
		}
		o[name] = file
	}
	if len(data) == 0 {
		delete(o, name)
		return file.Close()
	}
	_, err = file.Write(data)
	return err
}

// close closes those that are still open where a command fails in between.
func (o openFiles) close() {
	for _, file := range o {
		_ = file.Close()
	}
}

func lostControl(err error) error {
	return fmt.Errorf("le serveur en marche n'a pas répondu jusqu'au bout : %w", err)
}
