package linemode

import (
	"context"
	"fmt"
	"strings"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/protocol"
)

// command is one word that the user may type, in either language.
type command struct {
	names [2]string // by i18n.Lang
	args  [2]string // as the help shows them
	help  i18n.Msg
	do    action
}

type action func(s *session, ctx context.Context, args string) error

// commands are all in the order of the help; administrators have more.
func commands(admin bool) []command {
	all := []command{
		{names: [2]string{"catalogue", "catalogue"}, args: [2]string{"[type=livre] [max=5] [vendeur=zoé] [tri=prix] [mots]", "[type=book] [max=5] [seller=zoé] [sort=price] [words]"}, help: i18n.SimpleHelp.Catalogue, do: (*session).catalogue},
		{names: [2]string{"suite", "more"}, help: i18n.SimpleHelp.More, do: (*session).next},
		{names: [2]string{"article", "show"}, args: [2]string{"N", "N"}, help: i18n.SimpleHelp.Article, do: (*session).article},
		{names: [2]string{"acheter", "buy"}, args: [2]string{"N", "N"}, help: i18n.SimpleHelp.Buy, do: (*session).buy},
		{names: [2]string{"vendre", "sell"}, help: i18n.SimpleHelp.Sell, do: (*session).sell},
		{names: [2]string{"ventes", "sales"}, help: i18n.SimpleHelp.Sales, do: own((*api.Client).MySales)},
		{names: [2]string{"achats", "purchases"}, help: i18n.SimpleHelp.Purchases, do: own((*api.Client).MyPurchases)},
		{names: [2]string{"retirer", "withdraw"}, args: [2]string{"N", "N"}, help: i18n.SimpleHelp.Withdraw, do: (*session).withdraw},
		{names: [2]string{"quota", "quota"}, help: i18n.SimpleHelp.Quota, do: func(s *session, ctx context.Context, _ string) error { return s.quota(ctx) }},
		{names: [2]string{"classements", "boards"}, help: i18n.SimpleHelp.Boards, do: (*session).boards},
		{names: [2]string{"presents", "online"}, help: i18n.SimpleHelp.Count, do: (*session).count},
		{names: [2]string{"nouvelles", "news"}, help: i18n.SimpleHelp.News, do: (*session).showNews},
		{names: [2]string{"lu", "read"}, help: i18n.SimpleHelp.Read, do: (*session).markRead},
		{names: [2]string{"moi", "me"}, help: i18n.SimpleHelp.Me, do: (*session).me},
		{names: [2]string{"connexion", "login"}, args: [2]string{"[identifiant]", "[login]"}, help: i18n.SimpleHelp.Login, do: (*session).login},
		{names: [2]string{"inscription", "register"}, help: i18n.SimpleHelp.Register, do: (*session).register},
		{names: [2]string{"motdepasse", "password"}, help: i18n.SimpleHelp.Password, do: (*session).changePassword},
		{names: [2]string{"deconnexion", "logout"}, help: i18n.SimpleHelp.Logout, do: (*session).logout},
		{names: [2]string{"langue", "language"}, args: [2]string{"fr|en", "fr|en"}, help: i18n.SimpleHelp.Language, do: (*session).language},
	}
	if admin {
		all = append(all, orders()...)
	}
	return append(all,
		command{names: [2]string{"aide", "help"}, help: i18n.SimpleHelp.Help, do: (*session).help},
		command{names: [2]string{"quitter", "quit"}, help: i18n.SimpleHelp.Quit, do: func(*session, context.Context, string) error { return errLeave }},
	)
}

// verbs are the words of the protocol for what has another name here.
var verbs = map[string]string{
	"?": "aide", "articles": "catalogue", "send": "article", "mesventes": "ventes", "mesachats": "achats",
	"messages": "nouvelles", "stats": "classements", "nb": "presents", "auth": "connexion", "retrait": "retirer", "end": "quitter",
}

