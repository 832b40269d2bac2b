package admin

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

// sessionsAge is how old the list may get in sight: the server's own is right to 5 s.
const sessionsAge = 5 * time.Second

// newSessions is who is logged in, on which server and from where.
func newSessions(e *page.Env, lookUp func(login string)) *searched[api.Connected] {
	return newSearched(e, lookUp, spec[api.Connected]{
		title: i18n.Details.Sessions, find: i18n.Sessions.Find, none: i18n.Sessions.None,
		fetch: func(string) page.Fetch[api.Connected] {
			return func(ctx context.Context, _ string) (api.Page[api.Connected], error) {
				all, err := e.API.Sessions(ctx)
				return api.Page[api.Connected]{Rows: all}, err
			}
		},
		text:   func(c api.Connected) string { return c.Login + " " + c.Server + " " + c.Address },
		maxAge: sessionsAge,
		login:  func(c api.Connected) string { return c.Login },
		same:   func(a, b api.Connected) bool { return a == b },
		columns: func(int) []sortable[api.Connected] {
			faint := &e.Theme.Faint
			return []sortable[api.Connected]{
				{Column: widget.Column{Title: e.S(i18n.Col.Login)}, key: func(c api.Connected) string { return c.Login }},
				{Column: widget.Column{Title: e.S(i18n.Col.Server), Width: 16, Style: faint}, key: func(c api.Connected) string { return c.Server }},
				{Column: widget.Column{Title: e.S(i18n.Col.Address), Width: 16, From: 68, Style: faint}, key: func(c api.Connected) string { return c.Address }},
				{Column: widget.Column{Title: e.S(i18n.Col.Since), Width: 10, Right: true, Style: faint}, key: func(c api.Connected) string { return c.Since.UTC().Format(time.RFC3339Nano) }, down: true},
			}
		},
		cells: func(c api.Connected) []string {
			login := c.Login
			if login == e.Session.Login {
				login += " (" + e.S(i18n.Common.You) + ")"
			}
			return []string{login, c.Server, c.Address, e.T.Age(e.Now().Sub(c.Since))}
		},
		file: []string{"sessions", "login", "serveur", "adresse", "depuis"},
		record: func(c api.Connected) []string {
			return []string{c.Login, c.Server, c.Address, c.Since.UTC().Format(time.RFC3339)}
		},
		act: func(k tea.KeyMsg, c api.Connected) (used bool) {
			switch {
			case keys.Copy.Is(k):
				e.Copy(c.Address)
			case !keys.Expel.Is(k):
				return false
			case !isSelf(e, c.Login):
				expel(e, c.Login)
			}
			return true
		},
		actions: func(c api.Connected, w int) string { return actionsLine(e, c.Login, w, keys.Expel, keys.Copy) },
		changed: func(rows []api.Connected, by done) []api.Connected {
			ended := by.what == blocked || by.what == expelled || by.what == expelledLong || by.what == deleted
			return slices.DeleteFunc(rows, func(c api.Connected) bool { return ended && c.Login == by.login })
		},
	})
}
