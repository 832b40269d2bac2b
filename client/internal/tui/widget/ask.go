package widget

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/keys"
)

// Ask is the choice at the foot of a dialog. It begins on the harmless answer.
type Ask struct {
	OnYes bool // the cursor stands on yes
}

// Answer is what a key said to a question.
type Answer uint8

// What a key can say.
const (
	Unsaid Answer = iota
	Moved
	SaidYes
	SaidNo
)

// Key answers or moves between the answers.
func (a *Ask) Key(k tea.KeyMsg) Answer {
	switch {
	case key.Matches(k, keys.Yes):
		return SaidYes
	case key.Matches(k, keys.No):
		return SaidNo
	case k.Type == tea.KeyEnter && a.OnYes:
		return SaidYes
	case k.Type == tea.KeyEnter:
		return SaidNo
	case key.Matches(k, keys.Left), key.Matches(k, keys.Right),
		key.Matches(k, keys.Next), key.Matches(k, keys.Prev):
		a.OnYes = !a.OnYes
		return Moved
	}
	return Unsaid
}

// Focus is the button under the cursor: yes is 0, no is 1.
func (a *Ask) Focus() int {
	if a.OnYes {
		return 0
	}
	return 1
}
