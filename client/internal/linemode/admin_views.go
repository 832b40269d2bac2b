package linemode

import (
	"context"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/protocol"
)

// liveFor is how long live waits for a measure: the first tells no rate yet,
// and both may be a period late.
const liveFor = 5 * time.Second

// live tells the second measure that comes.
func (s *session) live(ctx context.Context, _ string) error {
	var m api.Stats
	err := s.wait(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, liveFor)
		defer cancel()
		s.forgetLive()
		if err := s.api.Follow(ctx, 1); err != nil {
			return err
		}
		for seen := 0; seen < 2; {
			select {
			case e := <-s.api.Live():
				if stats, ok := e.(api.Stats); ok {
					m = stats
					seen++
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return s.api.Unfollow(ctx)
	})
	if err != nil {
		return err
	}
	n := func(n int) string { return s.t.Int(int64(n)) }
	ms := func(d time.Duration) string { return s.t.Decimal(d.Seconds()*1000, 1) }
	s.line(s.t.N(i18n.Simple.Users, m.Users) + ", " + s.t.N(i18n.Simple.Connections, m.Connections) + ", " + s.t.N(i18n.Simple.Servers, m.Servers) + ".")
	s.say(i18n.Simple.LiveRate, s.t.Decimal(m.CommandsPerSecond, 1), ms(m.P50), ms(m.P99))
	s.say(i18n.Simple.LiveMinute, n(m.LoginsPerMinute), n(m.SalesPerMinute), n(m.PurchasesPerMinute), n(m.RefusalsPerMinute), n(m.RefusedQuota))
	return nil
}

// forgetLive drops what came after the last look.
func (s *session) forgetLive() {
	for {
		select {
		case <-s.api.Live():
		default:
			return
		}
	}
}

func (s *session) sessions(ctx context.Context, _ string) error {
	all, err := fetch(ctx, s, s.api.Sessions)
	if err != nil {
		return err
	}
	for _, c := range all {
		s.say(i18n.Simple.Session, c.Login, c.Server, c.Address, s.t.Age(time.Since(c.Since)))
	}
	return nil
}

func (s *session) accounts(ctx context.Context, words string) error {
	return list(ctx, s, "", func(ctx context.Context, after string) (api.Page[api.Account], error) {
		return s.api.Accounts(ctx, words, protocol.DefaultPage, after)
	}, func(p api.Page[api.Account]) {
		s.list = nil // numbers of articles mean nothing here
		for _, a := range p.Rows {
			standing := s.t.Standing(string(a.Standing))
			if a.Role == api.Admin {
				standing += ", " + s.t.S(i18n.Account.Admin)
			}
			s.say(i18n.Simple.Account, a.Login, a.FirstName, a.LastName, a.Email, standing)
		}
		switch {
		case p.Next != "":
			s.say(i18n.Simple.AccountsMore)
		case len(p.Rows) == 0:
			s.say(i18n.Accounts.None)
		}
	})
}
