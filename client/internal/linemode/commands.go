package linemode

import (
	"context"
	"strings"

	"etuservices/client/internal/i18n"
)

// command is one word that the user may type, in either language.
type command struct {
	names [2]string // by i18n.Lang
	args  [2]string // as the help shows them
	help  i18n.Msg
	do    func(s *session, ctx context.Context, args string) error
	admin bool // nobody else hears of it
}

// commands in the order of the help. Filled in init: help lists them itself.
var commands []command

func init() {
	commands = []command{
		{[2]string{"catalogue", "catalogue"}, [2]string{"[type=livre] [max=5] [vendeur=zoé] [tri=prix] [mots]", "[type=livre] [max=5] [seller=zoé] [sort=price] [words]"}, i18n.SimpleHelpCatalogue, (*session).catalogue, false},
		{[2]string{"suite", "more"}, [2]string{}, i18n.SimpleHelpMore, (*session).next, false},
		{[2]string{"article", "show"}, [2]string{"N", "N"}, i18n.SimpleHelpArticle, (*session).article, false},
		{[2]string{"acheter", "buy"}, [2]string{"N", "N"}, i18n.SimpleHelpBuy, (*session).buy, false},
		{[2]string{"vendre", "sell"}, [2]string{}, i18n.SimpleHelpSell, (*session).sell, false},
		{[2]string{"ventes", "sales"}, [2]string{}, i18n.SimpleHelpSales, (*session).sales, false},
		{[2]string{"achats", "purchases"}, [2]string{}, i18n.SimpleHelpPurchases, (*session).purchases, false},
		{[2]string{"retirer", "withdraw"}, [2]string{"N", "N"}, i18n.SimpleHelpWithdraw, (*session).withdraw, false},
		{[2]string{"quota", "quota"}, [2]string{}, i18n.SimpleHelpQuota, func(s *session, ctx context.Context, _ string) error { return s.quota(ctx) }, false},
		{[2]string{"classements", "boards"}, [2]string{}, i18n.SimpleHelpBoards, (*session).boards, false},
		{[2]string{"presents", "online"}, [2]string{}, i18n.SimpleHelpCount, (*session).count, false},
		{[2]string{"evenements", "events"}, [2]string{}, i18n.SimpleHelpEvents, (*session).events, false},
		{[2]string{"moi", "me"}, [2]string{}, i18n.SimpleHelpMe, (*session).me, false},
		{[2]string{"connexion", "login"}, [2]string{"[identifiant]", "[login]"}, i18n.SimpleHelpLogin, (*session).login, false},
		{[2]string{"inscription", "register"}, [2]string{}, i18n.SimpleHelpRegister, (*session).register, false},
		{[2]string{"motdepasse", "password"}, [2]string{}, i18n.SimpleHelpPassword, (*session).changePassword, false},
		{[2]string{"deconnexion", "logout"}, [2]string{}, i18n.SimpleHelpLogout, (*session).logout, false},
		{[2]string{"langue", "language"}, [2]string{"fr|en", "fr|en"}, i18n.SimpleHelpLanguage, (*session).language, false},
	}
	for _, c := range orders {
		c.admin = true
		commands = append(commands, c)
	}
	commands = append(commands, []command{
		{[2]string{"aide", "help"}, [2]string{}, i18n.SimpleHelpHelp, (*session).help, false},
		{[2]string{"quitter", "quit"}, [2]string{}, i18n.SimpleHelpQuit, func(*session, context.Context, string) error { return errLeave }, false},
	}...)
}

// find knows the words of both languages, without case and accents, and their
// beginnings where they are clear.
func find(word string, admin bool) (command, bool) {
	word = i18n.Fold(word)
	if word == "?" {
		word = "aide"
	}
	var found command
	hits := 0
	for _, c := range commands {
		if c.admin && !admin {
			continue
		}
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
	for _, c := range commands {
		if c.admin && !s.admin() {
			continue
		}
		name := strings.TrimSpace(c.names[s.t.Lang] + " " + c.args[s.t.Lang])
		s.say(i18n.SimpleHelpLine, name, s.t.S(c.help))
	}
	return nil
}

func (s *session) language(_ context.Context, code string) error {
	lang, ok := i18n.ParseLang(code)
	if !ok {
		lang = 1 - s.t.Lang
	}
	s.t.Lang = lang
	s.say(i18n.SimpleLanguage)
	return nil
}
