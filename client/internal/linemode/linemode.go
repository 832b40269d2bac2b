// Package linemode is EtuServices line by line, for screen readers, mute terminals and pipes:
// no cursor movement, no colour, no spinner, a sentence a line. It has what the screens have.
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
	"etuservices/client/internal/script"
	"etuservices/protocol"
	"etuservices/protocol/manual"
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

// Run talks until the user leaves, the input ends or ctx does, and gives the exit code, as exec does.
func Run(ctx context.Context, opt Options) int {
	s := &session{Options: opt, t: opt.T, api: api.New(opt.API)}
	defer func() { _ = s.api.Close() }() // only the socket ends; the session goes on
	err := s.run(ctx)
	if s.Prompt.Interactive() && !errors.Is(err, errLeave) {
		s.line("") // the shell's prompt would stand behind ours
	}
	over := errors.Is(err, prompt.ErrNobody) || errors.Is(err, errLeave)
	switch {
	case over && !s.failed, errors.Is(err, context.Canceled):
		return script.AllOK
	case errors.Is(err, errNoServer):
		return script.NoServer
	}
	return script.Failed
}

var (
	errLeave    = errors.New("linemode: the user leaves")
	errNoServer = errors.New("linemode: no server")
	errSkipped  = errors.New("linemode: an empty answer")
	// errSaid: the command failed and has said why.
	errSaid = errors.New("linemode: already said")
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

// obey does one command, and tells why it failed. Its error ends the session.
func (s *session) obey(ctx context.Context, line string) error {
	line = strings.TrimSpace(line)
	name, args, _ := strings.Cut(line, " ")
	if name == "" {
		return nil
	}
	c, ok := find(name, s.admin())
	if !ok {
		c.do, args = (*session).verbatim, line
	}
	err := c.do(s, ctx, strings.TrimSpace(args))
	if err == nil || errors.Is(err, errLeave) || errors.Is(err, prompt.ErrNobody) || ctx.Err() != nil {
		return err
	}
	s.failed = !s.Prompt.Interactive()
	if errors.Is(err, errSaid) || errors.Is(err, errSkipped) {
		return nil
	}
	s.line(s.t.Error(err))
	if s.Prompt.Interactive() || link.CodeOf(err) != "" {
		return nil
	}
	return fmt.Errorf("%w: %w", errNoServer, err) // a pipe cannot go on without one
}

// verbatim sends a verb of the protocol that no command stands for, and shows the reply.
func (s *session) verbatim(ctx context.Context, line string) error {
	verb, _, _ := protocol.SplitVerb([]byte(line))
	if verb == nil || verb.Access == protocol.Admin && !s.admin() || verb.Access == protocol.Anonymous || verb.Name == "SUIVRE" || verb.Name == "STOP" {
		return s.unknown(line) // they would change the session behind our back
	}
	return s.wait(ctx, func(ctx context.Context) error {
		reply, err := s.api.Do(ctx, line)
		for _, l := range reply.Lines {
			s.line(l)
		}
		return err
	})
}

// unknown says what was perhaps meant.
func (s *session) unknown(line string) error {
	name, _, _ := strings.Cut(line, " ")
	var names []string
	for _, c := range commands(s.admin()) {
		names = append(names, c.names[s.t.Lang])
	}
	if near := manual.Nearest(name, names); near != "" {
		s.say(i18n.Simple.Meant, name, near)
	} else {
		s.say(i18n.Simple.Unknown, name)
	}
	return errSaid
}

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
