package tui

import (
	"errors"
	"fmt"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// scene is something that a user can have before him.
type scene struct {
	name string
	kept bool        // a session is kept: the scene begins at home
	with func(*fake) // what is special about the server
	do   func(*driver)
}

func (sc scene) server() *fake {
	f := newFake(start)
	if sc.kept {
		f.LogIn()
	}
	if sc.with != nil {
		sc.with(f)
	}
	return f
}

func refused(code protocol.Code, kv ...string) error {
	e := &link.Error{Code: code}
	for i := 0; i+1 < len(kv); i += 2 {
		e.Fields = append(e.Fields, protocol.Field{Key: kv[i], Value: kv[i+1]})
	}
	return e
}

// gone is the state of a lost connection.
func gone(s *driver) state {
	return state{
		Phase: link.Offline, Attempt: 2, RetryAt: s.now.Add(2 * time.Second), Generation: 1,
		Err: &link.AddrError{Addr: "127.0.0.1:5890", Err: link.ErrUnreachable},
	}
}

func silent(methods ...string) func(*fake) {
	return func(f *fake) {
		for _, m := range methods {
			f.Silent[m] = true
		}
	}
}

func failing(method string, err error) func(*fake) {
	return func(f *fake) { f.Errs[method] = err }
}

func noCalls(f *fake) {
	f.Quota.Services = api.Quota{Used: 10, Max: 10, Window: 10 * time.Minute, Next: start.Add(167 * time.Second)}
}

// withNews is an inbox with a sale and an announcement that were not read.
func withNews(f *fake) {
	f.Inbox = []api.News{
		{ID: "n3", At: start.Add(-time.Hour), Type: "VENDU", Article: "12", Title: "Le Petit Prince", Buyer: "leo", Contact: "leo@etu.example"},
		{ID: "n2", At: start.Add(-30 * time.Hour), Type: "ANNONCE", Text: "Maintenance ce soir à 20 h."},
		{ID: "n1", At: start.Add(-50 * time.Hour), Type: "RAZ", Read: true, Text: "L'administration a remis vos deux quotas à zéro."},
		{ID: "n0", At: start.Add(-60 * time.Hour), Type: "EXPULSE", Read: true, Text: "On se calme."},
	}
	f.Logged.Unread = 2
}

func press(keys ...string) func(*driver) { return func(s *driver) { s.press(keys...) } }

var unavailable = refused(protocol.INDISPONIBLE, "apres", "2")

var scenes = []scene{
	{name: "login"},
	{name: "login-resuming", kept: true, with: silent("Enter"), do: func(s *driver) { s.advance(later) }},
	{name: "login-wrong", with: failing("Login", refused(protocol.ECHEC, "reste", "2")), do: func(s *driver) {
		s.typed("amelie")
		s.press("tab")
		s.typed("mauvais mot")
		s.press("enter")
	}},
	{name: "login-quota", with: failing("Login", refused(protocol.QUOTA, "quota", "connexions", "apres", "167")), do: func(s *driver) {
		s.typed("amelie")
		s.press("tab")
		s.typed("motdepasse")
		s.press("enter")
		s.advance(7 * time.Second)
	}},
	{name: "login-offline", with: func(f *fake) { f.Link = link.State{} }, do: func(s *driver) {
		s.typed("amelie")
		st := gone(s)
		st.Generation = 0
		s.send(st)
	}},
	{name: "register", do: func(s *driver) {
		s.press("ctrl+n")
		s.typed("amelie d")
		s.press("tab")
		s.typed("amelie@etu.example")
		s.press("tab")
	}},
	{name: "home", kept: true},
	{name: "home-events", kept: true, with: withNews, do: func(s *driver) {
		s.send(events{
			api.Announced{Text: "Maintenance ce soir à 20 h."},
			api.ArticleSold{ID: "12", Title: "Le Petit Prince", Buyer: "leo", Contact: "leo@etu.example"},
		})
	}},
	{name: "registered", do: func(s *driver) {
		s.press("ctrl+n")
		for i, text := range []string{"lea", "lea@etu.example", "Léa", "Martin", "motdepasse", "motdepasse"} {
			if i > 0 {
				s.press("tab")
			}
			s.typed(text)
		}
		s.press("enter")
	}},
	{name: "home-empty-quota", kept: true, with: noCalls},
	{name: "catalog", kept: true, do: press("2")},
	{name: "catalog-detail", kept: true, do: func(s *driver) { s.press("2", "down"); s.advance(time.Second) }},
	{name: "catalog-search", kept: true, do: func(s *driver) { s.press("2", "/"); s.typed("coeur"); s.advance(time.Second) }},
	{name: "catalog-none", kept: true, do: func(s *driver) {
		s.press("2", "/")
		s.typed("zzz")
		s.advance(time.Second)
		s.press("enter")
	}},
	{name: "catalog-loading", kept: true, with: silent("Articles"), do: func(s *driver) { s.press("2"); s.advance(later) }},
	{name: "catalog-empty", kept: true, with: func(f *fake) { f.Stock = nil }, do: press("2")},
	{name: "catalog-error", kept: true, with: failing("Articles", unavailable), do: press("2")},
	{name: "catalog-stale", kept: true, do: func(s *driver) {
		s.press("2")
		s.fake.Errs["Articles"] = unavailable
		s.advance(5 * time.Minute)
		s.press("r")
	}},
	{name: "catalog-offline", kept: true, do: func(s *driver) { s.press("2"); s.send(gone(s)) }},
	{name: "article", kept: true, do: press("2", "enter")},
	{name: "article-own", kept: true, do: press("2", "down", "down", "down", "enter")},
	{name: "buy", kept: true, do: press("2", "enter", "enter")},
	{name: "buy-done", kept: true, do: press("2", "enter", "enter", "o")},
	{name: "buy-sold", kept: true, with: failing("Buy", refused(protocol.VENDU)), do: press("2", "a", "o")},
	{name: "buy-unknown", kept: true, with: failing("Buy", fmt.Errorf("x: %w", link.ErrLost)), do: press("2", "a", "o")},
	{name: "buy-no-call", kept: true, with: noCalls, do: press("2", "a")},
	{name: "sell", kept: true, do: press("3")},
	{name: "sell-draft", kept: true, do: func(s *driver) {
		s.press("3", "right", "tab")
		s.typed("Le Petit Prince")
		s.press("tab")
		s.typed("12345,6")
		s.press("tab")
		s.typed("Bon état, quelques pages cornées")
	}},
	{name: "sell-offline", kept: true, with: silent("Sell"), do: func(s *driver) {
		s.press("3", "tab")
		s.typed("Le Petit Prince")
		s.press("tab")
		s.typed("3,50")
		s.press("ctrl+s")
		s.send(gone(s))
	}},
	{name: "sell-no-call", kept: true, with: noCalls, do: press("3")},
	{name: "mine", kept: true, do: press("4")},
	{name: "mine-sold", kept: true, do: press("4", "tab")},
	{name: "mine-bought", kept: true, do: press("4", "tab", "tab")},
	{name: "mine-empty", kept: true, with: func(f *fake) { f.Sales = nil }, do: press("4")},
	{name: "mine-withdraw", kept: true, do: press("4", "x")},
	{name: "boards", kept: true, do: press("5")},
	{name: "boards-error", kept: true, with: failing("Boards", errors.New("strange")), do: press("5")},
	{name: "account", kept: true, do: press("6")},
	{name: "account-logout", kept: true, do: press("6", "up", "up", "down", "down", "down", "down", "enter")},
	{name: "password", kept: true, do: press("6", "enter")},
	{name: "messages", kept: true, with: withNews, do: press("m")},
	{name: "messages-none", kept: true, do: press("m")},
	{name: "admin-live", with: (*fake).AdminIn, do: func(s *driver) { s.press("7"); busy(s, 300) }},
	{name: "admin-live-alerts", with: (*fake).AdminIn, do: func(s *driver) {
		s.press("7")
		busy(s, 60)
		trouble(s)
	}},
	{name: "admin-live-filter", with: (*fake).AdminIn, do: func(s *driver) {
		s.press("7")
		busy(s, 60)
		s.press("t", "t", "t", "t", "/")
		s.typed("leo")
	}},
	{name: "admin-live-first", with: (*fake).AdminIn, do: func(s *driver) { s.press("7"); s.send(measured(s.now, 3)) }},
	{name: "admin-live-waiting", with: (*fake).AdminIn, do: func(s *driver) { s.press("7"); s.advance(later) }},
	{name: "admin-live-paused", with: (*fake).AdminIn, do: func(s *driver) {
		s.press("7")
		busy(s, 60)
		s.press(" ")
		for range 12 {
			s.advance(time.Second)
			s.send(measured(s.now, 40))
		}
	}},
	{name: "admin-live-frozen", with: (*fake).AdminIn, do: func(s *driver) { s.press("7"); busy(s, 60); s.advance(12 * time.Second) }},
	{name: "admin-live-refused", with: func(f *fake) { f.AdminIn(); f.Errs["Follow"] = unavailable }, do: press("7")},
	{name: "admin-sessions", with: (*fake).AdminIn, do: press("7", "tab")},
	{name: "admin-sessions-error", with: func(f *fake) { f.AdminIn(); f.Errs["Sessions"] = unavailable }, do: press("7", "tab")},
	{name: "admin-expel", with: (*fake).AdminIn, do: func(s *driver) {
		s.press("7", "tab", "x")
		s.advance(time.Second)
		s.typed("on se calme")
		s.press("tab")
	}},
	{name: "admin-accounts", with: (*fake).AdminIn, do: press("7", "tab", "tab", "down")},
	{name: "admin-accounts-search", with: (*fake).AdminIn, do: func(s *driver) {
		s.press("7", "tab", "tab", "/")
		s.typed("zo")
		s.advance(time.Second)
	}},
	{name: "admin-accounts-none", with: (*fake).AdminIn, do: func(s *driver) {
		s.press("7", "tab", "tab", "/")
		s.typed("qqq")
		s.advance(time.Second)
		s.press("enter")
	}},
	{name: "admin-details", with: (*fake).AdminIn, do: press("7", "tab", "enter")},
	{name: "admin-details-error", with: func(f *fake) { f.AdminIn(); f.Errs["AccountDetails"] = unavailable }, do: press("7", "tab", "enter")},
	{name: "admin-accounts-sorted", with: (*fake).AdminIn, do: press("7", "tab", "tab", "s")},
	{name: "admin-block", with: (*fake).AdminIn, do: func(s *driver) {
		s.press("7", "tab", "tab", "b")
		s.advance(time.Second)
		s.typed("annonces en double")
		s.press("enter")
	}},
	{name: "admin-delete-refused", with: func(f *fake) { f.AdminIn(); f.Errs["Delete"] = refused(protocol.INTERDIT) }, do: func(s *driver) {
		s.press("7", "tab", "tab", "d")
		s.advance(time.Second)
		s.typed("parti")
		s.press("enter", "o")
	}},
	{name: "admin-password", with: (*fake).AdminIn, do: press("7", "tab", "tab", "p")},
	{name: "admin-announce", with: (*fake).AdminIn, do: press("7", "a")},
	{name: "admin-registration", with: (*fake).AdminIn, do: press("7", "i")},
	{name: "admin-help", with: (*fake).AdminIn, do: press("?")},
	{name: "password-given", with: func(f *fake) {
		f.Logged = &api.Session{Login: "amelie", Role: api.Student, Resumed: true, MustChange: true}
	}},
	{name: "help", kept: true, do: press("?")},
	{name: "quit-draft", kept: true, do: func(s *driver) {
		s.press("3", "tab")
		s.typed("Brouillon")
		s.press("esc", "q")
	}},
}
