package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// help is the keys, those of the page first, in a box over all else.
type help struct{ top int }

// helpTwoColumns is the inner width from which two columns fit.
const helpTwoColumns = 74

// helpWidth is the widest that the box becomes.
const helpWidth = 100

func (m *model) openHelp() { m.help = &help{} }

func (m *model) helpShown() bool { return m.help != nil }

// helpInner is the inner width of the box.
func (m *model) helpInner() int { return min(helpWidth, m.w-4) - widget.PanelW }

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
		_, h := widget.Size(first)
		columns = widget.Columns(widget.Frame(first, w/2, h), second)
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
	const keysW = 15
	var l widget.Lines
	for i, g := range groups {
		if i > 0 {
			l.Add("")
		}
		l.Add(th.Title.Render(e.S(g.Title)))
		for _, k := range g.Keys {
			l.Add("  " + th.Key.Render(widget.Fit(e.Shown(k.All(e.T)), keysW)) + " " + e.S(k.Does))
		}
	}
	return l.String()
}

// helpRows is how many lines of the help are in sight.
func (m *model) helpRows(lines int) int { return min(lines, m.h-chromeH-widget.PanelH) }

func (m *model) helpView(lines []string) string {
	rows := m.helpRows(len(lines))
	m.help.top = max(0, min(m.help.top, len(lines)-rows))
	top := m.help.top
	return widget.Panel{
		Title: m.e.S(i18n.Help.Title) + " " + theme.Sep + " " + m.page().Title(m.e.T), Focused: true,
		Top: top, Shown: rows, Total: len(lines),
	}.View(m.e.Theme, strings.Join(lines[top:top+rows], "\n"), m.helpInner()+widget.PanelW, rows+widget.PanelH)
}

func (m *model) helpKey(k tea.KeyMsg) {
	switch {
	case keys.Up.Is(k):
		m.help.top--
	case keys.Down.Is(k):
		m.help.top++
	case keys.PageUp.Is(k):
		m.help.top -= m.h - chromeH
	case keys.PageDown.Is(k):
		m.help.top += m.h - chromeH
	case keys.Language.Is(k):
		m.ToggleLanguage()
	case keys.Theme.Is(k):
		m.NextTheme()
	default:
		m.help = nil
		return
	}
	m.help.top = max(0, m.help.top)
}

// helpKeys are those of a help of so many lines.
func (m *model) helpKeys(lines int) []keys.Key {
	list := []keys.Key{keys.Quit.To(i18n.Do.Quit)}
	if lines > m.helpRows(lines) {
		list = append([]keys.Key{keys.Arrows.To(i18n.Do.Scroll)}, list...)
	}
	return list
}
