package linemode

import (
	"context"
	"errors"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/prompt"
	"etuservices/protocol"
)

func (s *session) register(ctx context.Context, _ string) error {
	if who, ok := s.api.Session(); ok {
		s.say(i18n.Simple.Already, who.Login)
		return errSaid
	}
	var r api.Registration
	name := func(text string) bool { _, ok := protocol.ParseName(text); return ok }
	err := s.fill(ctx, []question{
		{s.t.S(i18n.Prompt.Login), "login", &r.Login, func(text string) bool { _, ok := protocol.ParseLogin(text); return ok }},
		{s.t.S(i18n.SimpleAsk.Email), "email", &r.Email, func(text string) bool { _, ok := protocol.ParseEmail(text); return ok }},
		{s.t.S(i18n.SimpleAsk.FirstName), "prenom", &r.FirstName, name},
		{s.t.S(i18n.SimpleAsk.LastName), "nom", &r.LastName, name},
	})
	if err != nil {
		return err
	}
	if r.Password, err = s.newPassword(ctx); err != nil {
		return err
	}
	if _, err := fetch(ctx, s, func(ctx context.Context) (string, error) { return s.api.Register(ctx, r) }); err != nil {
		return err
	}
	s.say(i18n.Simple.Registered)
	session, err := fetch(ctx, s, func(ctx context.Context) (api.Session, error) { return s.api.Login(ctx, r.Login, r.Password) })
	if err != nil {
		return err
	}
	return s.welcome(ctx, session)
}

// question is what is asked for: its field (champ=), where the answer goes, what it can be.
type question struct {
	text, field string
	to          *string
	valid       func(string) bool
}

// fill asks a person again until the answer can be one; an empty one is a way out. A pipe
// is told after its last answer: what follows are its commands.
func (s *session) fill(ctx context.Context, all []question) (err error) {
	wrong := false
	for i := 0; i < len(all); i++ {
		q := all[i]
		if *q.to, err = s.Prompt.Line(ctx, q.text); err != nil {
			return err
		}
		switch person := s.Prompt.Interactive(); {
		case q.valid(*q.to):
		case person && *q.to == "":
			s.say(i18n.Simple.NothingDone)
			return errSkipped
		case person:
			s.line(s.t.Field(q.field))
			i--
		default:
			s.line(s.t.Field(q.field))
			wrong = true
		}
	}
	if wrong {
		return errSaid
	}
	return nil
}

// newPassword asks a person, who types blindly, twice, and until it can be one.
func (s *session) newPassword(ctx context.Context) (string, error) {
	for {
		first, err := s.Prompt.Secret(ctx, s.t.S(i18n.SimpleAsk.New))
		switch {
		case err != nil || !s.Prompt.Interactive():
			return first, err
		case first == "":
			s.say(i18n.Simple.NothingDone)
			return "", errSkipped
		case !protocol.ValidPassword(first):
			s.line(s.t.Field("motdepasse"))
			continue
		}
		second, err := s.Prompt.Secret(ctx, s.t.S(i18n.SimpleAsk.Again))
		if err != nil || first == second {
			return first, err
		}
		s.say(i18n.Simple.Differ)
	}
}

func (s *session) changePassword(ctx context.Context, _ string) error {
	old, err := s.Prompt.Secret(ctx, s.t.S(i18n.SimpleAsk.Old))
	if err != nil {
		return err
	}
	password, err := s.newPassword(ctx)
	if err != nil {
		return err
	}
	return s.order(ctx, func(ctx context.Context) error { return s.api.ChangePassword(ctx, old, password) }, i18n.Simple.Changed)
}

func (s *session) logout(ctx context.Context, _ string) error {
	s.list, s.more = nil, nil
	return s.order(ctx, s.api.Logout, i18n.Simple.LoggedOut)
}

// arrive waits for the server and lets the user in.
func (s *session) arrive(ctx context.Context) error {
	if err := s.reach(ctx); err != nil {
		return err
	}
	s.say(i18n.Simple.Welcome)
	session, err := fetch(ctx, s, func(ctx context.Context) (api.Session, error) { return s.api.Enter(ctx, s.Login, s.Password) })
	if err == nil {
		return s.welcome(ctx, session)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !errors.Is(err, api.ErrNoToken) {
		s.line(s.t.Error(err))
	}
	err = s.enter(ctx, s.Login)
	person := s.Prompt.Interactive()
	switch {
	case !person && errors.Is(err, prompt.ErrNobody):
		s.say(i18n.Prompt.NoPassword)
		return errSaid
	case errors.Is(err, errSkipped), person && errors.Is(err, errSaid):
		s.say(i18n.Simple.Outside)
		return nil
	}
	return err
}

// reach waits for the server, in a pipe for a moment only.
func (s *session) reach(ctx context.Context) error {
	var late <-chan time.Time
	if !s.Prompt.Interactive() {
		late = time.After(pipeTimeout)
	}
	for {
		select {
		case state := <-s.api.Changes():
			s.tell(s.state(state))
			if state.Phase == link.Online {
				return nil
			}
		case <-late:
			return errNoServer
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// enter asks for what is missing and logs in; an empty answer is a way out.
func (s *session) enter(ctx context.Context, login string) error {
	var err error
	if login == "" {
		if login, err = s.Prompt.Line(ctx, s.t.S(i18n.Prompt.Login)); err != nil {
			return err
		}
	}
	if login == "" {
		return errSkipped
	}
	for range protocol.MaxFailures {
		password, err := s.Prompt.Secret(ctx, s.t.S(i18n.Prompt.Password))
		if err != nil {
			return err
		}
		if password == "" {
			return errSkipped
		}
		session, err := fetch(ctx, s, func(ctx context.Context) (api.Session, error) { return s.api.Login(ctx, login, password) })
		if err == nil {
			return s.welcome(ctx, session)
		}
		s.line(s.t.Error(err))
		if link.CodeOf(err) != protocol.ECHEC || !s.Prompt.Interactive() {
			return errSaid
		}
	}
	return errSaid
}

func (s *session) welcome(ctx context.Context, session api.Session) error {
	s.list, s.more, s.newest = nil, nil, ""
	if session.Resumed {
		s.say(i18n.Simple.Resumed, session.Login)
	} else {
		s.say(i18n.Simple.LoggedIn, session.Login)
	}
	if session.NotKept {
		s.say(i18n.Prompt.NotKept)
	}
	if session.MustChange { // all but that is refused
		s.say(i18n.Simple.MustChange)
		return nil
	}
	if err := s.told(s.quota(ctx)); err != nil || session.Unread == 0 {
		return err
	}
	s.line(s.t.N(i18n.Simple.Unread, session.Unread) + " " + s.t.S(i18n.Simple.UnreadDo))
	return nil
}

// told lets a session go on after an extra that failed.
func (s *session) told(err error) error {
	if err == nil || errors.Is(err, prompt.ErrNobody) || errors.Is(err, context.Canceled) {
		return err
	}
	s.line(s.t.Error(err))
	return nil
}

func (s *session) login(ctx context.Context, login string) error {
	if who, ok := s.api.Session(); ok {
		s.say(i18n.Simple.Already, who.Login)
		return errSaid
	}
	return s.enter(ctx, login)
}
