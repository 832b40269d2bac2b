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

// second comes once a second, for the clock and every countdown.
type second struct{}

// How long short messages stand.
const (
	sayFor  = 4 * time.Second
	badFor  = 6 * time.Second
	newsFor = 8 * time.Second
)

// Update handles a message and all that follows from it at once.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.trace(msg)
	m.update(msg)
	m.settle()
	m.nameWindow()
	return m, m.e.Commands()
}

// nameWindow says in the window's title who is logged in and how much is unread.
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

func (m *model) update(msg tea.Msg) {
	switch msg := msg.(type) {
	case page.Delivery:
		msg.Deliver()
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case tea.KeyMsg:
		m.key(msg)
	case tea.MouseMsg:
		m.clicked(msg)
	case renderer.Background:
		if m.detectTheme {
			m.e.Theme = m.e.Theme.With(theme.FromBackground(msg))
		}
	case tea.FocusMsg:
		m.away = false
	case tea.BlurMsg:
		m.away = true
	case second:
		m.e.After(time.Second, second{})
		m.keepQuotas()
		m.keepDrafts(true)
		if m.e.Link.Phase == link.Online && m.loggedIn() {
			m.page().Update(page.Second{})
		}
	case page.Redraw:
		if !m.spinning {
			m.spin()
		}
	case state:
		m.e.Run(m.nextState)
		m.linkChanged(link.State(msg))
	case events:
		m.eventsCame(msg)
	case page.Live:
		m.liveCame(msg)
	}
}

// trace writes a message to the file of ETU_DEBUG: when it came, its type, and which key it is
// unless a password is being typed. What else messages carry, tokens too, is not written.
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
	_, _ = fmt.Fprintf(m.opt.Debug, "%s %T%s\n", m.e.Now().Format("15:04:05.000"), msg, detail)
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
func (m *model) spin() {
	if m.spinning = m.e.Busy() && m.e.Spins(); m.spinning {
		m.e.Later(page.SpinFrame, m.spin)
	}
}

// quotasTold takes what the server told, and says when a call is back after none.
func (m *model) quotasTold() {
	if m.quotas.Err != nil {
		return
	}
	was, is := m.e.Quotas.Services, m.quotas.Data.Services
	if was.Max > 0 && was.Left == 0 && is.Left > 0 {
		m.Say(page.Good, m.e.S(i18n.Quota.Back))
	}
	m.e.Quotas.Set(m.quotas.Data, m.e.Now())
}

// keepQuotas asks again when the figures cannot be right any more.
func (m *model) keepQuotas() {
	now := m.e.Now()
	if m.e.Link.Phase == link.Online && !m.e.Session.MustChange && now.Sub(m.e.Quotas.At) >= 2*time.Second && m.e.Quotas.Due(now) {
		m.AskQuotas()
	}
}
