package dialog

import (
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/page"
)

func TestAnswersBeginHarmless(t *testing.T) {
	a := newAnswers(&page.Env{Now: time.Now})
	wants := func(k tea.KeyMsg, want string) {
		t.Helper()
		got := ""
		a.answer(k, func() { got = "yes" }, func() { got = "no" })
		if got != want {
			t.Errorf("%s answers %q, want %q", k, got, want)
		}
	}
	enter := tea.KeyMsg{Type: tea.KeyEnter}
	wants(enter, "no")
	wants(tea.KeyMsg{Type: tea.KeyCtrlS}, "")
	for _, k := range "oOyY" {
		wants(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{k}}, "yes")
	}
	wants(tea.KeyMsg{Type: tea.KeyLeft}, "")
	wants(tea.KeyMsg{Type: tea.KeyCtrlS}, "")
	wants(enter, "yes")
}
