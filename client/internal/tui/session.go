package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
)

// entered begins a session: at home, or where one that ended by itself stood.
func (m *model) entered(msg page.Entered) tea.Cmd {
	e, s := m.e, msg.Session
	to := m.back
	if s.Login != m.last || to == page.Login {
		to = page.Home
	}
	if s.Login != m.last { // nothing of one user is shown to another
		e.Inbox, e.Quotas = page.Inbox{}, page.QuotaState{}
	}
	m.last, m.back, m.under = s.Login, page.Login, nil
	e.Session, e.Profile = s, api.Profile{}
	if s.Quota.Max > 0 {
		e.Quotas.Connections = s.Quota
	}
	done := i18n.LoginDone
	if s.Resumed {
		done = i18n.LoginResumed
	}
	m.say(page.Say{Mood: page.Good, Text: e.S(done)})
	if s.MustChange {
		m.say(page.Say{Mood: page.Bad, Text: e.S(i18n.GivenPassword)})
		return tea.Batch(m.tell(msg), m.show(page.Password, nil))
	}
	return tea.Batch(m.tell(msg), m.show(to, nil), m.askQuotas(), m.who.Start(e, e.API.Who))
}

// left ends a session: the login screen says why.
func (m *model) left(msg page.Left) tea.Cmd {
	e := m.e
	name := e.Session.Login
	m.back, m.under, m.dialog = page.Login, nil, nil
	if msg.Reason != "" {
		m.back = m.kind // an ended session goes on where it stood
	}
	e.Session, e.Profile = api.Session{}, api.Profile{}
	m.quotas.Forget()
	m.who.Forget()
	return tea.Batch(m.tell(msg), m.show(page.Login, page.LoginArg{Login: name, Reason: msg.Reason}))
}
