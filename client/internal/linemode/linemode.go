// Package linemode is EtuServices line by line, for screen readers, mute
// terminals and pipes: no cursor movement, no colour, no spinner, a sentence a
// line. It has what the screens have.
package linemode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/prompt"
	"etuservices/protocol"
)

// Options are what main decided.
type Options struct {
	API      api.Options
	T        i18n.T
	Login    string // "": the last one, or asked
	Password string // of ETU_PASSWORD; "": asked
	Prompt   *prompt.Prompt
	Out      io.Writer
}

const (
	// pipePatience is how long a pipe waits for one answer, cuts included: a
	// script should not hang for ever where a person would.
	pipePatience = time.Minute
	// pipeTimeout is how long it waits for the server at the start.
	pipeTimeout = 10 * time.Second
)

// Exit codes, those of exec.
const (
	exitOK       = 0
	exitFailed   = 1
	exitNoServer = 2
)

// Run talks until the user leaves, the input ends or ctx does; it gives the
// exit code.
func Run(ctx context.Context, opt Options) int {
	s := &session{Options: opt, t: opt.T, api: api.New(opt.API)}
	defer func() { _ = s.api.Close() }() // only the socket ends; the session goes on
	err := s.run(ctx)
	if s.Prompt.Interactive() && !errors.Is(err, errLeave) {
		s.line("") // the shell's prompt would stand behind ours
	}
	switch {
	case s.failed && (errors.Is(err, prompt.ErrNobody) || errors.Is(err, errLeave)):
		return exitFailed
	case errors.Is(err, prompt.ErrNobody), errors.Is(err, context.Canceled), errors.Is(err, errLeave):
		return exitOK
	case errors.Is(err, errNoServer):
		return exitNoServer
	}
	return exitFailed
}

var (
	errLeave    = errors.New("linemode: the user leaves")
	errNoServer = errors.New("linemode: no server")
	errSkipped  = errors.New("linemode: an empty answer")
	errNoLogin  = errors.New("linemode: not logged in")
)

// session is one run. One goroutine owns it.
type session struct {
	Options
	t    i18n.T
	api  *api.Client
	list []api.Article // what the numbers mean
	more func(ctx context.Context) error
	// newest is the first row of the news that were shown.
	newest string
	cut    bool // the loss was told
	failed bool // a command of a pipe was not done
}

func (s *session) run(ctx context.Context) error {
	if err := s.arrive(ctx); err != nil {
		return err
	}
	for {
		line, err := s.command(ctx)
		if err != nil {
			return err
		}
		if err := s.obey(ctx, line); err != nil {
			return err
		}
	}
}

// obey does one command. Its error ends the session; what a command could not
// do is told and forgotten.
func (s *session) obey(ctx context.Context, line string) error {
	name, args, _ := strings.Cut(strings.TrimSpace(line), " ")
	if name == "" {
		return nil
	}
	c, ok := find(name, s.admin())
	if !ok {
		if c, ok = s.verbatim(line); !ok {
			s.failed = !s.Prompt.Interactive()
			s.unknown(name)
			return nil
		}
	}
	err := c.do(s, ctx, strings.TrimSpace(args))
	if err == nil || errors.Is(err, errLeave) || errors.Is(err, prompt.ErrNobody) || ctx.Err() != nil {
		return err
	}
	s.failed = !s.Prompt.Interactive()
	var refusal *link.Error
	switch {
	case errors.Is(err, errSaid), errors.Is(err, errSkipped):
		return nil
	case errors.As(err, &refusal), s.Prompt.Interactive():
		s.line(s.t.Error(err))
		return nil
	}
	s.line(s.t.Error(err)) // a pipe cannot go on without a server
	return fmt.Errorf("%w: %w", errNoServer, err)
}

// verbatim makes a command of a verb of the protocol that has none: it is sent as
// it stands, and the server's lines are the answer.
func (s *session) verbatim(line string) (command, bool) {
	verb, _, _ := protocol.SplitVerb([]byte(strings.TrimSpace(line)))
	if verb == nil || verb.Access == protocol.Admin && !s.admin() || verb.Access == protocol.Anonymous || verb.Name == "SUIVRE" || verb.Name == "STOP" {
		return command{}, false // they would change the session behind our back
	}
	return command{do: func(s *session, ctx context.Context, _ string) error {
		return s.wait(ctx, func(ctx context.Context) error {
			reply, err := s.api.Do(ctx, strings.TrimSpace(line))
			for _, l := range reply.Lines {
				s.line(l)
			}
			return err
		})
	}}, true
}

// unknown says what was perhaps meant.
func (s *session) unknown(name string) {
	var names []string
	for _, c := range commands(s.admin()) {
		names = append(names, c.names[s.t.Lang])
	}
	if near := i18n.Nearest(name, names); near != "" {
		s.say(i18n.Simple.Meant, name, near)
		return
	}
	s.say(i18n.Simple.Unknown, name)
}

// errSaid: the command failed and has said why.
var errSaid = errors.New("linemode: already said")

// command waits for the next line; what happens meanwhile is told at once.
func (s *session) command(ctx context.Context) (string, error) {
	s.ask()
	for {
		select {
		case line, ok := <-s.Prompt.Lines():
			s.Prompt.Taken()
			if !ok {
				return "", prompt.ErrNobody
			}
			return line, nil
		case e := <-s.api.Events():
			s.unsolicited(s.event(e))
		case state := <-s.api.Changes():
			s.unsolicited(s.state(state))
		case <-s.Prompt.Continued():
			s.ask()
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}
