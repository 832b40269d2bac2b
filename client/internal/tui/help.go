package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/widget"
)

// helpTwoColumns is the width from which two columns fit.
const helpTwoColumns = 80

func (m *model) helpLines() []string {
	e := m.e
	left, right := keys.Groups(e.IsAdmin())
	columns := m.helpColumn(left) + "\n\n" + m.helpColumn(right)
	if m.w >= helpTwoColumns {
		l := m.helpColumn(left)
		_, h := widget.Size(l)
		columns = lipgloss.JoinHorizontal(lipgloss.Top, widget.Frame(l, m.w/2, h), m.helpColumn(right))
	}
	var l widget.Lines
	l.Add(widget.Indent(columns, 1), "", " "+e.Theme.Title.Render(e.S(i18n.HelpQuotas)),
		"   "+e.S(i18n.HelpQuotaCalls, e.Rule(e.Quotas.Services)),
		"   "+e.S(i18n.HelpQuotaLogins, e.Rule(e.Quotas.Connections)),
		"   "+e.S(i18n.HelpQuotaFree),
		"   "+e.S(i18n.HelpSimple))
	return l
}

func (m *model) helpColumn(groups []keys.Group) string {
	e, th := m.e, m.e.Theme
	const keysW = 15
	var l widget.Lines
	for _, g := range groups {
		l.Add(th.Title.Render(e.S(g.Title)))
		for _, k := range g.Keys {
			l.Add("  " + th.Key.Render(widget.Fit(e.Shown(k.All(e.T)), keysW)) + " " + e.S(k.Does))
		}
	}
	return l.String()
}

func (m *model) helpView(h int) string {
	lines := m.helpLines()
	m.helpTop = max(0, min(m.helpTop, len(lines)-h))
	return strings.Join(lines[m.helpTop:min(len(lines), m.helpTop+h)], "\n")
}

func (m *model) helpKey(k tea.KeyMsg) tea.Cmd {
	switch {
	case keys.Up.Is(k):
		m.helpTop--
	case keys.Down.Is(k):
		m.helpTop++
	case keys.PageUp.Is(k):
		m.helpTop -= m.h - chromeH
	case keys.PageDown.Is(k):
		m.helpTop += m.h - chromeH
	case keys.Language.Is(k):
		m.ToggleLanguage()
	case keys.Theme.Is(k):
		m.NextTheme()
	default:
		m.help = false
	}
	m.helpTop = max(0, m.helpTop)
	return nil
}

func (m *model) helpKeys() []keys.Key {
	list := []keys.Key{keys.Back.To(i18n.DoClose), keys.Quit.To(i18n.DoQuit)}
	if len(m.helpLines()) > m.h-chromeH {
		list = append([]keys.Key{keys.Arrows.To(i18n.DoScroll)}, list...)
	}
	return list
}
