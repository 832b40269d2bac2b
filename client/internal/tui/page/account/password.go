package account

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Places of the fields.
const (
	old = iota
	fresh
	repeat
)

// Password is the form that changes the password.
type Password struct {
	page.Named
	form.Form
	e    *page.Env
	work page.Load[struct{}]
}

// NewPassword makes the empty form.
func NewPassword(e *page.Env) *Password {
	password := form.Password("motdepasse", i18n.Password.New, i18n.Login.PassHint, form.CheckPassword)
	return &Password{Named: page.Named{Name: i18n.Password.Title}, e: e, Form: form.New(
		2,
		form.Password("", i18n.Password.Old, i18n.Password.OldHint, form.CheckFilled),
		password,
		form.Password("", i18n.Register.Repeat, i18n.Register.RepHint, form.Repeats(password)),
	)}
}

func (p *Password) Update(m tea.Msg) {
	if k, is := m.(tea.KeyMsg); is && keys.Back.Is(k) {
		p.leave()
		return
	}
	switch p.Take(m, p.work.Busy()) {
	case 0:
		p.submit()
	case 1:
		p.leave()
	}
}

// Hide forgets what was typed, and what came of it unless that is still awaited.
func (p *Password) Hide() {
	p.Form.Hide()
	if !p.work.Busy() {
		p.work.Forget()
	}
}

// leave goes back, but for whoever must choose a password first.
func (p *Password) leave() {
	if p.e.Session.MustChange {
		p.e.Say(page.Bad, p.e.S(i18n.Password.Given))
		return
	}
	p.e.Back()
}

func (p *Password) submit() {
	p.work.Err = nil
	if !p.Valid() {
		return
	}
	was, now := p.Entries[old].In.Value(), p.Entries[fresh].In.Value()
	p.work.Start(p.e, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.e.API.ChangePassword(ctx, was, now)
	}, p.settled)
}

func (p *Password) settled() {
	switch err := p.work.Err; {
	case err == nil:
		p.e.Say(page.Good, p.e.S(i18n.Password.Done))
		p.e.Publish(page.PasswordChanged{}) // the root goes back, and Hide is called
	case link.CodeOf(err) == protocol.ECHEC:
		p.Entries[old].Empty() // the same once more would be one more failure
		p.Focus = old
	case p.Refuse(err):
		p.work.Err = nil // said at its field
	}
}

func (p *Password) View() string {
	e, w := p.e, min(66, p.W)
	var l widget.Lines
	l.Add(" "+e.Theme.Title.Render(e.S(i18n.Password.Title)), "", p.Form.View(e, w, p.H-7), "  "+e.Theme.Faint.Render(e.S(i18n.Password.Warn)), "",
		" "+p.ButtonRow(e.Theme, e.S(i18n.Password.Yes), e.S(i18n.Common.Cancel)), "")
	switch {
	case p.work.Slow(e):
		l.Add("  " + e.Waiting())
	case link.CodeOf(p.work.Err) == protocol.ECHEC:
		l.Add("  " + e.Theme.Err.Render(theme.Cross+" "+e.S(i18n.Password.Wrong)))
	case p.work.Err != nil:
		l.Add(widget.Indent(e.Failure(p.work.Err, w), 2))
	}
	return widget.Middle(l.String(), p.W, p.H, w)
}

func (p *Password) Keys() []keys.Key {
	return []keys.Key{
		keys.Tabs.To(i18n.Do.Fields), keys.Enter, keys.Send, keys.Reveal,
		keys.Back.When(!p.e.Session.MustChange), keys.HelpTyping,
	}
}
