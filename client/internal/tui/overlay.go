package tui

import (
	"strings"

	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// newsWidth is the inner width of the box of an event, in cells.
const newsWidth = 44

// newsShown says whether the newest event has a card over the page. Where
// something is typed it stands in the status line, so that it covers no field.
func (m *model) newsShown() bool {
	return m.news.until.After(m.e.Now()) && m.kind != page.Messages && !m.typing() && m.help == nil && !m.cutShown()
}

// overNews lays the newest event over the page's lower right corner.
func (m *model) overNews(body string, h int) string {
	e := m.e
	w := min(newsWidth, m.w-6)
	const most = 6
	lines := widget.Wrap(m.news.text, w)
	if len(lines) > most {
		lines = append(lines[:most-1], "…")
	}
	style, title := e.Theme.Title, theme.Dot+" "+e.S(i18n.Card.News)
	if m.news.mood == page.Sold {
		style, title = e.Theme.OK, theme.Check+" "+e.S(i18n.Card.Sold)
	}
	return m.atCorner(body, widget.Card(e.Theme, style, title, lines, w), h)
}

// atCorner lays a box over the lower right corner of the page.
func (m *model) atCorner(body, box string, h int) string {
	w, rows := lipgloss.Size(box)
	return widget.Overlay(body, box, m.w-w-gutter, h-rows)
}

// cutShown says whether the box of the lost connection is up.
func (m *model) cutShown() bool {
	return m.e.Link.Phase == link.Offline && !m.readOn && m.dialog == nil
}

// overCut lays the box of the lost connection over the page: in the middle, or in a
// few lines at the bottom, where no field stands, while something is being typed.
func (m *model) overCut(body string, h int) string {
	e, s := m.e, m.e.Link
	w := min(dialog.Width, m.w-8)
	title, why := e.S(i18n.Offline.Title), e.T.Cause(s.Err)
	if s.Generation == 0 {
		title, why = e.S(i18n.Offline.First), e.T.Error(s.Err)
	}
	if m.page().Typing() {
		lines := append(widget.Wrap(why, w), m.nextTry())
		return m.atCorner(body, widget.Card(e.Theme, e.Theme.Err, theme.Cross+" "+title, lines, w), h)
	}
	var l widget.Lines
	l.Add(e.Bad(why, w), "", m.nextTry())
	if s.Generation > 0 { // at the first start there is nothing to keep
		l.Add(e.S(i18n.Offline.Kept))
	}
	l.Add("")
	return m.over(body, widget.Box(e.Theme, title, l, w), h)
}

func (m *model) nextTry() string {
	e, s := m.e, m.e.Link
	if left := s.RetryAt.Sub(e.Now()); left > 0 {
		return e.S(i18n.Offline.Retry, s.Attempt, e.T.Countdown(left))
	}
	return e.S(i18n.Offline.Now, max(1, s.Attempt))
}

// cutKeys are the keys while the box is up.
func (m *model) cutKeys(list []keys.Key) []keys.Key {
	if m.page().Typing() {
		return append([]keys.Key{keys.Retry}, list...)
	}
	return []keys.Key{keys.Enter.To(i18n.Do.RetryNow), keys.ReadPage, keys.QuitLetter}
}

// smallView says what to do about a screen that is too small.
func (m *model) smallView() string {
	e := m.e
	return strings.Join([]string{
		e.S(i18n.Small.Title, m.w, m.h),
		e.S(i18n.Small.Need, minW, minH),
		e.S(i18n.Small.Do),
		"  etu --simple",
		e.Hint(keys.Quit.To(i18n.Do.Quit)),
	}, "\n")
}

// The inner width from which two columns fit, the widest that the box becomes, and from how many
// cells beside it what it covers is seen: fewer would show nothing but the ends of frames.
const (
	helpTwoColumns = 74
	helpWidth      = 100
	helpBeside     = 24
)

// helpInner is the inner width of the box.
func (m *model) helpInner() int {
	if m.w < helpWidth+helpBeside {
		return m.w - widget.PanelW
	}
	return helpWidth - widget.PanelW
}

func (m *model) helpLines() []string {
	e, w := m.e, m.helpInner()
	here := m.page().Keys()
	if m.dialog != nil {
		here = m.dialog.Keys()
	}
	left, right := keys.Groups(e.IsAdmin())
	left = append([]keys.Group{{Title: i18n.Help.Here, Keys: here}}, left...)
	first, second := m.helpColumn(left), m.helpColumn(right)
	columns := first + "\n\n" + second
	if w >= helpTwoColumns {
		left, h := lipgloss.Size(first)
		right, rows := lipgloss.Size(second)
		h = max(h, rows)
		columns = widget.Columns(widget.Frame(first, max(left, min(w/2, w-right-widget.Gutter)), h), widget.Frame(second, right, h))
	}
	var l widget.Lines
	l.Add(columns, "", e.Theme.Title.Render(e.S(i18n.Help.Quotas)),
		"  "+e.S(i18n.Help.QuotaCalls, e.Rule(e.Quotas.Services)),
		"  "+e.S(i18n.Help.QuotaLogins, e.Rule(e.Quotas.Connections)))
	for _, s := range []i18n.Msg{i18n.Help.QuotaFree, i18n.Help.Mouse, i18n.Help.Simple} {
		l.Add(widget.Indent(strings.Join(widget.Wrap(e.S(s), w-2), "\n"), 2))
	}
	return l
}

func (m *model) helpColumn(groups []keys.Group) string {
	e, th := m.e, m.e.Theme
	const keysW = 14
	var l widget.Lines
	for i, g := range groups {
		if i > 0 {
			l.Add("")
		}
		l.Add(th.Title.Render(e.S(g.Title)))
		for _, k := range g.Keys {
			if e.Remote && k.Same(keys.Suspend) {
				continue
			}
			l.Add("  " + th.Key.Render(widget.Fit(e.Shown(k.All(e.T)), keysW)) + " " + e.S(k.Does))
		}
	}
	return l.String()
}

// helpBox is what of the help is in sight, and its keys.
func (m *model) helpBox() (box string, list []keys.Key) {
	lines := m.helpLines()
	rows := min(len(lines), m.h-chromeH-widget.PanelH)
	m.help.Height = rows
	m.help.Clamp(len(lines) - rows + 1)
	if len(lines) > rows {
		list = []keys.Key{keys.Arrows.To(i18n.Do.Scroll)}
	}
	top := m.help.Cur
	box = widget.Panel{
		Title: m.e.S(i18n.Help.Title) + " " + theme.Sep + " " + m.page().Title(m.e.T), Focused: true,
		Top: top, Shown: rows, Total: len(lines),
	}.View(m.e.Theme, strings.Join(lines[top:top+rows], "\n"), m.helpInner()+widget.PanelW, rows+widget.PanelH)
	return box, append(list, keys.Quit.To(i18n.Do.Quit))
}
