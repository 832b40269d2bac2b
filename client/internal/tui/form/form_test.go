package form

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/widget"
)

func typed(in *Input, s string) {
	for _, r := range s {
		in.Key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

func TestInputEdits(t *testing.T) {
	in := &Input{}
	typed(in, "héllo wörld")
	for _, k := range []tea.KeyType{tea.KeyHome, tea.KeyRight, tea.KeyDelete, tea.KeyEnd, tea.KeyBackspace} {
		in.Key(tea.KeyMsg{Type: k})
	}
	if in.Value() != "hllo wörl" {
		t.Errorf("%q", in.Value())
	}
	in.Key(tea.KeyMsg{Type: tea.KeyCtrlW})
	if in.Value() != "hllo " {
		t.Errorf("after ^W %q", in.Value())
	}
	typed(in, "un deux")
	for _, k := range []tea.KeyMsg{
		{Type: tea.KeyRunes, Runes: []rune("b"), Alt: true},
		{Type: tea.KeyRunes, Runes: []rune("x"), Alt: true},
		{Type: tea.KeyCtrlK},
	} {
		in.Key(k)
	}
	if in.Value() != "hllo un " {
		t.Errorf("after alt+b and ^K %q", in.Value())
	}
	in.Key(tea.KeyMsg{Type: tea.KeyCtrlU})
	if in.Value() != "" {
		t.Errorf("after ^U %q", in.Value())
	}
}

// TestLetterOfAChoice goes to the name that it begins, round and round.
func TestLetterOfAChoice(t *testing.T) {
	names := []string{"Livre", "DVD", "CD", "Jeu", "Matériel", "Autre", "Écran"}
	c := &Choice{N: len(names), Name: func(i int) string { return names[i] }}
	for _, step := range []struct {
		key  rune
		want string
	}{{'m', "Matériel"}, {'d', "DVD"}, {'C', "CD"}, {'e', "Écran"}, {'q', "Écran"}, {'é', "Écran"}, {'l', "Livre"}} {
		if c.Key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{step.key}}); names[c.At] != step.want {
			t.Errorf("%c: %s, want %s", step.key, names[c.At], step.want)
		}
	}
}

// TestPasteIsOneHarmlessLine: a pasted line end would be a second line of the
// protocol, a control or direction mark would drive or turn the terminal.
func TestPasteIsOneHarmlessLine(t *testing.T) {
	in := &Input{}
	in.Key(tea.KeyMsg{Type: tea.KeyRunes, Paste: true, Runes: []rune("a\nVENTE\x1b[2J\u202eb\x00\u009bc\r\nd")})
	if got := in.Value(); got != "a VENTE[2Jbc d" {
		t.Errorf("%q", got)
	}
}

// TestPastedPasswordIsTakenWholeOrNot: a password that lost something on the way
// would be another one, and cost a try.
func TestPastedPasswordIsTakenWholeOrNot(t *testing.T) {
	t.Parallel()
	for pasted, want := range map[string]string{
		"motdepasse\n": "motdepasse", "motdepasse\r\n": "motdepasse", "\nmotdepasse": "motdepasse", " mot de passe  ": " mot de passe  ",
		"mot\u200fde\u202epasse": "mot\u200fde\u202epasse", "e\u0301te\u0301": "e\u0301te\u0301",
		"alice\nmotdepasse": "", "alice\tmotdepasse": "", "mot\x03de": "", "mot\u0085de": "", "0123456789abcdefg": "",
	} {
		for _, in := range []*Input{{Secret: true, Max: 16}, {Exact: true, Max: 16}} {
			in.Key(tea.KeyMsg{Type: tea.KeyRunes, Paste: true, Runes: []rune(pasted)})
			if got := in.Value(); got != want {
				t.Errorf("%q pasted is %q, want %q", pasted, got, want)
			}
		}
	}
}

// graphemes are each one character to a reader.
var graphemes = []string{
	"a", "é", "e\u0301", "日", "น\u0e33", "क\u093f", "क्ष", "👋🏽", "👨‍👩‍👧‍👦", "🇫🇷", "❤\ufe0f", "각", "각",
}

