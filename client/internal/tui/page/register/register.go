// Package register is the screen on which an account is created; it logs in
// with it at once.
package register

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Places of the fields.
const (
	login = iota
	email
	first
	last
	password
	repeat
)

// Page is the registration screen.
type Page struct {
	page.Named
	form.Form
	e     *page.Env
	enter page.Load[api.Session]
}

func New(e *page.Env) *Page {
	secret := &form.Entry{Field: "motdepasse", Label: i18n.Login.Password, Hint: i18n.Login.PassHint, Check: form.CheckPassword}
	p := &Page{Named: page.Named{Name: i18n.Register.Title}, e: e, Form: form.New(
		2,
		&form.Entry{Field: "login", Label: i18n.Login.Name, Hint: i18n.Register.LoginHint, Check: form.CheckLogin},
		&form.Entry{Field: "email", Label: i18n.Register.Email, Hint: i18n.Register.EmailHint, Check: form.CheckEmail},
		&form.Entry{Field: "prenom", Label: i18n.Register.First, Hint: i18n.Register.NameHint, Check: form.CheckText},
		&form.Entry{Field: "nom", Label: i18n.Register.Last, Hint: i18n.Register.NameHint, Check: form.CheckText},
		secret,
		&form.Entry{Label: i18n.Register.Repeat, Hint: i18n.Register.RepHint, Check: form.Repeats(secret)},
	)}
	for i, bound := range []int{
		protocol.MaxLogin, protocol.MaxEmail, protocol.MaxName, protocol.MaxName,
		protocol.MaxPassword, protocol.MaxPassword,
	} {
		p.Entries[i].In.Max = bound
		p.Entries[i].In.Secret = i >= password
	}
	return p
}

func (p *Page) Update(m tea.Msg) {
	if _, is := m.(page.Entered); is { // by another account perhaps
		p.Clear()
	}
	if k, is := m.(tea.KeyMsg); is && keys.Back.Is(k) {
		if !p.enter.Busy() {
			p.e.Back()
			return
		}
		p.enter.Cancel()
		return
	}
	switch p.Take(m, p.enter.Busy()) {
	case 0:
		p.submit()
	case 1:
		p.e.Back()
	}
}

// errCreated: the account is there, but the login failed.
var errCreated = errors.New("register: created, not logged in")

func (p *Page) submit() {
	p.enter.Err = nil
	if !p.Valid() {
		return
	}
	text := func(i int) string { return strings.TrimSpace(p.Entries[i].In.Value()) }
	r := api.Registration{
		Login: text(login), Email: text(email), FirstName: text(first), LastName: text(last),
		Password: p.Entries[password].In.Value(),
	}
	p.enter.Start(p.e, func(ctx context.Context) (api.Session, error) {
		name, err := p.e.API.Register(ctx, r)
		if err != nil && !errors.Is(err, link.ErrLost) {
			return api.Session{}, err
		}
		if err != nil {
			name = r.Login // the answer was lost: logging in tells whether it was done
		}
		s, err := p.e.API.Login(ctx, name, r.Password)
		if err != nil {
			err = fmt.Errorf("%w: %w", errCreated, err)
		}
		return s, err
	}, p.entered)
}

func (p *Page) entered() {
	switch err := p.enter.Err; {
	case err == nil:
		p.e.Publish(page.Entered{Session: p.enter.Data, Greeting: p.e.S(i18n.Register.Done)})
	case errors.Is(err, errCreated):
		name := p.Entries[login].In.Value()
		p.Clear()
		p.enter.Forget()
		p.e.Go(page.Login, page.LoginArg{
			Login: name, Reason: p.e.S(i18n.Register.NoEntry, p.e.T.Error(err)),
		})
	case p.Refuse(err):
		p.enter.Err = nil // said at its field
	}
}

func (p *Page) View() string {
	e, w := p.e, min(72, p.W)
	var l widget.Lines
	l.Add(p.Form.View(e, w, p.H-2), " "+p.ButtonRow(e.Theme, e.S(i18n.Register.Create), e.S(i18n.Common.Cancel)))
	switch {
	case p.enter.Slow(e):
		l.Add(" " + e.Waiting())
	case link.CodeOf(p.enter.Err) == protocol.INTERDIT:
		l.Add(" " + e.Warning(e.S(i18n.Register.Closed), w-2))
	case p.enter.Err != nil:
		l.Add(widget.Indent(e.Failure(p.enter.Err, w-2), 1))
	}
	return widget.Middle(l.String(), p.W, p.H, w)
}

func (p *Page) Keys() []keys.Key {
	if p.enter.Busy() {
		return []keys.Key{keys.Back.To(i18n.Do.Cancel), keys.Quit.To(i18n.Do.Quit)}
	}
	return []keys.Key{
		keys.Tabs.To(i18n.Do.Fields), keys.Enter, keys.Send, keys.Reveal,
		keys.Back, keys.HelpTyping, keys.Quit.To(i18n.Do.Quit),
	}
}
