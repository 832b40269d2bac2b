package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

func (m *model) toggleMouse() tea.Cmd {
	m.mouse = !m.mouse
	say := i18n.Mouse.Off
	if m.mouse {
		say = i18n.Mouse.On
	}
	m.Say(page.Info, m.e.S(say))
	return m.terminal.Mouse(m.mouse)
}

// clicked turns the wheel into arrows, and a click into what stands there: a
// key, or a row or field of the page.
func (m *model) clicked(msg tea.MouseMsg) tea.Cmd {
	if msg.Action != tea.MouseActionPress {
		return nil
	}
	switch msg.Button {
	case tea.MouseButtonWheelUp:
		return m.key(keys.Up.Press())
	case tea.MouseButtonWheelDown:
		return m.key(keys.Down.Press())
	case tea.MouseButtonLeft:
	default:
		return nil
	}
	code, row, ok := widget.ZoneAt(m.shown, msg.X, msg.Y)
	switch {
	case !ok || m.small():
		return nil
	case code != "":
		return m.keyZone(code)
	case m.dialog != nil:
		return m.dialog.Click(row)
	}
	return m.page().Update(page.Click(row))
}

// keyZone does what a key does. A tab leads away also from a field, where its
// digit would be text.
func (m *model) keyZone(code string) tea.Cmd {
	for i, k := range m.screens() {
		if keys.Screen[i].Code() == code && m.dialog == nil && m.help == nil && m.loggedIn() {
			return m.Go(k, nil)
		}
	}
	return m.key(keys.Pressed(code))
}
