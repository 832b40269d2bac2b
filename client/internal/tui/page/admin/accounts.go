package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// newAccounts is everybody, as the server searches them.
func newAccounts(e *page.Env, lookUp func(login string)) *searched[api.Account] {
	return newSearched(e, lookUp, spec[api.Account]{
		title: i18n.Admin.Accounts, find: i18n.Accounts.Find, none: i18n.Accounts.None,
		fetch: func(words string) page.Fetch[api.Account] {
			return func(ctx context.Context, after string) (api.Page[api.Account], error) {
				return e.API.Accounts(ctx, words, protocol.MaxPage, after)
			}
		},
		login: func(a api.Account) string { return a.Login },
		same:  func(a, b api.Account) bool { return a.Login == b.Login },
		columns: func(w int) []sortable[api.Account] {
			return []sortable[api.Account]{
				{Column: widget.Column{Title: e.S(i18n.Col.Login), Width: max(14, min(24, w/6))}, key: func(a api.Account) string { return a.Login }},
				{Column: widget.Column{Title: e.S(i18n.Col.Name)}, key: func(a api.Account) string { return protocol.Fold(a.LastName + " " + a.FirstName) }},
				{Column: widget.Column{Title: e.S(i18n.Col.Email), Width: w * 3 / 10, From: 72, Style: &e.Theme.Faint}, key: func(a api.Account) string { return protocol.Fold(a.Email) }},
				{Column: widget.Column{Title: e.S(i18n.Col.State), Width: 10}, key: func(a api.Account) string { return string(a.Standing) + string(a.Role) }, down: true},
			}
		},
		cells: func(a api.Account) []string {
			state, style := standing(e, a)
			return []string{a.Login, a.FirstName + " " + a.LastName, a.Email, style.Render(state)}
		},
		file: []string{"comptes", "login", "prenom", "nom", "email", "role", "etat"},
		record: func(a api.Account) []string {
			return []string{a.Login, a.FirstName, a.LastName, a.Email, string(a.Role), string(a.Standing)}
		},
		act:     func(k tea.KeyMsg, a api.Account) bool { return act(e, k, a) },
		actions: func(a api.Account, w int) string { return actionsLine(e, a.Login, w, orderKeys(a)...) },
		changed: changed,
	})
}

// changed puts an order's effect into the list.
func changed(rows []api.Account, by done) []api.Account {
	i := slices.IndexFunc(rows, func(a api.Account) bool { return a.Login == by.login })
	if i < 0 {
		return rows
	}
	switch a := &rows[i]; {
	case by.what == deleted:
		return slices.Delete(rows, i, i+1)
	case by.what == blocked:
		a.Standing = api.AccountBlocked
	case by.what == unblocked:
		a.Standing = api.AccountActive
	case by.what == expelledLong && a.Standing != api.AccountBlocked:
		a.Standing = api.AccountExpelled
	}
	return rows
}

// standing is a sign and a word, and whether it is an administrator.
func standing(e *page.Env, a api.Account) (text string, style lipgloss.Style) {
	th, word := e.Theme, e.T.Name(i18n.Standings, string(a.Standing))
	switch {
	case a.Standing == api.AccountBlocked:
		return theme.Cross + " " + word, th.Err
	case a.Standing == api.AccountExpelled:
		return theme.Alert + " " + word, th.Warn
	case a.Role == api.Admin:
		return theme.Dot + " " + e.S(i18n.Accounts.Admin), th.Strong
	}
	return theme.Dot + " " + word, th.OK
}

// orderKeys are the keys of what can be done about an account.
func orderKeys(a api.Account) []keys.Key {
	gate := i18n.Do.Block
	if a.Standing != api.AccountActive {
		gate = i18n.Do.Unblock
	}
	return []keys.Key{keys.Block.To(gate), keys.Expel, keys.Reset, keys.Give, keys.Delete}
}

// actionsLine is the keys for somebody, behind their login.
func actionsLine(e *page.Env, login string, w int, list ...keys.Key) string {
	parts := []string{e.Theme.Strong.Render(widget.Fit(login, min(14, widget.Width(login))))}
	for _, k := range list {
		parts = append(parts, e.Hint(k))
	}
	sep := e.Theme.Faint.Render(" " + theme.Sep + " ")
	s := " " + strings.Join(parts, sep)
	if widget.Width(s) > w { // the keys matter more than the name
		s = " " + strings.Join(parts[1:], sep)
	}
	return widget.Fit(s, w)
}

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
		text:  func(c api.Connected) string { return c.Login + " " + c.Server + " " + c.Address },
		login: func(c api.Connected) string { return c.Login },
		same:  func(a, b api.Connected) bool { return a == b },
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