func TestKeysGoByWhatAReaderSees(t *testing.T) {
	t.Parallel()
	press := func(in *Input, keys ...tea.KeyType) {
		for _, k := range keys {
			in.Key(tea.KeyMsg{Type: k})
		}
	}
	for _, g := range graphemes {
		in := &Input{}
		typed(in, "x"+g+"y")
		press(in, tea.KeyLeft, tea.KeyBackspace)
		if got := in.Value(); got != "xy" {
			t.Errorf("%q: backspace leaves %+q", g, got)
		}
		in.Set("x" + g + "y")
		press(in, tea.KeyHome, tea.KeyRight, tea.KeyDelete)
		if got := in.Value(); got != "xy" {
			t.Errorf("%q: delete leaves %+q", g, got)
		}
		in.Set("x" + g + "y")
		press(in, tea.KeyLeft, tea.KeyLeft)
		typed(in, "|")
		press(in, tea.KeyRight)
		typed(in, "|")
		if got := in.Value(); got != "x|"+g+"|y" {
			t.Errorf("%q: the arrows go to %+q", g, got)
		}
		in = &Input{Secret: true}
		typed(in, g)
		if v := in.View(10, true); !strings.HasPrefix(v, "•"+cells.Caret) {
			t.Errorf("%q as a secret is %q", g, v)
		}
		press(in, tea.KeyHome, tea.KeyBackspace, tea.KeyDelete, tea.KeyDelete, tea.KeyRight, tea.KeyLeft)
		if in.Len() != 0 {
			t.Errorf("%q: %q is left", g, in.Value())
		}
	}
}

func TestInputBoundsCodePoints(t *testing.T) {
	in := &Input{Max: 3}
	typed(in, "éàüx")
	if in.Value() != "éàü" {
		t.Errorf("%q", in.Value())
	}
}

func TestSecretIsNotDrawn(t *testing.T) {
	in := &Input{Secret: true}
	typed(in, "secret")
	for _, focused := range []bool{true, false} {
		if v := in.View(20, focused); strings.ContainsAny(v, "secrt") || !strings.Contains(v, "••••••") {
			t.Errorf("%q", v)
		}
	}
}

func TestLongInputShowsItsCursor(t *testing.T) {
	in := &Input{}
	typed(in, strings.Repeat("0123456789", 10)+"日本")
	v := in.View(12, true)
	if widget.Width(v) != 12 || !strings.HasSuffix(v, "日本"+cells.Caret+" ") && !strings.HasSuffix(v, "日本"+cells.Caret+"  ") {
		t.Errorf("%q (%d cells)", v, widget.Width(v))
	}
}

func TestFormEnterAndTab(t *testing.T) {
	f := New(2, &Entry{}, &Entry{})
	enter, tab := tea.KeyMsg{Type: tea.KeyEnter}, tea.KeyMsg{Type: tea.KeyTab}
	if f.Key(enter) != NoButton || f.Focus != 1 {
		t.Fatal("Enter does not go to the next field")
	}
	if f.Key(enter) != 0 {
		t.Fatal("Enter in the last field does not send")
	}
	f.Key(tab)
	f.Key(tab)
	if f.Key(enter) != 1 || f.Typing() {
		t.Fatal("the second button is not reached")
	}
	if f.Key(tab); f.Focus != 0 {
		t.Fatal("tab does not go round")
	}
	if f.Key(tea.KeyMsg{Type: tea.KeyShiftTab}); f.Focus != 3 {
		t.Fatal("shift+tab does not go round")
	}
}

func TestChecks(t *testing.T) {
	for s, bad := range map[string]bool{"a": true, "ab": false, "Amelie.d": false, "é": true, "-ab": true, "a b": true, "amélie": true} {
		if _, got := CheckLogin(s); got != bad {
			t.Errorf("login %q: bad %v", s, got)
		}
	}
	for s, bad := range map[string]bool{"a@b.c": false, "a@b": true, "@b.c": true, "a b@c.d": true, "": true, "a\u200bb@c.d": true, "e\u0301@c.fr": false} {
		if _, got := CheckEmail(s); got != bad {
			t.Errorf("e-mail %q: bad %v", s, got)
		}
	}
	for s, bad := range map[string]bool{
		"Titre": false, "\u2764\ufe0f": false, "": true, " \u00a0": true, "\u3164": true, "\u200d": true, "a\u200bb": true,
		"a" + strings.Repeat("\u0301", 31): true,
	} {
		if _, got := CheckText(s); got != bad {
			t.Errorf("text %+q: bad %v", s, got)
		}
	}
	if _, bad := CheckLegible(""); bad {
		t.Error("an empty description is refused")
	}
	for s, want := range map[string]int64{"4": 400, "4,5": 450, "4.50 €": 450, "0": 0, "9999,99": 999999, " 12,00€": 1200, "1 200": 120000} {
		if got, err := ParsePrice(s); err != nil || got != want {
			t.Errorf("price %q: %d, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "€", "-1", "1,234", "10000", "a"} {
		if _, err := ParsePrice(s); err == nil {
			t.Errorf("price %q is taken", s)
		}
	}
	if _, bad := CheckPassword("éééééééé"); bad {
		t.Error("eight characters are too short")
	}
}
