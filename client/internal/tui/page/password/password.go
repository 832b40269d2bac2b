// Package password is the form that changes the password.
package password

import (
	"context"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
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

// Page is the form.
type Page struct {
	page.Size
	page.Form
	e    *page.Env
	work page.Load[struct{}]
}

// New makes the screen.
func New(e *page.Env) *Page {
	p := &Page{e: e}
	p.Form = page.NewForm(
		2,
		&page.Entry{Label: i18n.PasswordOld, Hint: i18n.PasswordOldHint, Check: page.CheckFilled},
		&page.Entry{Field: "motdepasse", Label: i18n.PasswordNew, Hint: i18n.LoginPassHint, Check: page.CheckPassword},
		&page.Entry{Label: i18n.RegisterRepeat, Hint: i18n.RegisterRepHint, Check: p.same},
	)
	for _, en := range p.Entries {
		en.In.Secret, en.In.Max = true, protocol.MaxPassword
	}
	return p
}

func (p *Page) same(s string) (i18n.Msg, bool) {
	return i18n.WrongRepeat, s != p.Entries[fresh].In.Value()
}

// Show is part of page.Page.
func (p *Page) Show(any) tea.Cmd { return nil }

// Update takes a message.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	if p.work.Update(p.e, m) {
		return p.settled()
	}
	switch m := m.(type) {
	case page.Left:
		p.reset()
	case tea.KeyMsg:
		return p.key(m)
	}
	return nil
}

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	if key.Matches(k, keys.Back) {
		return page.Send(page.Back{})
	}
	if p.work.Busy() {
		return nil
	}
	switch p.Form.Key(k) {
	case 0:
		p.work.Err = nil
		if !p.Valid() {
			return nil
		}
		was, now := p.Entries[old].In.Value(), p.Entries[fresh].In.Value()
		return p.work.Start(p.e, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, p.e.API.ChangePassword(ctx, was, now)
		})
	case 1:
		p.reset()
		return page.Send(page.Back{})
	}
	return nil
}

func (p *Page) reset() {
	p.work.Forget()
	p.Clear()
}

func (p *Page) settled() tea.Cmd {
	switch err := p.work.Err; {
	case err == nil:
		p.reset()
		return tea.Sequence(
			page.Send(page.PasswordChanged{}), // before going where it matters
			page.Send(page.Say{Mood: page.Good, Text: p.e.S(i18n.PasswordDone)}),
			page.Send(page.Back{}),
		)
	case link.CodeOf(err) == protocol.ECHEC:
		p.Focus = old
	case p.Refuse(err):
		p.work.Err = nil // said at its field
	}
	return nil
}

// View is part of page.Page.
func (p *Page) View() string {
	e, w := p.e, min(66, p.W-4)
	labels := 0
	for _, en := range p.Entries {
		labels = max(labels, widget.Width(e.S(en.Label)))
	}
	var l widget.Lines
	l.Add("")
	for i := range p.Entries {
		l.Add(p.EntryView(e, i, labels, w))
	}
	l.Add("  "+e.Theme.Faint.Render(e.S(i18n.PasswordWarn)), "",
		" "+p.ButtonRow(e.Theme, e.S(i18n.PasswordYes), e.S(i18n.Cancel)), "")
	switch {
	case p.work.Slow(e):
		l.Add("  " + e.Waiting())
	case link.CodeOf(p.work.Err) == protocol.ECHEC:
		l.Add("  " + e.Theme.Err.Render(theme.Cross+" "+e.S(i18n.PasswordWrong)))
	case p.work.Err != nil:
		l.Add(widget.Indent(e.Failure(p.work.Err, w), 2))
	}
	return widget.Indent(l.String(), max(1, (p.W-w)/2))
}

// Title is part of page.Page.
func (p *Page) Title() string { return p.e.S(i18n.PasswordTitle) }

// Draft is part of page.Page.
func (p *Page) Draft() bool { return p.Typed() }

// Hints are part of page.Page.
func (p *Page) Hints() []page.Hint {
	e := p.e
	return []page.Hint{
		e.H(i18n.KeyBoth, i18n.DoFields), e.H(i18n.KeyEnter, i18n.DoConfirm), e.H(i18n.KeySend, i18n.DoSend),
		e.H(i18n.KeyEsc, i18n.DoBack), e.H(i18n.KeyF1, i18n.DoHelp),
	}
}
