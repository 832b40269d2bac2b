package linemode

import (
	"cmp"
	"context"
	"io"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
)

func (s *session) ask() {
	if s.Prompt.Interactive() {
		s.write("> ")
	}
}

// unsolicited says something while the prompt waits, and shows the prompt again.
func (s *session) unsolicited(text string) {
	if text == "" {
		return
	}
	if s.Prompt.Interactive() {
		s.write("\n")
	}
	s.line(text)
	s.ask()
}

// tell writes a line, unless there is none.
func (s *session) tell(text string) {
	if text != "" {
		s.line(text)
	}
}

// wait does a call aside and tells what happens to the link meanwhile.
func (s *session) wait(ctx context.Context, call func(ctx context.Context) error) error {
	if !s.Prompt.Interactive() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, pipePatience)
		defer cancel()
	}
	done := make(chan error, 1)
	go func() { done <- call(ctx) }()
	for {
		select {
		case err := <-done:
			s.drain()
			return err
		case state := <-s.api.Changes():
			s.tell(s.state(state))
		}
	}
}

// fetch is wait for a call that gives something.
func fetch[T any](ctx context.Context, s *session, call func(ctx context.Context) (T, error)) (got T, err error) {
	err = s.wait(ctx, func(ctx context.Context) (err error) {
		got, err = call(ctx)
		return err
	})
	return got, err
}

// order does what gives nothing, and says that it was done.
func (s *session) order(ctx context.Context, call func(ctx context.Context) error, done i18n.Msg, args ...any) error {
	err := s.wait(ctx, call)
	if err == nil {
		s.say(done, args...)
	}
	return err
}

// show tells what a call gives.
func show[T any](ctx context.Context, s *session, call func(ctx context.Context) (T, error), tell func(T)) error {
	got, err := fetch(ctx, s, call)
	if err == nil {
		tell(got)
	}
	return err
}

// drain tells the events that came during a call.
func (s *session) drain() {
	for {
		select {
		case e := <-s.api.Events():
			s.tell(s.event(e))
		default:
			return
		}
	}
}

// state puts a loss in words once, and its end.
func (s *session) state(state link.State) string {
	switch {
	case state.Phase == link.Offline && !s.cut:
		s.cut = true
		return s.t.S(i18n.Simple.Offline, s.t.Error(state.Err))
	case state.Phase == link.Online && s.cut:
		s.cut = false
		return s.t.S(i18n.Simple.Online)
	}
	return ""
}

// event puts an event in words; "" is nothing to say.
func (s *session) event(e api.Event) string {
	switch e := e.(type) {
	case api.ArticleSold:
		return s.t.S(i18n.Simple.Sold, e.Buyer, e.Title, e.Contact)
	case api.Announced:
		return s.t.S(i18n.Simple.Announced, e.Text)
	case api.Expelled:
		return s.t.S(i18n.Simple.Expelled, s.t.Name(i18n.Told, e.Reason))
	case api.SessionEnded:
		return s.t.S(i18n.Simple.Ended)
	}
	return "" // of a later version: nothing that we could put in words
}

// showNews tells what happened, newest first; nothing becomes read by it.
func (s *session) showNews(ctx context.Context, _ string) error {
	first := true
	return list(ctx, s, "", func(ctx context.Context, after string) (api.Page[api.News], error) {
		return s.api.News(ctx, 0, after)
	}, func(p api.Page[api.News]) {
		if first {
			s.newest = ""
			s.line(s.t.N(i18n.Simple.Unread, p.Unread))
		}
		first = false
		for _, n := range p.Rows {
			s.newest = cmp.Or(s.newest, n.ID)
			text := s.t.Name(i18n.Told, n.Text)
			switch n.Type {
			case "VENDU":
				text = s.t.S(i18n.Simple.Sold, n.Buyer, n.Title, n.Contact)
			case "ANNONCE":
				text = s.t.S(i18n.Simple.Announced, n.Text)
			case "EXPULSE": // its text is the reason alone
				text = s.t.S(i18n.Simple.Expelled, s.t.Name(i18n.Told, n.Text))
			}
			if !n.Read {
				text = s.t.S(i18n.Simple.New, text)
			}
			s.line(s.t.Date(n.At, time.Now()) + ". " + text)
		}
		if p.Next != "" {
			s.say(i18n.Simple.MoreNews)
		}
	})
}

// markRead marks what the last list of news showed; what came since stays unread.
func (s *session) markRead(ctx context.Context, _ string) error {
	if s.newest == "" {
		s.say(i18n.Simple.ReadWhat)
		return errSaid
	}
	return show(ctx, s, func(ctx context.Context) (int, error) { return s.api.MarkRead(ctx, s.newest) }, func(unread int) {
		s.line(s.t.N(i18n.Simple.Unread, unread))
	})
}

func (s *session) say(m i18n.Msg, args ...any) { s.line(s.t.S(m, args...)) }

func (s *session) line(text string) { s.write(text + "\n") }

// write ignores errors: where nobody reads any more, the next Ctrl+C, end of input or
// SIGPIPE ends the program.
func (s *session) write(text string) { _, _ = io.WriteString(s.Out, text) }