// find knows the words of both languages, folded, and their beginnings where they are clear.
func find(word string, admin bool) (command, bool) {
	word = protocol.Fold(word)
	if name, known := verbs[word]; known {
		word = name
	}
	var found command
	hits := 0
	for _, c := range commands(admin) {
		for _, name := range c.names {
			if name == word {
				return c, true
			}
		}
		if strings.HasPrefix(c.names[0], word) || strings.HasPrefix(c.names[1], word) {
			found = c
			hits++
		}
	}
	const clear = 3 // letters; less is a slip of the finger
	return found, hits == 1 && len(word) >= clear
}

func (s *session) help(context.Context, string) error {
	for _, c := range commands(s.admin()) {
		name := strings.TrimSpace(c.names[s.t.Lang] + " " + c.args[s.t.Lang])
		s.say(i18n.SimpleHelp.Line, name, s.t.S(c.help))
	}
	return nil
}

func (s *session) language(_ context.Context, code string) error {
	if s.t.Lang.UnmarshalText([]byte(code)) != nil {
		s.t.Lang = 1 - s.t.Lang
	}
	s.say(i18n.Simple.Language)
	return nil
}

func (s *session) quota(ctx context.Context) error {
	return show(ctx, s, s.api.Quotas, func(q api.Quotas) {
		s.left(i18n.Quota.CallsLeft, q.Services)
		s.left(i18n.Quota.LoginsLeft, q.Connections)
	})
}

// left says how much of a quota is left.
func (s *session) left(m i18n.Msg, q api.Quota) {
	text := s.t.N(m, q.Left, s.t.Int(int64(q.Max)))
	if wait := time.Until(q.Next); wait > 0 {
		text += s.t.S(i18n.Simple.NextIn, s.t.Duration(wait))
	}
	s.line(text + ".")
}

// spent says what a receipt tells of the quota; when the next one is back the receipt does
// not tell, so the server is asked where none is left.
func (s *session) spent(ctx context.Context, q api.Quota) {
	if q.Max > 0 && q.Left == 0 {
		if all, err := fetch(ctx, s, s.api.Quotas); err == nil {
			q = all.Services
		}
	}
	s.left(i18n.Quota.CallsLeft, q)
}

func (s *session) boards(ctx context.Context, _ string) error {
	return show(ctx, s, s.api.Boards, func(b api.Boards) {
		now := time.Now()
		s.board(i18n.Simple.Latest, b[api.Latest], func(r api.Rank) string { return r.Login + ", " + s.t.Date(r.When, now) })
		s.board(i18n.Simple.Top, b[api.Top], func(r api.Rank) string { return r.Login + ", " + s.t.N(i18n.Simple.Logins, r.Count) })
		s.board(i18n.Simple.Least, b[api.Least], func(r api.Rank) string { return r.Login + ", " + s.t.N(i18n.Simple.Calls, r.Count) })
		s.board(i18n.Simple.Services, b[api.Services], func(r api.Rank) string {
			return s.t.Name(i18n.Services, r.Name) + ", " + s.t.N(i18n.Simple.Calls, r.Count)
		})
	})
}

func (s *session) board(title i18n.Msg, ranks []api.Rank, text func(api.Rank) string) {
	s.say(title)
	if len(ranks) == 0 {
		s.say(i18n.Simple.Nobody)
	}
	for _, r := range ranks {
		s.line(fmt.Sprintf("%d. %s.", r.Rank, text(r)))
	}
}

func (s *session) count(ctx context.Context, _ string) error {
	return show(ctx, s, s.api.Count, func(n api.Count) {
		s.line(s.t.N(i18n.Simple.Users, n.Users) + ", " + s.t.N(i18n.Simple.Connections, n.Connections) + ".")
	})
}

func (s *session) me(ctx context.Context, _ string) error {
	return show(ctx, s, s.api.Who, func(p api.Profile) { s.say(i18n.Simple.Me, p.FirstName, p.LastName, p.Login, p.Email) })
}
