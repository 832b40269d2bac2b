// Package account is who one is, and what one can change about it.
package account

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// Page is the account.
type Page struct {
	page.Base
	e     *page.Env
	table widget.Table // of what one can do
}

// New makes the page.
func New(e *page.Env) *Page {
	p := &Page{Base: page.NewBase(i18n.Account.Title), e: e}
	p.table.Height = len(p.actions())
	return p
}

// Show asks who one is, where that is not known since the login.
func (p *Page) Show(any) {
	if !p.e.Who.Has && !p.e.Who.Busy() {
		p.e.AskWho()
	}
}

// actions are what one can do here, in the order shown.
func (p *Page) actions() []action {
	e := p.e
	return []action{
		{e.S(i18n.Account.Password), func() { e.Push(page.Password, nil) }},
		{e.S(i18n.Account.Messages), func() { e.Push(page.Messages, nil) }},
		{e.S(i18n.Account.Language), e.ToggleLanguage},
		{e.S(i18n.Account.Theme, e.T.Name(i18n.ThemeNames, string(e.Theme.Name))), e.NextTheme},
		{e.S(i18n.Account.Logout), func() { e.Open(dialog.Logout(e)) }},
	}
}

// action is a line of the list: its name, and what it does.
type action struct {
	name string
	do   func()
}

func (p *Page) Update(m tea.Msg) {
	actions := p.actions()
	switch m := m.(type) {
	case tea.KeyMsg:
		switch {
		case keys.Back.Is(m):
			p.e.Back()
		case p.table.Key(m, len(actions)):
		case keys.Enter.Is(m):
			actions[p.table.Cur].do()
		case keys.Refresh.Is(m):
			p.e.AskWho()
		}
	case page.Click:
		if p.table.Click(int(m), len(actions)) {
			actions[p.table.Cur].do()
		}
	}
}

// View draws the page: who one is and what can be done, beside it both quotas.
func (p *Page) View() string {
	const besideFrom = 98
	if p.W < besideFrom {
		return p.main(p.W, p.H)
	}
	e, parts := p.e, widget.Share(p.W, widget.Gutter, 3, 2)
	quotas := page.QuotaViews(e, parts[1]-widget.PanelW)
	return widget.Columns(p.main(parts[0], p.H), widget.Panel{Title: e.S(i18n.Home.Left)}.View(e.Theme, quotas, parts[1], p.H))
}

func (p *Page) main(w, h int) string {
	e, th, inner := p.e, p.e.Theme, w-widget.PanelW
	var l widget.Lines
	who := e.Who.Data
	name := who.FirstName + " " + who.LastName
	if !e.Who.Has {
		name = e.Session.Login
	}
	role := i18n.Account.Student
	if e.Session.Role == api.Admin {
		role = i18n.Account.Admin
	}
	safe := e.S(i18n.Account.Plain)
	if e.TLS {
		safe = e.S(i18n.Account.TLS)
	}
	for _, f := range [][2]string{
		{e.S(i18n.Login.Name), e.Session.Login},
		{e.S(i18n.Register.Email), who.Email},
		{e.S(i18n.Account.Role), e.S(role)},
		{e.S(i18n.Account.Server), e.Addr + " " + theme.Sep + " " + safe},
		{e.S(i18n.Account.Program), "etu " + e.Version},
	} {
		const label = 14
		text := strings.Join(widget.Wrap(f[1], inner-label), "\n")
		l.Add(widget.Fit(th.Faint.Render(f[0]), label) + strings.TrimLeft(widget.Indent(text, label), " "))
	}
	switch {
	case e.Who.Err != nil:
		l.Add(e.Failure(e.Who.Err, inner))
	case e.Who.Slow(e):
		l.Add(e.Waiting())
	case e.Who.Has && !who.Since.IsZero():
		l.Add(th.Faint.Render(e.S(i18n.Account.Since, e.T.Date(who.Since, e.Now()))))
	}
	actions := p.actions()
	l.Add("", p.table.View(th, []widget.Column{{}}, len(actions), inner, true, func(i int) []string { return []string{actions[i].name} }))
	return widget.Panel{Title: name, Focused: true}.View(th, l.String(), w, h)
}

func (p *Page) Keys() []keys.Key {
	screens := keys.Screens(p.e.IsAdmin())
	return []keys.Key{keys.Arrows, keys.Enter, keys.Back, screens, keys.Help, keys.QuitLetter}
}
