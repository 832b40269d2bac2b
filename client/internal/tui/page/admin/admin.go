// Package admin is what administrators have besides the students' screens: the
// service live, who is logged in, the accounts. The server refuses all of it to
// anybody else; the root does not even show it.
package admin

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// panel is what stands under a tab.
type panel interface {
	show()
	update(tea.Msg) // everything but keys
	key(tea.KeyMsg)
	click(row int) (again bool) // on the row of the cursor: it is Enter then
	SetSize(w, h int)
	view() string
	keys() []keys.Key
	Typing() bool
	forget() // another user logs in
}

// The tabs.
const (
	tabLive = iota
	tabSessions
	tabAccounts
)

// Page is the screen.
type Page struct {
	page.Base
	e             *page.Env
	tab           int
	live          *live
	sessions      *searched[api.Connected]
	accounts      *searched[api.Account]
	details       *details // over the tabs, where it is open
	panels        []panel
	registrations page.Load[bool] // they are open
}

func New(e *page.Env) *Page {
	p := &Page{Base: page.NewBase(i18n.Admin.Title), e: e, details: &details{e: e}}
	p.live, p.sessions, p.accounts = newLive(e, p.details.open), newSessions(e, p.details.open), newAccounts(e, p.details.open)
	p.panels = []panel{p.live, p.sessions, p.accounts}
	return p
}

// current is what is in sight.
func (p *Page) current() panel {
	if p.details.login != "" {
		return p.details
	}
	return p.panels[p.tab]
}

// done is the fact that an order was carried out.
type done struct {
	what  order
	login string
}

// order is what an administrator did.
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

// Show asks for what every panel needs, then for the one in sight.
func (p *Page) Show(any) {
	// Followed from the first look until the session ends, in sight or not: a
	// curve of fifteen minutes with holes in it would tell nothing.
	p.live.follow()
	p.registrations.Start(p.e, p.e.API.Registrations, nil)
	p.current().show()
}

func (p *Page) Update(m tea.Msg) {
	switch m := m.(type) {
	case tea.KeyMsg:
		p.key(m)
	case page.Click:
		if p.current().click(int(m)) {
			p.current().key(keys.Enter.Press())
		}
	case page.Left:
		p.registrations.Forget()
		p.tab = tabLive
		p.details.forget()
		for _, one := range p.panels {
			one.forget()
		}
	case page.Resync:
		p.Show(nil)
	case page.Second:
		p.current().update(m)
	default:
		if d, is := m.(done); is && d.what == registrationsChanged {
			p.registrations.Start(p.e, p.e.API.Registrations, nil)
		}
		p.details.update(m)
		for _, one := range p.panels {
			one.update(m)
		}
	}
}

func (p *Page) key(k tea.KeyMsg) {
	switch now := p.current(); {
	case now.Typing():
		now.key(k)
	case keys.Acknowledge.Is(k):
		p.live.alerts.acknowledge()
	case keys.NextPanel.Is(k):
		p.turn(1)
	case keys.PrevPanel.Is(k):
		p.turn(len(p.panels) - 1)
	case keys.Announce.Is(k):
		announce(p.e)
	case keys.Registrations.Is(k) && p.registrations.Has:
		openRegistrations(p.e, !p.registrations.Data)
	default:
		now.key(k)
	}
}

func (p *Page) turn(by int) {
	p.details.forget()
	p.tab = (p.tab + by) % len(p.panels)
	p.panels[p.tab].show()
}

func (p *Page) SetSize(w, h int) {
	p.Base.SetSize(w, h)
	for _, one := range p.panels {
		one.SetSize(w, h-1) // the tabs
	}
	p.details.SetSize(w, h-1)
}

func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	count := ""
	if p.sessions.list.First.Has {
		count = e.T.Int(int64(len(p.sessions.list.Rows)))
	}
	names := []string{e.S(i18n.Admin.Live), strings.TrimSpace(e.S(i18n.Admin.Sessions, count)), e.S(i18n.Admin.Accounts)}
	for i := range names { // a click on a tab is the key that leads there
		switch (i - p.tab + len(names)) % len(names) {
		case 1:
			names[i] = widget.KeyZone(keys.NextPanel.Code(), names[i])
		case 2:
			names[i] = widget.KeyZone(keys.PrevPanel.Code(), names[i])
		}
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
	return widget.Ends(tabs, open+" ", p.W) + "\n" + p.current().view()
}

func (p *Page) Typing() bool { return p.current().Typing() }

func (p *Page) Keys() []keys.Key {
	list := p.current().keys()
	if p.Typing() {
		return list
	}
	return append(list, keys.NextPanel, keys.Announce, keys.Registrations, keys.Help)
}

// isSelf says, also to the user, that an administrator cannot do this to
// themselves.
func isSelf(e *page.Env, login string) bool {
	if login != e.Session.Login {
		return false
	}
	e.Say(page.Bad, e.S(i18n.Accounts.IsYou))
	return true
}
