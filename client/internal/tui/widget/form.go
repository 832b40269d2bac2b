package widget

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/theme"
)

// Field is something that takes keys in a form.
type Field interface {
	Key(tea.KeyMsg) (used bool)
	Typing() bool
}

// Form is fields, then buttons. The first button is what the form is for.
type Form struct {
	Fields  []Field
	Buttons int
	Focus   int // field, or len(Fields)+button
}

// Act is what a key made of a form.
type Act int

// Act is one of these, or the button that was pressed (0, 1 …).
const (
	Ignored Act = -2
	Used    Act = -1
)

// Key moves the focus, edits, or presses a button. Enter goes to the next
// field and, from the last one, presses the first button.
func (f *Form) Key(k tea.KeyMsg) Act {
	n := len(f.Fields)
	switch {
	case key.Matches(k, keys.Send):
		return 0
	case k.Type == tea.KeyEnter && f.Focus >= n:
		return Act(f.Focus - n)
	case k.Type == tea.KeyEnter && f.Focus == n-1:
		return 0
	case key.Matches(k, keys.Next), k.Type == tea.KeyEnter:
		f.Focus = (f.Focus + 1) % (n + f.Buttons)
		return Used
	case key.Matches(k, keys.Prev):
		f.Focus = (f.Focus + n + f.Buttons - 1) % (n + f.Buttons)
		return Used
	case f.Focus < n:
		if f.Fields[f.Focus].Key(k) {
			return Used
		}
		return Ignored
	case key.Matches(k, keys.Left) && f.Focus > n:
		f.Focus--
		return Used
	case key.Matches(k, keys.Right) && f.Focus < n+f.Buttons-1:
		f.Focus++
		return Used
	}
	return Ignored
}

// Typing says whether letters belong to the field in focus.
func (f *Form) Typing() bool {
	return f.Focus < len(f.Fields) && f.Fields[f.Focus].Typing()
}

// ButtonRow draws the buttons; the one in focus has the cursor's sign.
func (f *Form) ButtonRow(th *theme.Theme, names ...string) string {
	return Buttons(th, f.Focus-len(f.Fields), names...)
}

// Buttons draws buttons, the one at focus (negative: none) with the cursor.
func Buttons(th *theme.Theme, focus int, names ...string) string {
	parts := make([]string, len(names))
	for i, name := range names {
		name = "[ " + name + " ]"
		if i == focus {
			parts[i] = th.Title.Render(theme.Cursor) + th.Selected.Render(name)
			continue
		}
		parts[i] = " " + name
	}
	return strings.Join(parts, "  ")
}

// Label draws a field's line: the cursor's sign when in focus, its label, then
// what it holds. labels is the width of the column of labels, in cells.
func Label(th *theme.Theme, label string, labels int, focused bool, field string) string {
	mark := "  "
	label = Fit(label, labels)
	if focused {
		mark = th.Title.Render(theme.Cursor) + " "
		label = th.Strong.Render(label)
	}
	return mark + label + "  " + field
}
