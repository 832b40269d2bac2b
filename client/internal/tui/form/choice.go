package form

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// Choice is one of N, changed with the arrows, the blank, or the first letter of
// a name.
type Choice struct {
	N, At int
	Name  func(i int) string
}

// Key moves the choice; used is false where the key is none of its own.
func (c *Choice) Key(k tea.KeyMsg) (used bool) {
	switch {
	case keys.Left.Is(k):
		c.At = (c.At + c.N - 1) % c.N
	case keys.Right.Is(k), k.Type == tea.KeySpace:
		c.At = (c.At + 1) % c.N
	case k.Type == tea.KeyRunes && !k.Alt:
		c.letter(i18n.Fold(string(k.Runes)))
	default:
		return false
	}
	return true
}

// letter goes to the next name that begins so. A letter that begins none is
// used up too: in a form no letter is a command.
func (c *Choice) letter(begins string) {
	for i := 1; i <= c.N; i++ {
		if at := (c.At + i) % c.N; begins != "" && strings.HasPrefix(i18n.Fold(c.Name(at)), begins) {
			c.At = at
			return
		}
	}
}

// View draws the choice in w cells: all names where they fit, else the one
// chosen between arrows.
func (c *Choice) View(th *theme.Theme, w int, focused bool) string {
	parts := make([]string, c.N)
	for i := range parts {
		name := c.Name(i)
		if i == c.At {
			parts[i] = theme.Radio + " " + name
			if focused {
				parts[i] = cells.Caret + th.Title.Render(parts[i])
			}
			continue
		}
		parts[i] = th.Faint.Render(theme.NoRadio + " " + name)
	}
	s := strings.Join(parts, "  ")
	if widget.Width(s) > w {
		s = "← " + c.Name(c.At) + " →"
		if focused {
			s = cells.Caret + s
		}
	}
	return widget.Fit(s, w)
}
