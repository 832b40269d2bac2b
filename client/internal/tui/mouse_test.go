package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

// click presses the left button on the first cell of a text in sight.
func (s *driver) click(text string) {
	s.t.Helper()
	for y, line := range strings.Split(widget.WithoutZones(s.m.shown), "\n") {
		if before, _, found := strings.Cut(line, text); found {
			s.send(tea.MouseMsg{X: widget.Width(before), Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
			s.m.View()
			return
		}
	}
	s.t.Fatalf("no %q to click on in\n%s", text, s.view())
}

// TestClicks: tabs, rows, fields, buttons and hints do what they say.
func TestClicks(t *testing.T) {
	s := student(t, 120, 40)
	s.m.View()
	s.click("un mot du titre") // the search, within its frame
	s.see("▸2 Catalogue", "▸ Chercher")
	s.press("esc")
	s.click("1 Accueil")
	s.click("L'Étranger")
	s.see("▌ Livre     L'Étranger")
	s.click("L'Étranger") // the second click opens
	if s.m.kind != page.Article {
		t.Fatalf("not the article:\n%s", s.view())
	}
	s.click("3 Vendre")
	s.see("▸3 Vendre", "▸ Type")
	s.click("Prix")
	s.typed("4,50")
	s.click("Titre")
	s.typed("Zadig")
	s.see("▸ Titre", "4,50 €")
	s.click("2 Catalogue") // out of a field, too
	s.see("▸2 Catalogue")
	s.click("acheter")
	s.see("Confirmer l'achat")
	s.click("[ Acheter ]")
	if s.fake.Called("Buy") != 1 {
		t.Errorf("the button did not buy:\n%s", s.view())
	}
}

// TestPalette: every command by its name, in the words of the hints.
func TestPalette(t *testing.T) {
	s := student(t, 80, 24)
	s.press(":")
	s.typed("classem")
	s.see("Commandes", "▌ Classements")
	s.press("enter")
	s.see("▸5 Classements")
	s.press(":")
	s.typed("zzz")
	s.see("Aucune commande")
	s.press("enter", "esc")
	s.see("▸5 Classements")
	s.miss("Commandes")
	s.press("3") // in a form a letter is text: the palette has no letters there
	s.send(tea.KeyMsg{Type: tea.KeyCtrlP})
	s.see("Commandes")
	s.typed("quitter")
	s.press("enter")
	if s.quit {
		t.Error("left from a form by a letter")
	}
}
