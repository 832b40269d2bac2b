package linemode

import (
	"context"
	"io"

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
		return s.t.S(i18n.SimpleOffline, s.t.Error(state.Err))
	case state.Phase == link.Online && s.cut:
		s.cut = false
		return s.t.S(i18n.SimpleOnline)
	}
	return ""
}

// event puts an event in words and keeps it; "" is nothing to say.
func (s *session) event(e api.Event) string {
	var text string
	switch e := e.(type) {
	case api.ArticleSold:
		text = s.t.S(i18n.SimpleSold, e.Buyer, e.Title, e.Contact)
	case api.Announced:
		text = s.t.S(i18n.SimpleAnnounced, e.Text)
	case api.Expelled:
		text = s.t.S(i18n.SimpleExpelled, e.Reason)
	case api.SessionEnded:
		text = s.t.S(i18n.SimpleEnded)
	default:
		return "" // of a later version: nothing that we could put in words
	}
	s.news = append(s.news, s.t.Clock(e.When())+" "+text)
	const kept = 50 // what a person may want to read again
	s.news = s.news[max(0, len(s.news)-kept):]
	return text
}

func (s *session) say(m i18n.Msg, args ...any) { s.line(s.t.S(m, args...)) }

func (s *session) line(text string) { s.write(text + "\n") }

// write ignores errors: when nobody reads any more the next Ctrl+C, end of
// input or SIGPIPE ends the program.
func (s *session) write(text string) { _, _ = io.WriteString(s.Out, text) }
