package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

// key gives a key to whoever it belongs to: the way out first, then what lies
// on top (help, dialog, lost connection), then what works everywhere, then the
// page. While typing, letters belong to the field.
func (m *model) key(k tea.KeyMsg) tea.Cmd {
	if k.Alt { // Esc and a key in one read: on the wire they are the same
		k.Alt = false
		return tea.Sequence(m.key(tea.KeyMsg{Type: tea.KeyEsc}), page.Send(k))
	}
	switch {
	case key.Matches(k, keys.Quit):
		return tea.Quit
	case m.small():
		if key.Matches(k, keys.QuitLetter) && !m.page().Typing() {
			return m.quit()
		}
		return nil
	case m.help:
		return m.helpKey(k)
	}
	if cmd, used := m.anywhere(k); used {
		return cmd
	}
	if m.dialog != nil {
		cmd := m.dialog.Update(k)
		m.settleDialogs()
		return cmd
	}
	if cmd, used := m.cutKey(k); used {
		return cmd
	}
	typing := m.page().Typing()
	if cmd, used := m.screenKey(k, typing); used {
		return cmd
	}
	if !typing && !k.Paste {
		switch {
		case key.Matches(k, keys.HelpLetter):
			return m.openHelp()
		case key.Matches(k, keys.QuitLetter):
			return m.quit()
		case key.Matches(k, keys.Messages) && m.loggedIn() && m.kind != page.Messages:
			m.under = append(m.under, m.kind)
			return m.show(page.Messages, nil)
		}
	}
	return m.page().Update(k)
}

// anywhere are the keys that no field and no dialog wants.
func (m *model) anywhere(k tea.KeyMsg) (cmd tea.Cmd, used bool) {
	switch {
	case key.Matches(k, keys.Help):
		return m.openHelp(), true
	case key.Matches(k, keys.Language):
		m.toggleLanguage()
	case key.Matches(k, keys.Theme):
		m.setTheme(m.e.Theme.Name.Next())
	case key.Matches(k, keys.Mouse):
		return m.toggleMouse(), true
	case key.Matches(k, keys.Retry) && m.e.Link.Phase == link.Offline:
		m.e.API.Retry()
	default:
		return nil, false
	}
	return nil, true
}

func (m *model) openHelp() tea.Cmd {
	m.help, m.helpTop = true, 0
	return nil
}

// screenKey opens a screen by its digit or function key.
func (m *model) screenKey(k tea.KeyMsg, typing bool) (cmd tea.Cmd, used bool) {
	if !m.loggedIn() || k.Paste {
		return nil, false
	}
	bindings := keys.Screens
	if typing {
		bindings = keys.ScreensTyping
	}
	for i, screen := range m.screens() {
		if key.Matches(k, bindings[i]) {
			m.under = nil
			return m.show(screen, nil), true
		}
	}
	return nil, false
}

// cutKey is for the box of the lost connection. It takes nothing from a field:
// what is typed while it is up must not be lost.
func (m *model) cutKey(k tea.KeyMsg) (cmd tea.Cmd, used bool) {
	if !m.cutShown() || m.page().Typing() {
		return nil, false
	}
	switch {
	case m.e.InGrace(m.cutAt, k):
	case k.Type == tea.KeyEnter && m.kind != page.Login:
		m.e.API.Retry()
	case k.String() == "l", key.Matches(k, keys.Back):
		m.readOn = true
	default:
		return nil, false
	}
	return nil, true
}

// quit leaves, after a question where something would be lost.
func (m *model) quit() tea.Cmd {
	e := m.e
	draft := false
	for _, p := range m.pages {
		draft = draft || p.Draft()
	}
	if !draft && len(m.hidden) == 0 {
		return tea.Quit
	}
	m.dialog = page.NewConfirm(e, page.Question{
		Title: func() string { return e.S(i18n.QuitTitle) },
		Body: func(w int) string {
			why := i18n.QuitDraft
			if len(m.hidden) > 0 {
				why = i18n.QuitWork
			}
			return widget.Lines(widget.Wrap(e.S(why), w)).String()
		},
		Yes:  i18n.QuitYes,
		Then: func() tea.Cmd { return tea.Quit },
	})
	return nil
}

func (m *model) toggleMouse() tea.Cmd {
	m.mouse = !m.mouse
	cmd, say := tea.DisableMouse, i18n.MouseOff
	if m.mouse {
		cmd, say = tea.EnableMouseCellMotion, i18n.MouseOn
	}
	m.say(page.Say{Text: m.e.S(say)})
	if m.grab != nil {
		m.grab(m.mouse)
		return nil
	}
	return cmd
}

// wheel turns the wheel into arrows.
func (m *model) wheel(msg tea.MouseMsg) tea.Cmd {
	switch msg.Button {
	case tea.MouseButtonWheelUp:
		return m.key(tea.KeyMsg{Type: tea.KeyUp})
	case tea.MouseButtonWheelDown:
		return m.key(tea.KeyMsg{Type: tea.KeyDown})
	}
	return nil
}
