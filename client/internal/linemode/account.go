package linemode

import (
	"context"
	"errors"
	"fmt"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
)

func (s *session) register(ctx context.Context, _ string) error {
	if who, ok := s.api.Session(); ok {
		s.say(i18n.Simple.Already, who.Login)
		return errSaid
	}
	var r api.Registration
	for _, q := range []struct {
		msg i18n.Msg
		to  *string
	}{
		{i18n.Prompt.Login, &r.Login},
		{i18n.SimpleAsk.Email, &r.Email},
		{i18n.SimpleAsk.FirstName, &r.FirstName},
		{i18n.SimpleAsk.LastName, &r.LastName},
	} {
		answer, err := s.Prompt.Line(ctx, s.t.S(q.msg))
		if err != nil {
			return err
		}
		*q.to = answer
	}
	var err error
	if r.Password, err = s.newPassword(ctx); err != nil {
		return err
	}
	if err := s.wait(ctx, func(ctx context.Context) error {
		_, err := s.api.Register(ctx, r)
		return err
	}); err != nil {
		return fmt.Errorf("register: %w", err)
	}
	s.say(i18n.Simple.Registered)
	session, err := fetch(ctx, s, func(ctx context.Context) (api.Session, error) { return s.api.Login(ctx, r.Login, r.Password) })
	if err != nil && !errors.Is(err, api.ErrNotKept) {
		return err
	}
	return s.welcome(ctx, session, err)
}

// newPassword asks twice where a person types blindly.
func (s *session) newPassword(ctx context.Context) (string, error) {
	first, err := s.Prompt.Secret(ctx, s.t.S(i18n.SimpleAsk.New))
	if err != nil || !s.Prompt.Interactive() {
		return first, err
	}
	second, err := s.Prompt.Secret(ctx, s.t.S(i18n.SimpleAsk.Again))
	if err == nil && first != second {
		s.say(i18n.Simple.Differ)
		return "", errSaid
	}
	return first, err
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
	if err := s.wait(ctx, func(ctx context.Context) error { return s.api.ChangePassword(ctx, old, password) }); err != nil {
		return err
	}
	s.say(i18n.Simple.Changed)
	return nil
}

func (s *session) logout(ctx context.Context, _ string) error {
	if err := s.wait(ctx, s.api.Logout); err != nil {
		return err
	}
	s.list, s.more = nil, nil
	s.say(i18n.Simple.LoggedOut)
	return nil
}
