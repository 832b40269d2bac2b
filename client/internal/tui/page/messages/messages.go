// Package messages is the list of what happened, newest first.
package messages

import (
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// Page is the list.
type Page struct {
	page.Base
	e     *page.Env
	table widget.Table
}

// New makes the screen.
func New(e *page.Env) *Page { return &Page{e: e} }

// Show counts all as read.
func (p *Page) Show(any) tea.Cmd {
	p.e.Inbox.Unread = 0
	p.table.Cur = 0
	return nil
}

// Update takes keys and facts.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	k, ok := m.(tea.KeyMsg)
	if !ok {
		return nil
	}
	notes := p.e.Inbox.Notes
	switch {
	case keys.Back.Is(k):
		return p.e.Back()
	case keys.Copy.Is(k) && p.table.Cur < len(notes):
		n := notes[p.table.Cur]
		text := n.Copy
		if text == "" {
			text = n.Text(p.e)
		}
		p.e.Copy(text)
		return nil
	}
	p.table.Key(k, len(notes))
	return nil
}

// footLines is the room under the list for the whole text of one note.
const footLines = 4

// SetSize sets the size of the page and of its table.
func (p *Page) SetSize(w, h int) {
	p.Base.SetSize(w, h)
	p.table.SetHeight(h - footLines - 2)
}

// View draws the page.
func (p *Page) View() string {
	e, th, notes := p.e, p.e.Theme, p.e.Inbox.Notes
	var l widget.Lines
	if len(notes) == 0 {
		l.Add("", "  "+e.S(i18n.MessagesNone), "")
		for _, s := range widget.Wrap(e.S(i18n.MessagesWhat), p.W-4) {
			l.Add("  " + th.Faint.Render(s))
		}
		return l.String()
	}
	cols := []widget.Column{{Width: 5, Style: &th.Faint}, {Width: 1}, {}}
	l.Add(p.table.View(th, cols, len(notes), p.W, true, func(i int) []string {
		n := notes[i]
		return []string{e.T.Clock(n.At), sign(n.Mood), n.Text(e)}
	}))
	n := notes[min(p.table.Cur, len(notes)-1)]
	text := widget.Wrap(n.Text(e), p.W-4)
	foot := make([]string, 0, footLines)
	for _, s := range text[:min(len(text), footLines-1)] {
		foot = append(foot, "  "+s)
	}
	if n.Copy != "" && len(foot) < footLines {
		foot = append(foot, "  "+e.Hint(keys.Copy)+" "+th.Strong.Render(n.Copy))
	}
	return l.Foot(p.H, foot...)
}

func sign(m page.Mood) string {
	switch m {
	case page.Good:
		return theme.Check
	case page.Bad:
		return theme.Cross
	}
	return theme.Dot
}

// Title is the name of the page.
func (p *Page) Title() string { return p.e.S(i18n.MessagesTitle) }

// Keys are those that matter here.
func (p *Page) Keys() []keys.Key {
	e := p.e
	return []keys.Key{
		keys.Arrows, keys.Copy, keys.Back,
		keys.Screens(e.IsAdmin()), keys.Help,
	}
}
