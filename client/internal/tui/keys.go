package tui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

// key gives a key to whoever it belongs to: the way out first, then what lies
// on top (help, dialog, lost connection), then what works everywhere, then the
// page. While typing, letters belong to the field.
func (m *model) key(k tea.KeyMsg) tea.Cmd {
	if k.Alt && !m.typing() { // Esc and a key in one read: on the wire they are the same
		k.Alt = false
		cmds := []tea.Cmd{m.key(tea.KeyMsg{Type: tea.KeyEsc}), m.settle()}
		return tea.Batch(append(cmds, m.key(k))...)
	}
	switch {
	case keys.Quit.Is(k):
		return tea.Quit
	case m.small():
		if keys.QuitLetter.Is(k) && !m.page().Typing() {
			return m.quit()
		}
		return nil
	case m.help != nil:
		return m.helpKey(k)
	}
	if cmd, used := m.anywhere(k); used {
		return cmd
	}
	if m.dialog != nil {
		return m.dialog.Key(k)
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
		case keys.Help.Is(k):
			m.openHelp()
			return nil
		case keys.Palette.Is(k):
			m.openPalette()
			return nil
		case keys.QuitLetter.Is(k):
			return m.quit()
		case keys.Messages.Is(k) && m.loggedIn() && m.kind != page.Messages:
			return m.Push(page.Messages, nil)
		}
	}
	return m.page().Update(k)
}

// typing says whether letters may belong to a field, of the dialog or the page.
func (m *model) typing() bool {
	return m.help == nil && (m.dialog != nil || m.page().Typing())
}

// anywhere are the keys that no field and no dialog wants.
func (m *model) anywhere(k tea.KeyMsg) (cmd tea.Cmd, used bool) {
	switch {
	case keys.HelpTyping.Is(k):
		m.openHelp()
	case keys.Palette.Is(k) && k.Type != tea.KeyRunes && m.dialog == nil:
		m.openPalette()
	case keys.Language.Is(k):
		m.ToggleLanguage()
	case keys.Theme.Is(k):
		m.NextTheme()
	case keys.Mouse.Is(k):
		return m.toggleMouse(), true
	case keys.Retry.Is(k) && m.e.Link.Phase == link.Offline:
		m.e.API.Retry()
	default:
		return nil, false
	}
	return nil, true
}

// screenKey opens a screen by its digit or function key.
func (m *model) screenKey(k tea.KeyMsg, typing bool) (cmd tea.Cmd, used bool) {
	if !m.loggedIn() || k.Paste {
		return nil, false
	}
	for i, screen := range m.screens() {
		if keys.Screen[i].Is(k) && !(typing && k.Type == tea.KeyRunes) { // there a digit is text
			return m.Go(screen, nil), true
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
	case keys.Enter.Is(k) && m.e.Now().Sub(m.cutAt) < dialog.Grace:
	case keys.Enter.Is(k) && m.kind != page.Login:
		m.e.API.Retry()
	case keys.ReadPage.Is(k):
		m.readOn = true
	default:
		return nil, false
	}
	return nil, true
}

// quit leaves, after a question where something would be lost.
func (m *model) quit() tea.Cmd {
	draft := slices.ContainsFunc(m.pages, page.Page.Draft)
	if !draft && len(m.hidden) == 0 {
		return tea.Quit
	}
	why := i18n.Quit.Draft
	if len(m.hidden) > 0 {
		why = i18n.Quit.Work
	}
	m.Open(dialog.Quit(m.e, why))
	return nil
}

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
