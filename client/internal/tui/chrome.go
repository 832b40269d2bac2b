package tui

import (
	"strconv"
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// The frame around a page: tabs, a line, status and hints; a blank column on either side.
const (
	chromeH = 4
	gutter  = 1
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
	m.shown = widget.Frame(s, m.w, m.h)
	s = widget.WithoutZones(m.shown)
	if !m.opt.UTF8 {
		s = theme.Bare(s)
	}
	return s
}

func (m *model) frame() string {
	if m.small() {
		return m.smallView()
	}
	h := m.h - chromeH
	body, list := widget.Frame(widget.Indent(m.page().View(), gutter), m.w-gutter, h), m.page().Keys()
	switch {
	case m.dialog != nil:
		list = m.dialog.Keys()
		body = m.over(body, m.dialog.View(m.w), h)
	case m.cutShown():
		body = m.overCut(body, h)
		list = m.cutKeys(list)
	case m.newsShown():
		body = m.overNews(body, h)
	}
	if m.help != nil {
		box, scroll := m.helpBox()
		body, list = m.over(body, box, h), scroll
	}
	body = widget.Frame(body, m.w, h)
	return strings.Join([]string{m.tabLines(), body, m.statusLine(), m.hintLine(list)}, "\n")
}

// over lays a box over the middle of the body, which steps back.
func (m *model) over(body, box string, h int) string {
	return widget.OverlayCenter(m.e.Theme.Dim(body), box, m.w, h)
}

// badge is a count in at most three cells.
func badge(n int) string {
	if n > 99 {
		return "99+"
	}
	return strconv.Itoa(n)
}

// naming is how much of the tabs' names there is room for.
type naming uint8

const (
	inFull naming = iota
	short         // abbreviated
	packed        // and with one blank between two
	digits        // the current one's only
)

// detail is how much of the connection's state there is room for.
type detail uint8

const (
	sign   detail = iota
	worded        // and its word
	whose         // and the login
	timed         // and the time
)

// tabs are those of the screens, by their digits.
func (m *model) tabs(names naming) []string {
	e, th := m.e, m.e.Theme
	screens := m.screens()
	list := make([]string, len(screens))
	for i, k := range screens {
		digit, name := keys.Screen[i].Name(e.T), keys.Screen[i].Does
		if names != inFull {
			name = i18n.NavShort[i]
		}
		text := " " + th.Key.Render(digit)
		switch {
		case k == m.root():
			text = th.Accent.Render(theme.Cursor) + th.Title.Render(digit+" "+e.S(name))
		case names != digits:
			text += " " + e.S(name)
		}
		if k == page.Mine && e.Inbox.Unread > 0 {
			text += " " + th.Badge.Render(theme.Dot+badge(e.Inbox.Unread))
		}
		if names != packed {
			text += " "
		}
		list[i] = widget.KeyZone(digit, text)
	}
	return list
}

// layTabs chooses what of the first line fits: the program's name, full or short
// names, all of the connection's state or only its sign.
func (m *model) layTabs() (left string, list []string, right string) {
	brand := " " + m.e.Theme.Gradient("EtuServices") + " "
	if !m.loggedIn() {
		return brand + m.e.Theme.Faint.Render(theme.Crumb+" ") + m.page().Title(m.e.T), nil, m.linkState(timed)
	}
	for _, c := range []struct {
		brand bool
		names naming
		state detail
	}{
		{true, inFull, timed},
		{true, inFull, whose},
		{false, inFull, whose},
		{false, inFull, worded},
		{false, inFull, sign},
		{false, short, worded},
		{false, short, sign},
		{false, packed, sign},
		{false, digits, sign},
	} {
		left, list, right = "", m.tabs(c.names), m.linkState(c.state)
		if c.brand {
			left = brand
		}
		if widget.Width(left+strings.Join(list, "")+right)+1 <= m.w {
			break
		}
	}
	return left, list, right
}

// tabLines are the tabs and the line under them, heavy under the current one.
func (m *model) tabLines() string {
	th := m.e.Theme
	left, list, right := m.layTabs()
	rule := func(n int) string { return th.Border.Render(strings.Repeat(theme.Rule, max(0, n))) }
	line, under, ruled := left, "", 0
	for i, tab := range list {
		if m.screens()[i] == m.root() {
			before, w := widget.Width(line), widget.Width(tab)
			under, ruled = rule(before)+th.Accent.Render(strings.Repeat(theme.Heavy, w)), before+w
		}
		line += tab
	}
	return widget.Ends(line, right+" ", m.w) + "\n" + under + rule(m.w-ruled)
}

// linkState is how the connection stands.
func (m *model) linkState(much detail) string {
	e, th := m.e, m.e.Theme
	style, dot, word := th.OK, theme.Dot, i18n.State.Online
	switch e.Link.Phase {
	case link.Offline, link.Closed:
		style, dot, word = th.Err, theme.Cross, i18n.State.Offline
		much = max(worded, much)
	case link.Connecting:
		style, dot, word = th.Warn, theme.Sep, i18n.State.Connecting
	}
	if much >= worded {
		dot += " " + e.S(word)
	}
	s, sep := style.Render(dot), th.Faint.Render(" "+theme.Sep+" ")
	if much >= whose && m.loggedIn() {
		s += sep + e.Session.Login
	}
	if much >= timed {
		s += sep + th.Faint.Render(e.T.Clock(e.Now()))
	}
	return s
}

// root is the screen that the page was opened from. The messages belong to none.
func (m *model) root() page.Kind {
	if len(m.under) > 0 && m.kind != page.Messages {
		return m.under[0]
	}
	return m.kind
}

// statusLine is what just happened or waits to be read, and the services quota.
func (m *model) statusLine() string {
	e, th := m.e, m.e.Theme
	left := ""
	switch now := e.Now(); {
	case m.status.until.After(now):
		left = e.Sign(m.status.mood) + " " + m.status.text
	case m.news.until.After(now) && m.typing():
		left = e.Sign(m.news.mood) + " " + m.news.text
	case !m.loggedIn():
	case len(m.hidden) > 0: // a purchase, put away
		left = th.Warn.Render(theme.Alert + " " + e.S(i18n.Buy.Waiting))
	case e.Inbox.Unread > 0 && m.typing():
		left = th.Title.Render(theme.Dot + " " + e.T.N(i18n.Messages.New, e.Inbox.Unread))
	case e.Inbox.Unread > 0:
		left = th.Title.Render(theme.Dot+" "+e.T.N(i18n.Messages.New, e.Inbox.Unread)) + " " + theme.Sep + " " + e.Hint(keys.Messages.To(i18n.Do.Open))
	}
	right := ""
	if m.loggedIn() && m.kind != page.Admin {
		right = page.QuotaStatus(e, m.w)
	}
	if room := m.w - widget.Width(right) - 4; widget.Width(left) > room {
		left = widget.Fit(left, room)
	}
	return widget.Ends(" "+left, right+" ", m.w)
}

// hintLine is the keys that matter, as many as fit, and always the help at the right edge.
func (m *model) hintLine(list []keys.Key) string {
	th := m.e.Theme
	help := keys.Help
	if m.typing() {
		help = keys.HelpTyping
	}
	if m.help != nil {
		help = keys.Back.To(i18n.Do.Close)
	}
	right := m.hint(help) + " "
	s := ""
	for _, k := range list {
		if k.Same(help) || k.Same(keys.Help) || k.Same(keys.HelpTyping) {
			continue
		}
		part := m.hint(k)
		if s != "" {
			part = th.Faint.Render(" "+theme.Sep+" ") + part
		}
		if 1+widget.Width(s)+widget.Width(part)+2+widget.Width(right) <= m.w {
			s += part // else a shorter one behind it may fit
		}
	}
	return widget.Ends(" "+s, right, m.w)
}

func (m *model) hint(k keys.Key) string {
	e, th := m.e, m.e.Theme
	name := th.Key
	if k.Off {
		name = th.Faint
	}
	s := name.Render(e.KeyName(k)) + " " + th.Faint.Render(e.S(k.Does))
	if k.Code() == "" { // a pair: no key to press
		return s
	}
	return widget.KeyZone(k.Code(), s)
}
