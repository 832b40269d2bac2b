// Package admin is what administrators have besides the students' screens: the
// service live, who is logged in, the accounts. The server refuses all of it to
// anybody else; the root does not even show it.
package admin

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

// panel is what stands under a tab.
type panel interface {
	show() tea.Cmd
	update(tea.Msg) tea.Cmd // everything but keys
	key(tea.KeyMsg) tea.Cmd
	setSize(w, h int)
	view() string
	hints() []page.Hint
	typing() bool
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
	page.Size
	e      *page.Env
	tab    int
	live   *live
	here   *sessions
	all    *accounts
	panels []panel
	door   page.Load[bool] // registration is open
}

// New makes the screen.
func New(e *page.Env) *Page {
	p := &Page{e: e, live: newLive(e), here: newSessions(e), all: newAccounts(e)}
	p.panels = []panel{p.live, p.here, p.all}
	return p
}

// lookUp shows somebody's account; done says that an order was carried out.
type (
	lookUp struct{ login string }
	done   struct {
		what  order
		login string
	}
)

// order is what an administrator did.
type order uint8

const (
	unchanged order = iota // nothing that the lists show
	blocked
	unblocked
	expelled     // may come back at once
	expelledLong // not before some minutes
	deleted
	doorMoved
)

// Show is part of page.Page.
func (p *Page) Show(any) tea.Cmd {
	// Followed from the first look until the session ends, in sight or not: a
	// curve of fifteen minutes with holes in it would tell nothing.
	return tea.Batch(p.live.follow(), p.door.Start(p.e, p.e.API.Registrations), p.panels[p.tab].show())
}

// Update takes a message.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	if p.door.Update(p.e, m) {
		return nil
	}
	switch m := m.(type) {
	case tea.KeyMsg:
		return p.key(m)
	case page.Left:
		p.door.Forget()
		p.tab = tabLive
		for _, one := range p.panels {
			one.forget()
		}
		return nil
	case page.Resync:
		return p.Show(nil)
	case page.Second:
		return p.panels[p.tab].update(m)
	case lookUp:
		p.tab = tabAccounts
		return p.all.find(m.login)
	case done:
		if m.what == doorMoved {
			return p.door.Start(p.e, p.e.API.Registrations)
		}
	}
	var cmds []tea.Cmd
	for _, one := range p.panels {
		cmds = append(cmds, one.update(m))
	}
	return tea.Batch(cmds...)
}

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	now := p.panels[p.tab]
	if now.typing() {
		return now.key(k)
	}
	switch {
	case key.Matches(k, keys.NextPanel):
		return p.turn(1)
	case key.Matches(k, keys.PrevPanel):
		return p.turn(len(p.panels) - 1)
	case key.Matches(k, keys.Announce):
		return announce(p.e)
	case key.Matches(k, keys.Door) && p.door.Has:
		return moveDoor(p.e, !p.door.Data)
	}
	return now.key(k)
}

func (p *Page) turn(by int) tea.Cmd {
	p.tab = (p.tab + by) % len(p.panels)
	return p.panels[p.tab].show()
}

// SetSize is part of page.Page.
func (p *Page) SetSize(w, h int) {
	p.Size.SetSize(w, h)
	for _, one := range p.panels {
		one.setSize(w, h-1) // the tabs
	}
}

// View is part of page.Page.
func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	count := ""
	if p.here.all.Has {
		count = e.T.Int(int64(len(p.here.all.Data)))
	}
	tabs := " " + widget.Tabs(th, p.tab, e.S(i18n.AdminLive), strings.TrimSpace(e.S(i18n.AdminSessions, count)), e.S(i18n.AdminAccounts))
	door := ""
	switch {
	case p.door.Has && p.door.Data:
		door = th.Faint.Render(e.S(i18n.AdminOpen))
	case p.door.Has:
		door = th.Warn.Render(e.S(i18n.AdminShut))
	}
	return widget.Ends(tabs, door+" ", p.W) + "\n" + p.panels[p.tab].view()
}

// Title is part of page.Page.
func (p *Page) Title() string { return p.e.S(i18n.AdminTitle) }

// Typing is part of page.Page.
func (p *Page) Typing() bool { return p.panels[p.tab].typing() }

// Draft is part of page.Page.
func (p *Page) Draft() bool { return false }

// Hints are part of page.Page.
func (p *Page) Hints() []page.Hint {
	e := p.e
	hints := p.panels[p.tab].hints()
	if p.Typing() {
		return hints
	}
	return append(hints, e.H(i18n.KeyTab, i18n.DoTab), e.H(i18n.KeyAlone, i18n.DoAnnounce),
		e.H(i18n.KeyI, i18n.DoOpenDoor), e.H(i18n.KeyHelp, i18n.DoHelp))
}

// yours says why an administrator cannot do this to himself.
func yours(e *page.Env, login string) (tea.Cmd, bool) {
	if login != e.Session.Login {
		return nil, false
	}
	return page.Send(page.Say{Mood: page.Bad, Text: e.S(i18n.AccountIsYou)}), true
}
