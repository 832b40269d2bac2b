package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

// heard changes what the pages share, before they hear of a fact.
func (m *model) heard(fact tea.Msg) {
	switch fact := fact.(type) {
	case page.Entered:
		m.entered(fact)
	case page.Left:
		m.left(fact)
	case page.PasswordChanged:
		m.e.Session.MustChange = false
	}
}

// acted goes on from a fact that the pages have heard.
func (m *model) acted(fact tea.Msg) tea.Cmd {
	switch fact := fact.(type) {
	case page.Entered:
		to := m.back
		m.back = page.Login
		if m.e.Session.MustChange {
			return m.show(page.Password, nil)
		}
		return tea.Batch(m.show(to, nil), m.askWho())
	case page.Left:
		return m.show(page.Login, page.LoginArg{Login: m.last, Reason: fact.Reason})
	case page.PasswordChanged:
		var back tea.Cmd
		if m.kind == page.Password {
			back = m.Back()
		}
		return tea.Batch(back, m.askWho())
	}
	return nil
}

// askWho asks for what is known of whoever is logged in, the news included.
func (m *model) askWho() tea.Cmd {
	return tea.Batch(m.AskQuotas(), m.e.Inbox.Reload(m.e), m.e.AskWho())
}

// entered begins a session: at home, or where one that ended by itself stood.
func (m *model) entered(fact page.Entered) {
	e, s := m.e, fact.Session
	if s.Login != m.last { // nothing of one user is shown to another
		e.Quotas = page.QuotaState{}
	}
	if s.Login != m.last || m.back == page.Login {
		m.back = page.Home
	}
	m.last, m.under = s.Login, nil
	e.Session, e.Inbox.Unread = s, s.Unread
	e.Who.Forget()
	if s.Quota.Max > 0 {
		e.Quotas.Connections = s.Quota
	}
	switch {
	case s.MustChange:
		m.Say(page.Bad, e.S(i18n.Password.Given))
	case fact.Greeting != "":
		m.Say(page.Good, fact.Greeting)
	case s.Resumed:
		m.Say(page.Good, e.S(i18n.Login.Resumed))
	default:
		m.Say(page.Good, e.S(i18n.Login.Done))
	}
	if m.demo { // once
		m.demo = false
		other := "bin/etu --login bob"
		if e.Addr != protocol.DefaultAddr {
			other = "bin/etu --addr " + e.Addr + " --login bob"
		}
		m.Say(page.News, e.S(i18n.Card.Demo, s.Login, other))
	}
}

// left ends a session: the login screen says why.
func (m *model) left(fact page.Left) {
	m.back, m.under, m.dialog = page.Login, nil, nil
	if fact.Reason != "" {
		m.back = m.kind // an ended session goes on where it stood
	}
	m.e.Session = api.Session{}
	m.e.Who.Forget()
	m.e.Inbox.Forget()
	m.quotas.Forget()
}
