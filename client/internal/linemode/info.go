package linemode

import (
	"context"
	"fmt"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
)

func (s *session) quota(ctx context.Context) error {
	q, err := fetch(ctx, s, s.api.Quotas)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		msg i18n.Msg
		q   api.Quota
	}{{i18n.Quota.CallsLeft, q.Services}, {i18n.Quota.LoginsLeft, q.Connections}} {
		text := s.t.N(part.msg, part.q.Left, s.t.Int(int64(part.q.Max)))
		if wait := time.Until(part.q.Next); wait > 0 {
			text += s.t.S(i18n.Simple.NextIn, s.t.Duration(wait))
		}
		s.line(text + ".")
	}
	return nil
}

func (s *session) boards(ctx context.Context, _ string) error {
	b, err := fetch(ctx, s, func(ctx context.Context) (api.Boards, error) { return s.api.Boards(ctx, api.AllBoards) })
	if err != nil {
		return err
	}
	now := time.Now()
	for _, board := range []struct {
		title i18n.Msg
		ranks []api.Rank
		text  func(r api.Rank) string
	}{
		{i18n.Simple.Latest, b.Latest, func(r api.Rank) string { return r.Login + ", " + s.t.Date(r.When, now) }},
		{i18n.Simple.Top, b.Top, func(r api.Rank) string { return r.Login + ", " + s.t.N(i18n.Simple.Logins, r.Count) }},
		{i18n.Simple.Least, b.Least, func(r api.Rank) string { return r.Login + ", " + s.t.N(i18n.Simple.Calls, r.Count) }},
		{i18n.Simple.Services, b.Services, func(r api.Rank) string { return s.t.Service(r.Name) + ", " + s.t.N(i18n.Simple.Calls, r.Count) }},
	} {
		s.say(board.title)
		if len(board.ranks) == 0 {
			s.say(i18n.Simple.Nobody)
		}
		for _, r := range board.ranks {
			s.line(fmt.Sprintf("%d. %s.", r.Rank, board.text(r)))
		}
	}
	return nil
}

func (s *session) count(ctx context.Context, _ string) error {
	n, err := fetch(ctx, s, s.api.Count)
	if err != nil {
		return err
	}
	s.line(s.t.N(i18n.Simple.Users, n.Users) + ", " + s.t.N(i18n.Simple.Connections, n.Connections) + ".")
	return nil
}

func (s *session) me(ctx context.Context, _ string) error {
	p, err := fetch(ctx, s, s.api.Who)
	if err != nil {
		return err
	}
	s.say(i18n.Simple.Me, p.FirstName, p.LastName, p.Login, p.Email)
	return nil
}
