package tui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/config"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

func TestLetterInAFieldIsNoCommand(t *testing.T) {
	s := student(t, 80, 24)
	s.press("3", "tab")
	s.typed("q?123456é-mxr/oynk")
	if s.quit || s.m.kind != page.Sell || s.m.help != nil {
		t.Fatalf("a letter was a command:\n%s", s.view())
	}
	s.see("q?123456é-mxr/oynk")
	s.press("f3", "/")
	s.typed("q1")
	if s.quit || s.m.kind != page.Catalog {
		t.Fatal("q or 1 left the search")
	}
	s.see("q1│")
}

// TestLetterOnAChoiceIsNoCommand: m is Matériel, q is nothing.
func TestLetterOnAChoiceIsNoCommand(t *testing.T) {
	s := student(t, 80, 24)
	s.press("3")
	s.typed("q4?m")
	s.see("(•) Matériel")
	if s.quit || s.m.kind != page.Sell || s.m.help != nil {
		t.Fatalf("a letter was a command:\n%s", s.view())
	}
}

// TestAltLetterStaysInItsField, and edits as in a shell.
func TestAltLetterStaysInItsField(t *testing.T) {
	s := student(t, 80, 24)
	s.press("3", "tab")
	s.typed("un deux")
	for _, r := range "xbq" {
		s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: true})
	}
	s.typed("!")
	if s.quit || s.m.kind != page.Sell {
		t.Fatalf("left:\n%s", s.view())
	}
	s.see("un !")
}

// TestWrongPasswordIsEmptied: Enter once more sends nothing.
func TestWrongPasswordIsEmptied(t *testing.T) {
	f := newFake(start)
	f.Errs["Login"] = refused(protocol.ECHEC, "reste", "2")
	s := open(t, f, 80, 24)
	s.typed("amelie")
	s.press("tab")
	s.typed("motdepasse")
	s.press("enter")
	s.see("Identifiant ou mot de passe incorrect")
	s.miss("••••••••", "À remplir", "8 caractères", "essai")
	delete(f.Errs, "Login")
	s.press("enter")
	s.see("À remplir")
}

// TestLookIsRemembered: ^T and ^L are in the configuration file.
func TestLookIsRemembered(t *testing.T) {
	s := student(t, 80, 24)
	s.m.opt.Settings = config.File{Dir: t.TempDir()}
	s.press("ctrl+t", "ctrl+l")
	text, err := os.ReadFile(filepath.Join(s.m.opt.Settings.Dir, "config.toml"))
	if err != nil || string(text) != "theme = \"clair\"\nlang = \"en\"\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestScreenKeysOfAFrenchKeyboard(t *testing.T) {
	s := student(t, 80, 24)
	for key, kind := range map[string]page.Kind{
		"&": page.Home, "é": page.Catalog, "\"": page.Sell, "'": page.Mine, "(": page.Boards, "-": page.Account,
	} {
		s.press("f3") // out of the form, where a character is text
		if s.press(key); s.m.kind != kind {
			t.Errorf("%s opened %d, want %d", key, s.m.kind, kind)
		}
	}
}

func TestDraftOutlivesEverything(t *testing.T) {
	s := student(t, 80, 24)
	s.press("3", "tab")
	s.typed("Mon brouillon")
	intact := func(when string) {
		t.Helper()
		if v := s.view(); !strings.Contains(v, "Mon brouillon") {
			t.Fatalf("%s lost the draft:\n%s", when, v)
		}
	}
	s.send(gone(s))
	s.typed("!") // typed while the box comes up
	intact("a cut")
	s.see("Mon brouillon!")
	s.send(state{Phase: link.Online, Generation: 2})
	intact("a new connection")
	s.send(events{api.Announced{Text: "bonjour"}})
	intact("an event")
	s.press("f3", "3")
	intact("a visit elsewhere")
	s.press("ctrl+l")
	intact("another language")
	s.press("ctrl+l")
	s.send(tea.WindowSizeMsg{Width: 30, Height: 8})
	s.typed("ignored")
	s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	intact("a small window")
	s.send(events{api.SessionEnded{}})
	s.see("Votre session est terminée")
	s.typed("x") // the login is filled in: this is the password
	s.press("enter")
	intact("an ended session")
}

