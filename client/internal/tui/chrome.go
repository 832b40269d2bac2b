package tui

import (
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// View is the frame: exactly h lines, none wider than w.
func (m *model) View() string {
	if m.w <= 0 || m.h <= 0 {
		return ""
	}
	s := m.frame()
	if m.e.Theme.ASCII {
		s = theme.Plain(s)
	}
	s = widget.Frame(s, m.w, m.h)
	if m.charset != i18n.UTF8 {
		s = theme.Bare(s)
	}
	return s
}

func (m *model) frame() string {
	if m.small() {
		return m.smallView()
	}
	bodyH := m.h - chromeH
	body, list := m.page().View(), m.page().Keys()
	if m.help {
		body, list = m.helpView(bodyH), m.helpKeys()
	}
	body = widget.Frame(body, m.w, bodyH)
	switch {
	case m.help:
	case m.dialog != nil:
		body = widget.OverlayCenter(cells.WithoutCaret(body), m.dialog.View(m.w), m.w, bodyH)
		list = m.dialog.Keys()
	case m.cutShown():
		body = m.overCut(body, bodyH)
		list = m.cutKeys(list)
	case m.kind != page.Messages && m.news.until.After(m.e.Now()):
		body = m.overNews(body)
	}
	rule := m.e.Theme.Faint.Render(strings.Repeat(theme.Rule, m.w))
	return strings.Join([]string{m.titleLine(), m.tabLine(), body, rule, m.statusLine(), m.hintLine(list)}, "\n")
}

// titleLine is where one is, and how the connection stands. What is on the
// right gives way from its end when the title needs the room.
func (m *model) titleLine() string {
	e, th := m.e, m.e.Theme
	title := m.page().Title()
	if m.help {
		title = e.S(i18n.HelpTitle)
	}
	left := " " + th.Title.Render("EtuServices") + th.Faint.Render(" "+theme.Crumb+" ") + th.Strong.Render(title)
	right := []string{m.linkWord()}
	if m.loggedIn() {
		right = append(right, e.Session.Login)
	}
	right = append(right, e.S(i18n.LangCode), e.T.Clock(e.Now()))
	for len(right) > 1 && widget.Width(left)+widget.Width(strings.Join(right, " · "))+3 > m.w {
		right = right[:len(right)-1]
	}
	return widget.Ends(left, "  "+strings.Join(right, th.Faint.Render(" "+theme.Sep+" "))+" ", m.w)
}

func (m *model) linkWord() string {
	e, th := m.e, m.e.Theme
	switch e.Link.Phase {
	case link.Offline, link.Closed:
		return th.Err.Render(theme.Cross + " " + e.S(i18n.StateOffline))
	case link.Connecting:
		return th.Warn.Render(theme.Sep + " " + e.S(i18n.StateConnecting))
	}
	return th.OK.Render(theme.Dot + " " + e.S(i18n.StateOnline))
}

// tabLine is the screens by their digits, set into a rule. Where the names do
// not fit, only that of the present one is written out.
func (m *model) tabLine() string {
	th := m.e.Theme
	if !m.loggedIn() {
		return th.Faint.Render(strings.Repeat(theme.Rule, m.w))
	}
	s := m.tabs(true, th.Faint.Render(theme.Rule))
	if widget.Width(s) > m.w { // an administrator's are one more
		s = m.tabs(true, "")
	}
	if widget.Width(s) > m.w {
		s = m.tabs(false, th.Faint.Render(theme.Rule))
	}
	return s + th.Faint.Render(strings.Repeat(theme.Rule, max(0, m.w-widget.Width(s))))
}

func (m *model) tabs(names bool, between string) string {
	th := m.e.Theme
	var b strings.Builder
	b.WriteString(between)
	for i, k := range m.screens() {
		digit := keys.Screen[i].Name(m.e.T)
		switch {
		case k == m.root():
			b.WriteString(th.Selected.Render(theme.Cursor + digit + " " + m.e.S(keys.Screen[i].Does) + " "))
		case names:
			b.WriteString(" " + th.Key.Render(digit) + " " + m.e.S(keys.Screen[i].Does) + " ")
		default:
			b.WriteString(" " + th.Key.Render(digit) + " ")
		}
		b.WriteString(between)
	}
	return b.String()
}

// root is the screen that the present page was opened from.
func (m *model) root() page.Kind {
	if len(m.under) > 0 {
		return m.under[0]
	}
	return m.kind
}

// statusLine is the services quota, then what just happened or waits to be read.
func (m *model) statusLine() string {
	e, th := m.e, m.e.Theme
	left := ""
	if m.loggedIn() {
		left = " " + page.QuotaStatus(e)
	}
	right := ""
	switch {
	case m.status.until.After(e.Now()):
		right = e.Sign(m.status.mood) + " " + m.status.text
	case e.Inbox.Unread > 0:
		right = th.Warn.Render(theme.Alert+" "+e.T.N(i18n.UnreadCount, e.Inbox.Unread)) + " " + e.Hint(keys.Messages.To(i18n.DoOpen))
	case m.kind != page.Sell && m.pages[page.Sell].Draft():
		right = th.Faint.Render(e.S(i18n.NavSell) + " " + theme.Sep + " " + e.S(i18n.SellDraft))
	}
	room := m.w - widget.Width(left) - 3
	if widget.Width(right) > room {
		right = widget.Fit(right, room)
	}
	return widget.Ends(left, right+" ", m.w)
}

// hintLine is the keys that matter, as many as fit.
func (m *model) hintLine(list []keys.Key) string {
	th := m.e.Theme
	s := " "
	for i, k := range list {
		part := th.Key.Render(m.e.KeyName(k)) + " " + th.Faint.Render(m.e.S(k.Does))
		if i > 0 {
			part = th.Faint.Render(" "+theme.Sep+" ") + part
		}
		if widget.Width(s)+widget.Width(part) > m.w-1 {
			break
		}
		s += part
	}
	return s
}
