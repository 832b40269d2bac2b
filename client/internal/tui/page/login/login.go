// Package login is the first screen: it resumes a kept session or asks for a password.
package login

import (
	"context"
	"errors"
	"net"
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

// The entries of the form.
const (
	login = iota
	password
)

// Page is the login screen.
type Page struct {
	page.Named
	e *page.Env
	form.Form
	enter  page.Load[api.Session]
	resume page.Load[api.Session]
	reason string
}

// New makes the page.
func New(e *page.Env) *Page {
	return &Page{Named: page.Named{Name: i18n.Login.Title}, e: e, Form: form.New(
		2,
		form.Text("login", i18n.Login.Name, i18n.Login.NameHint, protocol.MaxEmail, form.CheckFilled),
		form.Password("motdepasse", i18n.Login.Password, i18n.Msg{}, form.CheckFilled),
	)}
}

func (p *Page) Show(arg any) {
	a, ok := arg.(page.LoginArg)
	if !ok {
		return
	}
	p.reason = a.Reason
	if a.Login != "" {
		p.Entries[login].In.Set(a.Login)
		p.Focus = password
	}
	if !a.Resume {
		return
	}
	p.resume.Start(p.e, func(ctx context.Context) (api.Session, error) {
		return p.e.API.Enter(ctx, a.Login, a.Password)
	}, func() {
		switch err := p.resume.Err; {
		case err == nil:
			p.e.Publish(page.Entered{Session: p.resume.Data})
		case errors.Is(err, api.ErrNoToken), link.CodeOf(err) == protocol.ECHEC: // no session is kept, or a dead one
		default:
			p.enter.Err = err
		}
	})
}

func (p *Page) Update(m tea.Msg) {
	if k, is := m.(tea.KeyMsg); is {
		switch leave := keys.Back.Is(k); {
		case p.resume.Busy() && (leave || keys.Enter.Is(k)):
			p.resume.Cancel()
			return
		case p.resume.Busy():
			p.Form.Key(k) // typed ahead of the form: there when it shows
		case p.enter.Busy() && leave:
			p.enter.Cancel()
			return
		case !p.enter.Busy() && keys.New.Is(k):
			p.e.Push(page.Register, nil)
			return
		}
	}
	switch p.Take(m, p.resume.Busy() || p.enter.Busy()) {
	case 0:
		p.submit()
	case 1:
		p.e.Push(page.Register, nil)
	}
}

func (p *Page) submit() {
	p.enter.Err, p.reason = nil, ""
	if !p.Valid() {
		return
	}
	name, secret := strings.TrimSpace(p.Entries[login].In.Value()), p.Entries[password].In.Value()
	p.enter.Start(p.e, func(ctx context.Context) (api.Session, error) {
		return p.e.API.Login(ctx, name, secret)
	}, p.entered)
}

func (p *Page) entered() {
	if p.enter.Err == nil {
		p.e.Publish(page.Entered{Session: p.enter.Data})
		return
	}
	if code := link.CodeOf(p.enter.Err); code == protocol.ECHEC || code == protocol.EC {
		p.Entries[password].Empty() // the same once more would be one more failure
		p.Focus = password
	}
}

func (p *Page) Typing() bool { return p.Form.Typing() && !p.resume.Busy() }

// Draft is false: nobody minds typing a login again.
func (p *Page) Draft() bool { return false }

func (p *Page) Keys() []keys.Key {
	if p.resume.Busy() {
		return []keys.Key{keys.Back.To(i18n.Login.Instead), keys.Quit.To(i18n.Do.Quit)}
	}
	if p.enter.Busy() {
		return []keys.Key{keys.Back.To(i18n.Do.Cancel), keys.Quit.To(i18n.Do.Quit)}
	}
	return []keys.Key{
		keys.Next, keys.Enter, keys.Quit.To(i18n.Do.Quit), keys.New, keys.Reveal,
		keys.Language,
	}
}

// plain says that the password would cross a network in clear.
func (p *Page) plain() bool {
	if p.e.TLS {
		return false
	}
	host, _, _ := net.SplitHostPort(p.e.Addr)
	ip := net.ParseIP(host)
	return host != "localhost" && (ip == nil || !ip.IsLoopback())
}

const block = 60 // the width of the card, in cells

// logo is made of half blocks, whose edges touch in every terminal font.
var logo = []string{
	"█▀▀ ▀█▀ █ █ █▀▀ █▀▀ █▀█ █ █ █ █▀▀ █▀▀ █▀▀",
	"█▀   █  █ █ ▀▀█ █▀  █▀▄ █ █ █ █   █▀  ▀▀█",
	"▀▀▀  ▀  ▀▀▀ ▀▀▀ ▀▀▀ ▀ ▀  ▀  ▀ ▀▀▀ ▀▀▀ ▀▀▀",
}

func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	w := min(block, p.W)
	in := w - widget.PanelW
	center := func(s string) string { return strings.Repeat(" ", max(0, (w-widget.Width(s))/2)) + s }
	var l widget.Lines
	if th.ASCII {
		l.Add(center(th.Title.Render("E t u S e r v i c e s")))
	} else {
		for _, line := range logo {
			l.Add(center(th.Gradient(line)))
		}
	}
	l.Add(center(th.Faint.Render(e.S(i18n.Login.Tagline))), "")
	if p.resume.Busy() {
		if p.resume.Slow(e) {
			l.Add("", center(e.S(i18n.Login.Resuming)))
		}
		return widget.Middle(l.String(), p.W, p.H, w)
	}
	var card widget.Lines
	const rest = 7 // the logo, the card's frame, the buttons
	card.Add(p.Form.View(e, in, p.H-rest-4))
	card.Add("", p.ButtonRow(th, e.S(i18n.Login.Enter), e.S(i18n.Login.New)))
	l.Add(widget.Panel{Title: e.S(i18n.Login.Title)}.View(th, card.String(), w, len(card)+widget.PanelH))
	if text := p.outcome(w - 2); text != "" {
		l.Add(widget.Indent(text, 1))
	}
	if p.plain() {
		l.Add(widget.Indent(e.Warning(e.S(i18n.Login.Plain), w-2), 1))
	}
	return widget.Middle(l.String(), p.W, p.H, w)
}

func (p *Page) outcome(w int) string {
	e, err := p.e, p.enter.Err
	switch {
	case p.enter.Slow(e):
		return e.Waiting()
	case p.enter.Busy():
		return ""
	case err == nil && p.reason != "":
		return e.Warning(p.reason, w)
	case err == nil:
		return ""
	}
	return e.Failure(err, w) + e.Wait(p.enter.RetryAt)
}
