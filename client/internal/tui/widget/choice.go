package widget

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/theme"
)

// Choice is one of N, changed with the arrows or the blank.
type Choice struct {
	N, At int
}

// Typing is false: letters are commands here.
func (*Choice) Typing() bool { return false }

// Key moves the choice; used is false where the key is none of its own.
func (c *Choice) Key(k tea.KeyMsg) (used bool) {
	switch {
	case key.Matches(k, keys.Left):
		c.At = (c.At + c.N - 1) % c.N
	case key.Matches(k, keys.Right), k.Type == tea.KeySpace:
		c.At = (c.At + 1) % c.N
	default:
		return false
	}
	return true
}

// View draws the choice in w cells: all names where they fit, else the one
// chosen between arrows.
func (c *Choice) View(th *theme.Theme, names []string, w int, focused bool) string {
	parts := make([]string, len(names))
	for i, name := range names {
		if i == c.At {
			parts[i] = theme.Radio + " " + name
			if focused {
				parts[i] = th.Title.Render(parts[i])
			}
			continue
		}
		parts[i] = th.Faint.Render(theme.NoRadio + " " + name)
	}
	s := strings.Join(parts, "  ")
	if Width(s) > w && c.At < len(names) {
		s = "← " + names[c.At] + " →"
	}
	return Fit(s, w)
}
