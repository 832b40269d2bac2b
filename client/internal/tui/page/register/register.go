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

// Page is the registration form.
type Page struct {
	page.Named
	form.Form
	e     *page.Env
	enter page.Load[api.Session]
}

// New makes the page.
func New(e *page.Env) *Page {
	secret := form.Password("motdepasse", i18n.Login.Password, i18n.Login.PassHint, form.CheckPassword)
	return &Page{Named: page.Named{Name: i18n.Register.Title}, e: e, Form: form.New(
		2,
		form.Text("login", i18n.Login.Name, i18n.Register.LoginHint, protocol.MaxLogin, form.CheckLogin),
		form.Text("email", i18n.Register.Email, i18n.Register.EmailHint, protocol.MaxEmail, form.CheckEmail),
		form.Text("prenom", i18n.Register.First, i18n.Register.NameHint, protocol.MaxName, form.CheckText),
		form.Text("nom", i18n.Register.Last, i18n.Register.NameHint, protocol.MaxName, form.CheckText),
		secret,
		form.Password("", i18n.Register.Repeat, i18n.Register.RepHint, form.Repeats(secret)),
	)}
}

func (p *Page) Update(m tea.Msg) {
	if k, is := m.(tea.KeyMsg); is && keys.Back.Is(k) {
		if p.enter.Busy() {
			p.enter.Cancel()
		} else {
			p.e.Back()
		}
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
		switch {
		case errors.Is(err, link.ErrLost):
			name = r.Login // logging in tells whether it was done
		case err != nil:
			return api.Session{}, err
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
