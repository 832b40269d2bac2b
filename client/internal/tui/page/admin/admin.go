// Package admin is the administrators' screen: the service live, who is logged in, the
// accounts. The server refuses all of it to anybody else.
package admin

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Page is the screen: a page under each of its tabs.
type Page struct {
	page.Base
	e             *page.Env
	live          *live
	sessions      *searched[api.Connected]
	tabs          []page.Page
	tab           int
	details       *details        // over the tabs, where it is open
	registrations page.Load[bool] // they are open
}

// New makes the page.
func New(e *page.Env) *Page {
	p := &Page{Base: page.NewBase(i18n.Admin.Title), e: e, details: &details{e: e}}
	p.live, p.sessions = newLive(e, p.details.open), newSessions(e, p.details.open)
	p.tabs = []page.Page{p.live, p.sessions, newAccounts(e, p.details.open)}
	return p
}

func (p *Page) current() page.Page {
	if p.details.login != "" {
		return p.details
	}
	return p.tabs[p.tab]
}

type done struct {
	what  order
	login string
}

type order uint8

const (
	unchanged order = iota // nothing that the lists show
	blocked
	unblocked
	expelled     // may come back at once
	expelledLong // not before some minutes
	deleted
	registrationsChanged
)

// listAge is how old a list in sight may get: the server's own are right to 5 s.
const listAge = 5 * time.Second

// Show asks for what every tab needs, then for the one in sight.
func (p *Page) Show(any) {
	// Followed until the session ends, in sight or not: the curves shall have no holes.
	p.live.follow()
	p.askRegistrations()
	p.current().Show(nil)
}

func (p *Page) askRegistrations() { p.registrations.Start(p.e, p.e.API.Registrations, nil) }

func (p *Page) Update(m tea.Msg) {
	switch m := m.(type) {
	case tea.KeyMsg:
		p.key(m)
		return
	case page.Click:
		p.current().Update(m)
		return
	case page.Second:
		if p.registrations.Due(p.e, listAge) {
			p.askRegistrations()
		}
		p.current().Update(m)
		return
	case page.Resync:
		p.Show(nil)
		return
	case done:
		if m.what == registrationsChanged {
			p.askRegistrations()
		}
	}
	p.details.Update(m)
	for _, tab := range p.tabs {
		tab.Update(m)
	}
}

func (p *Page) key(k tea.KeyMsg) {
	switch now := p.current(); {
	case now.Typing():
		now.Update(k)
	case keys.Acknowledge.Is(k):
		p.live.alerts.acknowledge()
	case keys.NextPanel.Is(k):
		p.turn(1)
	case keys.PrevPanel.Is(k):
		p.turn(len(p.tabs) - 1)
	case keys.Announce.Is(k):
		announce(p.e)
	case keys.Registrations.Is(k) && p.registrations.Has:
		openRegistrations(p.e, !p.registrations.Data)
	default:
		now.Update(k)
	}
}

func (p *Page) turn(by int) {
	p.details.login = ""
	p.tab = (p.tab + by) % len(p.tabs)
	p.current().Show(nil)
}

func (p *Page) SetSize(w, h int) {
	p.Base.SetSize(w, h)
	for _, tab := range p.tabs {
		tab.SetSize(w, h-1) // without their names
	}
	p.details.SetSize(w, h-1)
}

func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	names := []string{e.S(i18n.Admin.Live), e.S(i18n.Admin.Sessions), e.S(i18n.Admin.Accounts)}
	for i, k := range []keys.Key{keys.NextPanel, keys.PrevPanel} { // a click is the key that leads there
		tab := (p.tab + 1 + i) % len(names)
		names[tab] = widget.KeyZone(k.Code(), names[tab])
	}
	tabs := " " + widget.Tabs(th, p.tab, names...)
	open := ""
	switch n := p.live.alerts.unseen(); {
	case n > 0:
		open = th.Err.Render(theme.Alert+" "+e.T.N(i18n.Alert.Count, n)) + " " + e.Hint(keys.Acknowledge)
	case p.registrations.Has && p.registrations.Data:
		open = th.Faint.Render(e.S(i18n.Admin.Open))
	case p.registrations.Has:
		open = th.Warn.Render(e.S(i18n.Admin.Shut))
	}
	return widget.Ends(tabs, open+" ", p.W) + "\n" + p.current().View()
}

func (p *Page) Typing() bool { return p.current().Typing() }

func (p *Page) Keys() []keys.Key {
	list := p.current().Keys()
	if p.Typing() {
		return list
	}
	return append(list, keys.NextPanel, keys.Announce, keys.Registrations, keys.Help)
}

func announce(e *page.Env) {
	ask(e, "", i18n.Announce, unchanged, func(ctx context.Context, in []string) error { return e.API.Announce(ctx, in[0]) }, &form.Entry{
		Field: "texte", Label: i18n.Admin.Text, Hint: i18n.Admin.TextHint,
		In: form.Input{Max: protocol.MaxAnnounce}, Counted: true, Lines: 5, Check: form.CheckText,
	})
}

func openRegistrations(e *page.Env, open bool) {
	words := i18n.CloseRegistration
	if open {
		words = i18n.OpenRegistration
	}
	ask(e, "", words, registrationsChanged, func(ctx context.Context, _ []string) error { return e.API.OpenRegistrations(ctx, open) })
}
