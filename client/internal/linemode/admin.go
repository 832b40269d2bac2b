package linemode

import (
	"context"
	"strconv"
	"strings"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// orders are the administrators' commands. Their reasons and texts run to the
// end of the line, as on the wire; a person is asked for a reason that is missing.
func orders() []command {
	return []command{
		{names: [2]string{"direct", "live"}, help: i18n.SimpleHelp.Live, do: (*session).live},
		{names: [2]string{"sessions", "sessions"}, help: i18n.SimpleHelp.Sessions, do: (*session).sessions},
		{names: [2]string{"comptes", "accounts"}, args: [2]string{"[mots]", "[words]"}, help: i18n.SimpleHelp.Accounts, do: (*session).accounts},
		{names: [2]string{"bloquer", "block"}, args: [2]string{"identifiant raison", "login reason"}, help: i18n.SimpleHelp.Block, do: about(i18n.Block, i18n.Admin.Reason, (*api.Client).Block)},
		{names: [2]string{"debloquer", "unblock"}, args: [2]string{"identifiant", "login"}, help: i18n.SimpleHelp.Unblock, do: about(i18n.Unblock, none, alone((*api.Client).Unblock))},
		{names: [2]string{"expulser", "expel"}, args: [2]string{"identifiant [minutes=10] raison", "login [minutes=10] reason"}, help: i18n.SimpleHelp.Expel, do: about(i18n.Expel, i18n.Admin.Reason, expel)},
		{names: [2]string{"raz", "reset"}, args: [2]string{"identifiant", "login"}, help: i18n.SimpleHelp.Reset, do: about(i18n.Reset, none, alone((*api.Client).ResetQuotas))},
		{names: [2]string{"nouveaumdp", "newpassword"}, args: [2]string{"identifiant", "login"}, help: i18n.SimpleHelp.Give, do: about(i18n.Give, i18n.Login.Password, (*api.Client).GivePassword)},
		{names: [2]string{"supprimer", "delete"}, args: [2]string{"identifiant raison", "login reason"}, help: i18n.SimpleHelp.Delete, do: about(i18n.Delete, i18n.Admin.Reason, (*api.Client).DeleteAccount)},
		{names: [2]string{"annonce", "announce"}, args: [2]string{"texte", "text"}, help: i18n.SimpleHelp.Announce, do: (*session).announce},
		{names: [2]string{"inscriptions", "registrations"}, args: [2]string{"[ouvertes|fermees]", "[open|closed]"}, help: i18n.SimpleHelp.Registrations, do: (*session).registrations},
	}
}

// none: the order needs nothing but a login.
var none i18n.Msg

func (s *session) admin() bool {
	who, ok := s.api.Session()
	return ok && who.Role == api.Admin
}

// act is an order about a login; text is its reason, or the password.
type act func(c *api.Client, ctx context.Context, login, text string) error

func alone(do func(*api.Client, context.Context, string) error) act {
	return func(c *api.Client, ctx context.Context, login, _ string) error { return do(c, ctx, login) }
}

// expel takes minutes=10 before the reason.
func expel(c *api.Client, ctx context.Context, login, text string) error {
	minutes := 0
	first, rest, _ := strings.Cut(text, " ")
	if given, ok := strings.CutPrefix(first, "minutes="); ok {
		var err error
		if minutes, err = strconv.Atoi(given); err != nil || minutes < 1 { // 0 would be left out, and mean no minutes
			return &link.Error{Code: protocol.INVALIDE, Fields: protocol.Fields{{Key: "champ", Value: "minutes"}}}
		}
		text = strings.TrimSpace(rest)
	}
	return c.Expel(ctx, login, minutes, text)
}

// about makes a command that asks for what an order lacks, and whether it is meant.
func about(words i18n.Confirm, more i18n.Msg, do act) action {
	return func(s *session, ctx context.Context, args string) (err error) {
		login, text, _ := strings.Cut(args, " ")
		if login == "" {
			if login, err = s.Prompt.Line(ctx, s.t.S(i18n.Prompt.Login)); err != nil || login == "" {
				return err
			}
		}
		text = strings.TrimSpace(text)
		// In a pipe the next line is a command; a password stands on one of its own.
		if more != none && text == "" && (s.Prompt.Interactive() || more == i18n.Login.Password) {
			if text, err = s.Prompt.Line(ctx, s.t.S(i18n.SimpleAsk.More, s.t.S(more))); err != nil {
				return err
			}
		}
		if ok, err := s.yes(ctx, s.t.S(i18n.Simple.Sure, s.t.S(words.Title, login))); !ok || err != nil {
			return err
		}
		return s.order(ctx, func(ctx context.Context) error { return do(s.api, ctx, login, text) }, words.Done, login)
	}
}

func (s *session) announce(ctx context.Context, text string) (err error) {
	if text == "" && s.Prompt.Interactive() {
		if text, err = s.Prompt.Line(ctx, s.t.S(i18n.SimpleAsk.More, s.t.S(i18n.Admin.Text))); err != nil || text == "" {
			return err
		}
	}
	return s.order(ctx, func(ctx context.Context) error { return s.api.Announce(ctx, text) }, i18n.Announce.Done)
}

func (s *session) registrations(ctx context.Context, word string) error {
	word = protocol.Fold(word)
	open := word == "ouvertes" || word == "open"
	if !open && word != "" && word != "fermees" && word != "closed" {
		s.say(i18n.Simple.OpenClosed)
		return errSaid
	}
	return show(ctx, s, func(ctx context.Context) (bool, error) {
		if word == "" {
			return s.api.Registrations(ctx)
		}
		return open, s.api.OpenRegistrations(ctx, open)
	}, func(open bool) {
		if open {
			s.say(i18n.OpenRegistration.Done)
		} else {
			s.say(i18n.CloseRegistration.Done)
		}
	})
}

// liveFor bounds live: the first measure tells no rate, and each may be a period late.
const liveFor = 5 * time.Second

// live tells the second measure that comes.
func (s *session) live(ctx context.Context, _ string) error {
	var m api.Stats
	err := s.wait(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, liveFor)
		defer cancel()
		began := time.Now()
		if err := s.api.Follow(ctx, 1); err != nil {
			return err
		}
		for seen := 0; seen < 2; {
			select {
			case e := <-s.api.Live():
				if stats, ok := e.(api.Stats); ok && stats.At.After(began) { // of this look
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

func (s *session) sessions(ctx context.Context, _ string) error {
	return show(ctx, s, s.api.Sessions, func(all []api.Connected) {
		for _, c := range all {
			s.say(i18n.Simple.Session, c.Login, c.Server, c.Address, s.t.Age(time.Since(c.Since)))
		}
	})
}

func (s *session) accounts(ctx context.Context, words string) error {
	return list(ctx, s, "", func(ctx context.Context, after string) (api.Page[api.Account], error) {
		return s.api.Accounts(ctx, words, protocol.DefaultPage, after)
	}, func(p api.Page[api.Account]) {
		s.list = nil // numbers of articles mean nothing here
		for _, a := range p.Rows {
			standing := s.t.Name(i18n.Standings, string(a.Standing))
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
