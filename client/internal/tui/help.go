package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

type helpRow struct{ key, does i18n.Msg }

type helpPart struct {
	title i18n.Msg
	rows  []helpRow
}

// The help, in two columns where there is room.
var (
	helpLeft = []helpPart{
		{i18n.HelpAll, []helpRow{
			{i18n.KeyScreenF, i18n.HelpScreens},
			{i18n.KeyAzerty, i18n.HelpAzerty},
			{i18n.KeyBoth, i18n.HelpTab},
			{i18n.KeyEsc, i18n.HelpEsc},
			{i18n.KeyHelps, i18n.HelpThis},
			{i18n.KeyM, i18n.HelpMessages},
			{i18n.KeyLook, i18n.HelpLook},
			{i18n.KeyQ, i18n.HelpQuit},
			{i18n.KeyQuit, i18n.HelpQuitNow},
		}},
		{i18n.HelpDialogs, []helpRow{
			{i18n.KeyYesBoth, i18n.HelpYes},
			{i18n.KeyNoBoth, i18n.HelpNo},
		}},
	}
	// Of administrators only, under the left column.
	helpAdmin = helpPart{i18n.AdminTitle, []helpRow{
		{i18n.KeySpace, i18n.HelpPause},
		{i18n.KeySides, i18n.HelpWindow},
		{i18n.KeyAlone, i18n.HelpAnnounce},
		{i18n.KeyI, i18n.HelpDoor},
	}}
	helpRight = []helpPart{
		{i18n.HelpLists, []helpRow{
			{i18n.KeyMove, i18n.HelpMove},
			{i18n.KeyPages, i18n.HelpPage},
			{i18n.KeyEnds, i18n.HelpEnds},
			{i18n.KeySlash, i18n.HelpSearch},
			{i18n.KeyT, i18n.HelpCategory},
			{i18n.KeyS, i18n.HelpSort},
			{i18n.KeyC, i18n.HelpCopy},
			{i18n.KeyR, i18n.HelpRetry},
		}},
		{i18n.HelpForms, []helpRow{
			{i18n.KeyEnter, i18n.HelpNext},
			{i18n.KeySend, i18n.HelpSend},
			{i18n.KeyClear, i18n.HelpClear},
		}},
	}
)

// helpTwoColumns is the width from which two columns fit.
const helpTwoColumns = 80

func (m *model) helpLines() []string {
	var all []string
	left, right := m.helpColumn(helpLeft), m.helpColumn(helpRight)
	if m.e.IsAdmin() {
		left = append(left, m.helpColumn([]helpPart{helpAdmin})...)
	}
	if m.w >= helpTwoColumns {
		half := m.w/2 + 1
		for len(left) < len(right) {
			left = append(left, "")
		}
		for i, l := range left {
			r := ""
			if i < len(right) {
				r = right[i]
			}
			all = append(all, widget.Fit(" "+l, half)+r)
		}
	} else {
		for _, l := range append(append(left, ""), right...) {
			all = append(all, " "+l)
		}
	}
	all = append(all, "", " "+m.e.Theme.Title.Render(m.e.S(i18n.HelpQuotas)))
	e := m.e
	return append(all,
		"   "+e.S(i18n.HelpQuotaCalls, e.Rule(e.Quotas.Services)),
		"   "+e.S(i18n.HelpQuotaLogins, e.Rule(e.Quotas.Connections)),
		"   "+e.S(i18n.HelpQuotaFree),
		"   "+e.S(i18n.HelpSimple))
}

func (m *model) helpColumn(parts []helpPart) []string {
	e, th := m.e, m.e.Theme
	const keysW = 15
	var out []string
	for _, p := range parts {
		out = append(out, th.Title.Render(e.S(p.title)))
		for _, r := range p.rows {
			out = append(out, "  "+th.Key.Render(widget.Fit(e.Key(r.key), keysW))+" "+e.S(r.does))
		}
	}
	return out
}

func (m *model) helpView(h int) string {
	lines := m.helpLines()
	m.helpTop = max(0, min(m.helpTop, len(lines)-h))
	return strings.Join(lines[m.helpTop:min(len(lines), m.helpTop+h)], "\n")
}

func (m *model) helpKey(k tea.KeyMsg) tea.Cmd {
	switch {
	case key.Matches(k, keys.Up):
		m.helpTop--
	case key.Matches(k, keys.Down):
		m.helpTop++
	case key.Matches(k, keys.PageUp):
		m.helpTop -= m.h - chromeH
	case key.Matches(k, keys.PageDown):
		m.helpTop += m.h - chromeH
	case key.Matches(k, keys.Language):
		m.toggleLanguage()
	case key.Matches(k, keys.Theme):
		m.setTheme(m.e.Theme.Name.Next())
	default:
		m.help = false
	}
	m.helpTop = max(0, m.helpTop)
	return nil
}

func (m *model) helpHints() []page.Hint {
	e := m.e
	hints := []page.Hint{e.H(i18n.KeyEsc, i18n.DoClose), e.H(i18n.KeyQuit, i18n.DoQuit)}
	if len(m.helpLines()) > m.h-chromeH {
		hints = append([]page.Hint{e.H(i18n.KeyArrows, i18n.DoScroll)}, hints...)
	}
	return hints
}
