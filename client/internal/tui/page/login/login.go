// Package login is the first screen: it takes a kept session up again, or asks
// for a login and a password.
package login

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

// Page is the login screen.
type Page struct {
	page.Size
	e *page.Env
	page.Form
	enter  page.Load[api.Session]
	resume page.Load[api.Session]
	reason string
	waitTo time.Time // QUOTA, BLOQUE, DEBIT: when the next try may pass
}

// New makes the screen.
func New(e *page.Env) *Page {
	return &Page{e: e, Form: page.NewForm(
		2,
		&page.Entry{Field: "login", Label: i18n.LoginName, Hint: i18n.LoginNameHint, Check: page.CheckFilled},
		&page.Entry{Field: "motdepasse", Label: i18n.LoginPassword, Hint: i18n.LoginPassHint, Check: page.CheckFilled},
	)}
}

// Show begins.
func (p *Page) Show(arg any) tea.Cmd {
	p.Entries[0].In.Max, p.Entries[1].In.Max = protocol.MaxEmail, protocol.MaxPassword
	p.Entries[1].In.Secret = true
	a, ok := arg.(page.LoginArg)
	if !ok {
		return nil
	}
	p.reason = a.Reason
	if a.Login != "" {
		p.Entries[0].In.Set(a.Login)
		p.Focus = 1
	}
	if !a.Resume {
		return nil
	}
	return p.resume.Start(p.e, func(ctx context.Context) (api.Session, error) {
		return kept(p.e.API.Enter(ctx, a.Login, a.Password))
	})
}

// Update takes a message.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	switch {
	case p.resume.Update(p.e, m):
		if p.resume.Err == nil {
			return page.Send(page.Entered{Session: p.resume.Data})
		}
		if !errors.Is(p.resume.Err, api.ErrNoToken) && link.CodeOf(p.resume.Err) != protocol.ECHEC {
			p.enter.Err = p.resume.Err
			return nil
		}
		return nil
	case p.enter.Update(p.e, m):
		return p.entered()
	}
	if k, ok := m.(tea.KeyMsg); ok {
		return p.key(k)
	}
	return nil
}

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	switch {
	case p.resume.Busy():
		if key.Matches(k, keys.Back) || k.Type == tea.KeyEnter {
			p.resume.Cancel()
			return nil
		}
		p.Form.Key(k) // typed ahead of the form: there when it shows
		return nil
	case p.enter.Busy():
		if key.Matches(k, keys.Back) {
			p.enter.Cancel()
		}
		return nil // what was typed is under way; it stays as it is
	case key.Matches(k, keys.New):
		return page.Send(page.Go{Kind: page.Register, Push: true})
	}
	switch p.Form.Key(k) {
	case 0:
		return p.submit()
	case 1:
		return page.Send(page.Go{Kind: page.Register, Push: true})
	}
	return nil
}

func (p *Page) submit() tea.Cmd {
	p.enter.Err, p.reason = nil, ""
	if !p.Valid() {
		return nil
	}
	login, password := strings.TrimSpace(p.Entries[0].In.Value()), p.Entries[1].In.Value()
	return p.enter.Start(p.e, func(ctx context.Context) (api.Session, error) {
		return kept(p.e.API.Login(ctx, login, password))
	})
}

// kept lets a session through that could not be written to its file: it holds
// all the same, only the next start will ask for the password.
func kept(s api.Session, err error) (api.Session, error) {
	if errors.Is(err, api.ErrNotKept) {
		return s, nil
	}
	return s, err
}

func (p *Page) entered() tea.Cmd {
	p.waitTo = time.Time{}
	if p.enter.Err == nil {
		p.Clear() // a password does not stay in memory longer than needed
		return page.Send(page.Entered{Session: p.enter.Data})
	}
	var e *link.Error
	if errors.As(p.enter.Err, &e) && e.After() > 0 {
		p.waitTo = p.e.Now().Add(e.After())
	}
	return nil
}

// Title is part of page.Page.
func (p *Page) Title() string { return p.e.S(i18n.LoginTitle) }

// Typing is part of page.Page.
func (p *Page) Typing() bool { return p.Form.Typing() && !p.resume.Busy() }

// Draft is false: nobody minds typing a login again.
func (p *Page) Draft() bool { return false }

// Hints are part of page.Page.
func (p *Page) Hints() []page.Hint {
	e := p.e
	if p.resume.Busy() {
		return []page.Hint{e.H(i18n.KeyEsc, i18n.LoginInstead), e.H(i18n.KeyQuit, i18n.DoQuit)}
	}
	if p.enter.Busy() {
		return []page.Hint{e.H(i18n.KeyEsc, i18n.DoCancel), e.H(i18n.KeyQuit, i18n.DoQuit)}
	}
	return []page.Hint{
		e.H(i18n.KeyTab, i18n.DoNext), e.H(i18n.KeyEnter, i18n.DoConfirm), e.H(i18n.KeyNew, i18n.DoRegister),
		e.H(i18n.KeyLanguage, i18n.DoEnglish), e.H(i18n.KeyQuit, i18n.DoQuit),
	}
}

// plain says that the password would cross a network in clear.
func (p *Page) plain() bool {
	if p.e.TLS {
		return false
	}
	host, _, err := net.SplitHostPort(p.e.Addr)
	if err != nil {
		host = p.e.Addr
	}
	ip := net.ParseIP(host)
	return host != "localhost" && (ip == nil || !ip.IsLoopback())
}
