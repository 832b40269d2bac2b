// Package account is who one is, and what one can change about it.
package account

import (
	"context"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// Page is the account.
type Page struct {
	page.Size
	page.Still
	e   *page.Env
	cur int
	who page.Load[api.Profile]
}

// New makes the screen.
func New(e *page.Env) *Page { return &Page{e: e} }

// Show asks who one is, once.
func (p *Page) Show(any) tea.Cmd {
	if p.who.Has {
		return nil
	}
	return p.who.Start(p.e, p.e.API.Who)
}

// actions are what one can do here, in the order shown.
func (p *Page) actions() []struct {
	name string
	do   tea.Cmd
} {
	e := p.e
	themes := map[theme.Name]i18n.Msg{
		theme.Dark: i18n.ThemeDark, theme.Light: i18n.ThemeLight, theme.Contrast: i18n.ThemeContrast,
	}
	return []struct {
		name string
		do   tea.Cmd
	}{
		{e.S(i18n.AccountPassword), page.Send(page.Go{Kind: page.Password, Push: true})},
		{e.S(i18n.AccountMessages), page.Send(page.Go{Kind: page.Messages, Push: true})},
		{e.S(i18n.AccountLanguage), page.Send(page.ToggleLanguage{})},
		{e.S(i18n.AccountTheme, e.S(themes[e.Theme.Name])), page.Send(page.NextTheme{})},
		{e.S(i18n.AccountLogout), p.logout()},
	}
}

func (p *Page) logout() tea.Cmd {
	e := p.e
	return page.Send(page.Open{Dialog: page.NewConfirm(e, page.Question{
		Title: func() string { return e.S(i18n.LogoutTitle) },
		Body: func(w int) string {
			return widget.Lines(widget.Wrap(e.S(i18n.LogoutAsk, e.Rule(e.Quotas.Connections)), w)).String()
		},
		Yes: i18n.AccountLogout,
		Do: func(ctx context.Context) error {
			// The client is logged out whatever the server answers.
			_ = e.API.Logout(ctx)
			return nil
		},
		Then: func() tea.Cmd { return page.Send(page.Left{}) },
	})})
}

// Update takes a message.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	if p.who.Update(p.e, m) {
		return nil
	}
	switch m := m.(type) {
	case page.Left:
		p.who.Forget()
		p.cur = 0
	case tea.KeyMsg:
		actions := p.actions()
		switch {
		case key.Matches(m, keys.Back):
			return page.Send(page.Back{})
		case key.Matches(m, keys.Up):
			p.cur = max(0, p.cur-1)
		case key.Matches(m, keys.Down):
			p.cur = min(len(actions)-1, p.cur+1)
		case key.Matches(m, keys.Enter):
			return actions[p.cur].do
		case key.Matches(m, keys.Refresh):
			return p.who.Start(p.e, p.e.API.Who)
		}
	}
	return nil
}

// View is part of page.Page.
func (p *Page) View() string {
	e, th, w := p.e, p.e.Theme, min(70, p.W-4)
	var l widget.Lines
	who := p.who.Data
	name := who.FirstName + " " + who.LastName
	if !p.who.Has {
		name = e.Session.Login
	}
	l.Add("", th.Title.Render(name))
	role := i18n.AccountStudent
	if e.Session.Role == api.Admin {
		role = i18n.AccountAdmin
	}
	safe := e.S(i18n.AccountPlain)
	if e.TLS {
		safe = e.S(i18n.AccountTLS)
	}
	for _, f := range [][2]string{
		{e.S(i18n.LoginName), e.Session.Login},
		{e.S(i18n.RegisterEmail), who.Email},
		{e.S(i18n.AccountRole), e.S(role)},
		{e.S(i18n.AccountServer), e.Addr + " " + theme.Sep + " " + safe},
		{e.S(i18n.AccountProgram), "etu " + e.Version},
	} {
		l.Add(widget.Fit(th.Faint.Render(f[0]), 14) + f[1])
	}
	switch {
	case p.who.Err != nil:
		l.Add(e.Failure(p.who.Err, w))
	case p.who.Slow(e):
		l.Add(e.Waiting())
	case p.who.Has && !who.Since.IsZero():
		l.Add(th.Faint.Render(e.S(i18n.AccountSince, e.T.Date(who.Since, e.Now()))))
	}
	l.Add("")
	for i, a := range p.actions() {
		if i == p.cur {
			l.Add(th.Selected.Render(widget.Fit(theme.Cursor+" "+a.name, w)))
			continue
		}
		l.Add("  " + a.name)
	}
	return widget.Indent(l.String(), 2)
}

// Title is part of page.Page.
func (p *Page) Title() string { return p.e.S(i18n.AccountTitle) }

// Hints are part of page.Page.
func (p *Page) Hints() []page.Hint {
	e := p.e
	return []page.Hint{
		e.H(i18n.KeyArrows, i18n.DoChoose), e.H(i18n.KeyEnter, i18n.DoConfirm), e.H(i18n.KeyEsc, i18n.DoBack),
		e.H(i18n.KeyScreens, i18n.DoScreen), e.H(i18n.KeyHelp, i18n.DoHelp), e.H(i18n.KeyQ, i18n.DoQuit),
	}
}
