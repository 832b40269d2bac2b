package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/page/sell"
	"etuservices/client/internal/tui/theme"
	"etuservices/protocol"
)

func (m *model) Go(k page.Kind, arg any) {
	m.under = nil
	m.show(k, arg)
}

func (m *model) Push(k page.Kind, arg any) {
	m.under = append(m.under, m.kind)
	m.show(k, arg)
}

// Back leaves for the page below, or home.
func (m *model) Back() {
	switch n := len(m.under); {
	case n > 0:
		k := m.under[n-1]
		m.under = m.under[:n-1]
		m.show(k, nil)
	case m.loggedIn():
		m.show(page.Home, nil)
	default:
		m.show(page.Login, nil)
	}
}

func (m *model) Open(d page.Dialog) { m.dialog = d }

// Say shows a short message: an event in a box, all others in the status line.
func (m *model) Say(mood page.Mood, text string) {
	switch mood {
	case page.Bad:
		m.status = toast{mood, text, m.e.Now().Add(badFor)}
	case page.News, page.Sold:
		m.news = toast{mood, text, m.e.Now().Add(newsFor)}
	default:
		m.status = toast{mood, text, m.e.Now().Add(sayFor)}
	}
}

func (m *model) InSight(k page.Kind) bool { return m.kind == k && !m.small() && m.help == nil }

// Alert says something, and calls the user from wherever they are.
func (m *model) Alert(text string) {
	m.Say(page.Bad, text)
	m.call(text)
}

// call rings the bell and notifies, where the user wants that.
func (m *model) call(text string) {
	if !m.opt.Notifications {
		return
	}
	if !m.opt.UTF8 {
		text = theme.Bare(text)
	}
	m.terminal.Alert("EtuServices : " + text)
}

func (m *model) Copy(text string) {
	if text != "" {
		done := i18n.Common.SentToClipboard
		if m.terminal.Copy(text) {
			done = i18n.Common.CopiedInTmux
		}
		m.Say(page.Good, m.e.S(done, text))
	}
}

// Spend takes what a receipt tells. Where none is left, the server is asked
// when one is given back.
func (m *model) Spend(services api.Quota) {
	m.e.Quotas.Spend(services, m.e.Now())
	if services.Max > 0 && services.Left == 0 {
		m.AskQuotas()
	}
}

// AskQuotas asks for both quotas: free, so as often as they matter.
func (m *model) AskQuotas() {
	if m.loggedIn() && !m.quotas.Busy() {
		m.quotas.Start(m.e, m.e.API.Quotas, m.quotasTold)
	}
}

// ToggleLanguage speaks the other language from now on.
func (m *model) ToggleLanguage() {
	m.e.T.Lang = 1 - m.e.T.Lang
	m.status, m.news = toast{}, toast{} // they are in the other one
	m.remember("lang", m.e.T.Lang.String())
}

// NextTheme draws with another theme from now on.
func (m *model) NextTheme() {
	m.detectTheme = false
	m.e.Theme = m.e.Theme.With(m.e.Theme.Name.Next())
	m.remember("theme", string(m.e.Theme.Name))
}

// remember keeps a setting for the next start.
func (m *model) remember(name, value string) {
	if err := m.opt.Settings.Set(name, value); err != nil {
		m.Say(page.Bad, m.e.S(i18n.Config.NotKept, err))
	}
}

// Publish keeps a fact for settle.
func (m *model) Publish(fact tea.Msg) { m.facts = append(m.facts, fact) }

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
func (m *model) acted(fact tea.Msg) {
	switch fact := fact.(type) {
	case page.Entered:
		m.restoreDrafts() // the pages have forgotten those of another user
		to := m.back
		m.back = page.Login
		m.show(to, nil)
		if !m.e.Session.MustChange {
			m.askWho()
		}
	case page.Left:
		m.show(page.Login, page.LoginArg{Login: m.last, Reason: fact.Reason})
	case page.PasswordChanged:
		if m.kind == page.Password {
			m.Back()
		}
		m.askWho()
	}
}

// askWho asks for what is known of whoever is logged in, the news included.
func (m *model) askWho() {
	m.AskQuotas()
	m.e.Inbox.Reload(m.e)
	m.e.AskWho()
}

// entered begins a session: at home, or where one that ended by itself stood.
func (m *model) entered(fact page.Entered) {
	e, s := m.e, fact.Session
	if s.Login != m.last { // nothing of one user is shown to another
		e.Quotas = page.QuotaState{}
		m.sell, m.unanswered, m.news = sell.New(e), nil, toast{}
	}
	m.makePages()
	if s.Login != m.last || m.back == page.Login {
		m.back = page.Home
	}
	m.last, m.under = s.Login, nil
	e.Session, e.Inbox.Unread = s, s.Unread
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
	if m.opt.Demo { // once
		m.opt.Demo = false
		other := "bin/etu --login bob"
		if e.Addr != protocol.DefaultAddr {
			other = "bin/etu --addr " + e.Addr + " --login bob"
		}
		m.Say(page.News, e.S(i18n.Card.Demo, s.Login, other))
	}
}

// left ends a session: the login screen says why.
func (m *model) left(fact page.Left) {
	m.keepDrafts(true)
	m.unanswered = m.draft().Purchases // of hidden and dialog
	m.back, m.under, m.dialog, m.hidden = page.Login, nil, nil, nil
	if fact.Reason != "" {
		m.back = m.kind // an ended session goes on where it stood
	}
	m.e.GiveUp()
	m.e.Session, m.e.Who, m.e.Inbox = api.Session{}, page.Load[api.Profile]{}, page.Inbox{}
	m.makePages()
}