// TestNewsCoverNoField: where something is typed, what happens stands in the
// status line, without a key that would be text.
func TestNewsCoverNoField(t *testing.T) {
	s := open(t, newsServer(), 80, 24)
	s.press("3", "tab")
	form := func() []string { return strings.Split(s.view(), "\n")[2:22] }
	before := form()
	s.advance(5 * time.Second) // what was said at the login is over
	s.send(events{api.ArticleSold{Title: "Catan", Buyer: "bob", Contact: "bob@etu.example"}})
	s.see("✓ bob a acheté « Catan »")
	if !slices.Equal(form(), before) {
		t.Errorf("the form is covered:\n%s", s.view())
	}
	s.advance(time.Minute)
	s.see("2 nouveaux messages")
	s.miss("m ouvrir")
	s.press("f3")
	s.see("m ouvrir")
	s.send(events{api.SessionEnded{}})
	s.miss("m ouvrir", "nouveaux")
}

// TestOldSentencesEndWithTheirLanguage.
func TestOldSentencesEndWithTheirLanguage(t *testing.T) {
	s := student(t, 80, 24)
	s.send(events{api.Announced{Text: "fermeture"}})
	s.see("Session reprise", "Annonce")
	s.press("ctrl+l")
	s.miss("Session reprise", "Annonce")
}

func TestSlowAnswersOnlyAfterAMoment(t *testing.T) {
	s := student(t, 80, 24)
	s.fake.Silent["Articles"] = true
	s.press("2")
	s.miss("Chargement")
	s.advance(page.SlowAfter)
	s.see("Chargement…")
	s.release()
	s.miss("Chargement")
}

func TestQuitAsksOnlyForADraft(t *testing.T) {
	s := student(t, 80, 24)
	s.press("q")
	if !s.quit {
		t.Error("q asks although nothing would be lost")
	}
	s = student(t, 80, 24)
	s.press("3", "tab")
	s.typed("x")
	s.press("esc", "q")
	if s.quit {
		t.Error("q lost a draft")
	}
	s.press("ctrl+c")
	if !s.quit {
		t.Error("ctrl+c does not leave")
	}
}

func TestEscapeAndAKeyInOneRead(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2", "enter")
	s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'5'}, Alt: true})
	if s.m.kind != page.Boards {
		t.Errorf("esc then 5 shows %d", s.m.kind)
	}
}

// A price that is none is said, and stays to be corrected.
func TestHighestPriceIsChecked(t *testing.T) {
	t.Parallel()
	s := student(t, 120, 40)
	s.press("2", "p")
	s.typed("12.345")
	s.press("enter")
	s.see("12.345", "9999,99")
	s.press("backspace", "enter")
	s.see("12,34 €")
}

// Who leaves a question after having filled in something is told that nothing was done.
func TestQuestionLeft(t *testing.T) {
	t.Parallel()
	s := professor(t, 120, 40)
	s.press("7", "tab", "tab", "b")
	s.typed("Spam")
	s.press("esc")
	s.see("Rien n'a été fait.")
}

// What does not fit into a field is said, also behind the question.
func TestTooLongIsSaid(t *testing.T) {
	t.Parallel()
	s := professor(t, 60, 20)
	s.press("7", "a")
	s.see("0 / 300")
	s.send(tea.KeyMsg{Type: tea.KeyRunes, Paste: true, Runes: []rune(strings.Repeat("très ", 66) + "FIN")})
	s.advance(time.Second)
	s.press("enter")
	s.see("300 / 300", "Trop long : au plus 300 caractères.", "[ Annoncer ]", "Annuler")
	s.press("up", "backspace", "enter")
	s.see("299 / 300")
	s.miss("Trop long")
}

// A message is read to its end on every screen.
func TestLongMessageIsWhole(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("très long ", 29) + "mot FIN", strings.Repeat("長", 297) + "FIN"} {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {200, 60}} {
			f := newsServer()
			f.Inbox[1].Text = text
			s := open(t, f, size[0], size[1])
			s.press("m", "down")
			s.see("FIN")
			s.press("up")
			s.see("leo@etu.example", "Annonce : ")
		}
	}
}
