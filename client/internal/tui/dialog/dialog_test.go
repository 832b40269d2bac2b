package dialog

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestAnswersBeginHarmless(t *testing.T) {
	var a answers
	enter := tea.KeyMsg{Type: tea.KeyEnter}
	if a.answer(enter) != no {
		t.Error("Enter says yes by default")
	}
	for _, k := range "oOyY" {
		if a.answer(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{k}}) != yes {
			t.Errorf("%c is not yes", k)
		}
	}
	if a.answer(tea.KeyMsg{Type: tea.KeyLeft}); a.answer(enter) != yes {
		t.Error("the chosen yes is not said")
	}
}
