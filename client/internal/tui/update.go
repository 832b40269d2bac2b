package tui

import (
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/renderer"
	"etuservices/client/internal/tui/theme"
)

// second fires once a second, for the clock and every countdown; spin every
// 120 ms while something loads.
type (
	second struct{}
	spin   struct{}
)

// How long short messages stand.
const (
	sayFor  = 4 * time.Second
	badFor  = 6 * time.Second
	newsFor = 8 * time.Second
)

// Update handles a message and all that follows from it at once.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.trace(msg)
	cmd := tea.Batch(m.update(msg), m.settle())
	m.nameWindow()
	return m, cmd
}

// nameWindow gives the window a title that says who is logged in and how much is
// unread.
func (m *model) nameWindow() {
	title := "EtuServices"
	if m.loggedIn() {
		title += " - " + m.e.Session.Login // in ASCII, whatever the charset
	}
	if n := m.e.Inbox.Unread; n > 0 {
		title = fmt.Sprintf("(%d) %s", n, title)
	}
	if title != m.title {
		m.title = title
		m.terminal.Title(title)
	}
}

func (m *model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.Delivery:
		return msg.Deliver()
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case tea.KeyMsg:
		return m.key(msg)
	case tea.MouseMsg:
		return m.clicked(msg)
	case renderer.Background:
		if m.detectTheme {
			m.setTheme(theme.FromBackground(msg.Red, msg.Green, msg.Blue))
		}
	case tea.FocusMsg:
		m.away = false
	case tea.BlurMsg:
		m.away = true
	case second:
		cmds := []tea.Cmd{m.e.After(time.Second, second{}), m.keepQuotas()}
		if m.e.Link.Phase == link.Online && m.loggedIn() {
			cmds = append(cmds, m.page().Update(page.Second{}))
		}
		return tea.Batch(cmds...)
	case page.Redraw, spin:
		return m.spin(msg)
	case state:
		return tea.Batch(m.await(m.nextState), m.linkChanged(link.State(msg)))
	case events:
		return m.eventsCame(msg)
	case rearm:
		return m.await(msg.next)
	case page.Live:
		return m.liveCame(msg)
	}
	return nil
}

// trace writes a message to the file of ETU_DEBUG: when it came, its type, and
// which key it is unless a password is being typed. What else messages carry is
// not written: there are tokens in it.
func (m *model) trace(msg tea.Msg) {
	detail := ""
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if !m.typingSecret() || keys.Quit.Is(msg) {
			detail = " " + msg.String()
		}
	case tea.WindowSizeMsg:
		detail = fmt.Sprintf(" %dx%d", msg.Width, msg.Height)
	}
	_, _ = fmt.Fprintf(m.debug, "%s %T%s\n", m.e.Now().Format("15:04:05.000"), msg, detail)
}

// typingSecret says that the keys go to a password.
func (m *model) typingSecret() bool {
	type keeper interface{ Secret() bool }
	if d, is := m.dialog.(keeper); is {
		return d.Secret()
	}
	p, is := m.page().(keeper)
	return is && p.Secret()
}

// spin keeps the spinner turning while something loads.
func (m *model) spin(msg tea.Msg) tea.Cmd {
	every := m.e.SpinEvery()
	if _, beat := msg.(spin); !beat && m.spinning {
		return nil // it turns already
	}
	m.spinning = m.e.Busy() && every > 0
	if !m.spinning {
		return nil
	}
	return m.e.After(every, spin{})
}

// quotasTold takes what the server told, and says so when a call is back after
// there were none.
func (m *model) quotasTold() tea.Cmd {
	if m.quotas.Err != nil {
		return nil
	}
	was, is := m.e.Quotas.Services, m.quotas.Data.Services
	if was.Max > 0 && was.Left == 0 && is.Left > 0 {
		m.Say(page.Good, m.e.S(i18n.Quota.Back))
	}
	m.e.Quotas.Set(m.quotas.Data, m.e.Now())
	return nil
}

// keepQuotas asks again when the figures cannot be right any more.
func (m *model) keepQuotas() tea.Cmd {
	now := m.e.Now()
	if m.e.Link.Phase != link.Online || m.e.Session.MustChange || now.Sub(m.e.Quotas.At) < 2*time.Second || !m.e.Quotas.Due(now) {
		return nil
	}
	return m.AskQuotas()
}
