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

// key gives a key to whoever it belongs to: the way out, the language and the theme first,
// then the help, what works everywhere, the dialog, a lost connection, the page. While
// typing, letters belong to the field.
func (m *model) key(k tea.KeyMsg) {
	if k.Alt && !m.typing() { // Esc and a key in one read: on the wire they are the same
		k.Alt = false
		m.key(tea.KeyMsg{Type: tea.KeyEsc})
		m.settle()
	}
	typing := m.page().Typing()
	letter := !typing && !k.Paste
	switch {
	case keys.Quit.Is(k):
		m.e.Run(tea.Quit)
	case m.small():
		if keys.QuitLetter.Is(k) && !typing {
			m.quit()
		}
	case keys.Language.Is(k):
		m.ToggleLanguage()
	case keys.Theme.Is(k):
		m.NextTheme()
	case m.help != nil:
		if !m.help.Key(k, len(m.helpLines())-m.help.Height+1) {
			m.help = nil
		}
	case m.anywhere(k):
	case m.dialog != nil:
		m.dialog.Key(k)
	case m.cutKey(k), m.screenKey(k, typing):
	case letter && keys.Help.Is(k):
		m.help = &widget.Table{}
	case letter && keys.Palette.Is(k):
		m.openPalette()
	case letter && keys.QuitLetter.Is(k):
		m.quit()
	case letter && keys.Messages.Is(k) && m.loggedIn() && m.kind != page.Messages:
		m.Push(page.Messages, nil)
	default:
		m.page().Update(k)
	}
}

// typing says whether letters may belong to a field, of the dialog or the page.
func (m *model) typing() bool {
	return m.help == nil && (m.dialog != nil || m.page().Typing())
}

// anywhere are the keys that no field and no dialog wants.
func (m *model) anywhere(k tea.KeyMsg) (used bool) {
	switch {
	case keys.HelpTyping.Is(k):
		m.help = &widget.Table{}
	case keys.Palette.Is(k) && k.Type != tea.KeyRunes && m.dialog == nil:
		m.openPalette()
	case keys.Mouse.Is(k):
		m.toggleMouse()
	case keys.Retry.Is(k) && m.e.Link.Phase == link.Offline:
		m.e.API.Retry()
	default:
		return false
	}
	return true
}

// screenKey opens a screen by its digit or function key.
func (m *model) screenKey(k tea.KeyMsg, typing bool) (used bool) {
	if !m.loggedIn() || k.Paste || typing && k.Type == tea.KeyRunes { // there a digit is text
		return false
	}
	return m.openScreen(func(key keys.Key) bool { return key.Is(k) })
}

// openScreen opens the screen whose key is the one wanted.
func (m *model) openScreen(wanted func(keys.Key) bool) (found bool) {
	screens := m.screens()
	i := slices.IndexFunc(keys.Screen[:len(screens)], wanted)
	if i >= 0 {
		m.Go(screens[i], nil)
	}
	return i >= 0
}

// cutKey is for the box of the lost connection. It takes nothing from a field:
// what is typed while it is up must not be lost.
func (m *model) cutKey(k tea.KeyMsg) (used bool) {
	switch {
	case !m.cutShown(), m.page().Typing():
		return false
	case keys.Enter.Is(k) && m.e.Now().Sub(m.cutAt) < dialog.Grace:
	case keys.Enter.Is(k) && m.kind != page.Login:
		m.e.API.Retry()
	case keys.ReadPage.Is(k):
		m.readOn = true
	default:
		return false
	}
	return true
}

// quit leaves, after a question where something would be lost.
func (m *model) quit() {
	draft := slices.ContainsFunc(m.pages, func(p page.Page) bool {
		_, kept := p.(keeper)
		return p.Draft() && !(kept && m.opt.Drafts.Dir != "")
	})
	switch {
	case len(m.hidden) > 0:
		m.Open(dialog.Quit(m.e, i18n.Quit.Work))
	case draft:
		m.Open(dialog.Quit(m.e, i18n.Quit.Draft))
	default:
		m.e.Run(tea.Quit)
	}
}

func (m *model) toggleMouse() {
	m.mouse = !m.mouse
	say := i18n.Mouse.Off
	if m.mouse {
		say = i18n.Mouse.On
	}
	m.Say(page.Info, m.e.S(say))
	m.e.Run(m.terminal.Mouse(m.mouse))
}

// clicked turns the wheel into arrows, and a click into a key, or a row or field of the page.
func (m *model) clicked(msg tea.MouseMsg) {
	if msg.Action != tea.MouseActionPress {
		return
	}
	switch msg.Button {
	case tea.MouseButtonWheelUp:
		m.key(keys.Up.Press())
	case tea.MouseButtonWheelDown:
		m.key(keys.Down.Press())
	case tea.MouseButtonLeft:
		code, row, ok := widget.ZoneAt(m.shown, msg.X, msg.Y)
		switch {
		case !ok || m.small():
		case code != "":
			m.keyZone(code)
		case m.dialog != nil:
			m.dialog.Click(row)
		default:
			m.page().Update(page.Click(row))
		}
	}
}

// keyZone does what a key does. A tab leads away also where its digit would be text.
func (m *model) keyZone(code string) {
	away := m.dialog == nil && m.help == nil && m.loggedIn()
	if !away || !m.openScreen(func(k keys.Key) bool { return k.Code() == code }) {
		m.key(keys.Pressed(code))
	}
}
