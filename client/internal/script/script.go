// Package script is "etu exec": lines in, the server's lines out, for scripts.
package script

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/prompt"
	"etuservices/protocol"
)

// Exit codes: what a script tests for.
const (
	AllOK    = 0
	Failed   = 1 // an -ERR, or a line that cannot be one
	NoServer = 2
)

// Options are what exec needs; API's link is of one connection (Once).
type Options struct {
	API      api.Options
	T        i18n.T
	Login    string // "": nobody logs in
	Password func(ctx context.Context) (string, error)
	Lines    []string  // "-" stands for the lines of In
	In       io.Reader // read when "-" comes
	Out, Err io.Writer
}

// Run sends the lines in order, whatever the replies are, and gives the exit code.
func Run(ctx context.Context, opt Options) int {
	r := &runner{Options: opt}
	opt.API.Once, opt.API.OnEvent = true, r.keep
	r.api = api.New(opt.API)
	defer func() { _ = r.api.Close() }() // the answers are printed: nothing is lost
	if opt.Login != "" {
		if err := r.login(ctx); err != nil {
			return r.fail(err)
		}
	}
	code := AllOK
	for line := range r.lines() {
		verb := pagedThrough(line)
		for more := true; more; more = line != "" {
			reply, err := r.api.Do(ctx, line)
			r.print(reply.Lines)
			switch {
			case err == nil:
			case len(reply.Lines) > 0: // an -ERR, printed
				code = Failed
			case errors.Is(err, link.ErrClosed) && code == Failed:
				_, _ = fmt.Fprintln(r.Err, r.T.Error(err)) // that -ERR closed: the other lines were not sent
				return Failed
			case errors.Is(err, link.ErrLine):
				code = r.fail(err)
			default:
				return r.fail(err)
			}
			line = following(verb, line, reply)
		}
	}
	return code
}

// lines are those of the command line, with those of In in the place of "-".
// Blank ones of In are skipped, as they are on the wire.
func (r *runner) lines() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range r.Lines {
			if line != "-" {
				if !yield(line) {
					return
				}
				continue
			}
			in := bufio.NewScanner(r.In)
			for in.Scan() {
				if text := strings.TrimSuffix(in.Text(), "\r"); text != "" && !yield(text) {
					return
				}
			}
		}
	}
}

// pagedThrough gives the verb of a line that asks for one's own sales or
// purchases and for no page of them: a script expects all of them.
func pagedThrough(line string) string {
	verb, rest, _ := protocol.SplitVerb([]byte(line))
	if verb == nil || verb.Name != "MESVENTES" && verb.Name != "MESACHATS" {
		return ""
	}
	asked, err := verb.Parse(rest)
	if err != nil || asked.Get("n") != "" || asked.Get("apres") != "" {
		return ""
	}
	return verb.Name
}

// following is the request for the page behind a reply, "" where there is none.
func following(verb, line string, reply link.Reply) string {
	after, paged := reply.Status.Fields.Lookup("suite")
	if next := verb + " apres=" + protocol.Quote(after); verb != "" && paged && len(reply.Rows) > 0 && next != line {
		return next
	}
	return ""
}

type runner struct {
	Options
	api *api.Client

	mu     sync.Mutex
	events []string // waiting for the reply that comes after them
	size   int      // their bytes
	lost   int      // those for which there was no room
}

// maxEvents bounds the bytes of events that wait for a reply.
const maxEvents = 4 << 20

// keep holds an event back until the reply after it. Of too many the oldest go.
func (r *runner) keep(e link.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e.Line)
	for r.size += len(e.Line); r.size > maxEvents; r.lost++ {
		r.size -= len(r.events[0])
		r.events = r.events[1:]
	}
}

func (r *runner) print(lines []string) {
	r.mu.Lock()
	events, lost := r.events, r.lost
	r.events, r.size, r.lost = nil, 0, 0
	r.mu.Unlock()
	if lost > 0 {
		_, _ = fmt.Fprintln(r.Err, r.T.N(i18n.Config.EventsLost, lost))
	}
	for _, l := range append(events, lines...) {
		_, _ = fmt.Fprintln(r.Out, l) // a reader that went away wants no more
	}
}

// login resumes, or asks for the password and logs in.
func (r *runner) login(ctx context.Context) error {
	s, err := r.api.Resume(ctx, r.Login)
	if errors.Is(err, api.ErrNoToken) || link.CodeOf(err) == protocol.ECHEC {
		var password string
		if password, err = r.Password(ctx); err != nil {
			return err
		}
		s, err = r.api.Login(ctx, r.Login, password)
	}
	if s.NotKept {
		_, _ = fmt.Fprintln(r.Err, r.T.S(i18n.Prompt.NotKept))
	}
	return err
}

// fail tells an error: the server's as its line on Out, ours as a sentence.
func (r *runner) fail(err error) int {
	var e *link.Error
	if errors.As(err, &e) {
		_, _ = fmt.Fprintln(r.Out, e.Line)
		return Failed
	}
	if errors.Is(err, prompt.ErrNobody) {
		_, _ = fmt.Fprintln(r.Err, r.T.S(i18n.Prompt.NoPassword))
		return Failed
	}
	_, _ = fmt.Fprintln(r.Err, r.T.Error(err))
	for _, away := range []error{link.ErrClosed, link.ErrUnreachable, link.ErrHungUp, link.ErrTLS, link.ErrSilent, link.ErrProtocol, link.ErrLost} {
		if errors.Is(err, away) {
			return NoServer
		}
	}
	return Failed
}
