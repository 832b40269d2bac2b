package widget

import (
	"io"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"etuservices/client/internal/tui/theme"
)

func plain() *theme.Theme {
	r := lipgloss.NewRenderer(io.Discard, termenv.WithProfile(termenv.Ascii))
	return theme.New(r, theme.Dark, false)
}

func TestFitIsExact(t *testing.T) {
	for _, c := range []struct {
		s    string
		w    int
		want string
	}{
		{"abc", 5, "abc  "},
		{"abcdef", 4, "abc…"},
		{"日本語", 4, "日… "},
		{"", 2, "  "},
		{"abc", 0, ""},
		{"é", 1, "é"},
		{"abc", 3, "abc"},
		{"\x1b[1mabcd\x1b[0m", 2, "\x1b[1ma…\x1b[0m"},
	} {
		if got := Fit(c.s, c.w); got != c.want {
			t.Errorf("Fit(%q, %d) = %q, want %q", c.s, c.w, got, c.want)
		}
	}
}

func TestOverlayKeepsWhatIsAround(t *testing.T) {
	base := Frame("abcdefgh\n日本語日本\nxyz", 8, 3)
	got := Overlay(base, "##\n##", 3, 0)
	want := "abc##fgh\n日 ##語日\nxyz     "
	lines := strings.Split(got, "\n")
	for i, l := range strings.Split(want, "\n") {
		if Width(lines[i]) != 8 {
			t.Errorf("line %d has %d cells: %q", i, Width(lines[i]), lines[i])
		}
		if i != 1 && lines[i] != l {
			t.Errorf("line %d is %q, want %q", i, lines[i], l)
		}
	}
	if !strings.HasPrefix(lines[1], "日 ##") {
		t.Errorf("a wide character cut in two: %q", lines[1])
	}
}

func TestGauge(t *testing.T) {
	th := plain()
	for _, c := range []struct {
		part, whole int
		want        string
	}{{0, 10, "░░░░░░░░"}, {10, 10, "████████"}, {1, 100, "█░░░░░░░"}, {5, 10, "████░░░░"}, {20, 10, "████████"}, {3, 0, "░░░░░░░░"}} {
		if got := Gauge(th, c.part, c.whole, 8); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.part, c.whole, got, c.want)
		}
	}
}

func TestStripComparesToAnEighth(t *testing.T) {
	th := plain()
	if got := Strip(th, 1, 1, 4); got != "████" {
		t.Errorf("the most is %q", got)
	}
	if got := Strip(th, 3, 8, 1); got != "▍" {
		t.Errorf("three eighths are %q", got)
	}
	if got := Strip(th, 0, 9, 4); got != "" {
		t.Errorf("nothing is %q", got)
	}
	if Strip(th, 1, 1_000_000, 4) == "" {
		t.Error("something is nothing")
	}
}

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
	in.Key(tea.KeyMsg{Type: tea.KeyCtrlU})
	if in.Value() != "" {
		t.Errorf("after ^U %q", in.Value())
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
		if v := in.View(plain(), 10, true); !strings.HasPrefix(v, "•│") {
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
		if v := in.View(plain(), 20, focused); strings.ContainsAny(v, "secrt") || !strings.Contains(v, "••••••") {
			t.Errorf("%q", v)
		}
	}
}

func TestLongInputShowsItsCursor(t *testing.T) {
	in := &Input{}
	typed(in, strings.Repeat("0123456789", 10)+"日本")
	v := in.View(plain(), 12, true)
	if Width(v) != 12 || !strings.HasSuffix(v, "日本│") && !strings.HasSuffix(v, "日本│ ") {
		t.Errorf("%q (%d cells)", v, Width(v))
	}
}

func TestTableAsksOnlyForRowsInSight(t *testing.T) {
	var tab Table
	tab.SetHeight(10)
	asked := 0
	tab.Key(tea.KeyMsg{Type: tea.KeyEnd}, 100_000)
	v := tab.View(plain(), []Column{{Title: "x"}}, 100_000, 20, true, func(i int) []string {
		asked++
		return []string{strings.Repeat("r", i%3+1)}
	})
	if asked != 10 || tab.Cur != 99_999 || !strings.Contains(v, "▸") {
		t.Errorf("%d rows asked for, cursor on %d", asked, tab.Cur)
	}
}

func TestFormEnterAndTab(t *testing.T) {
	a, b := &Input{}, &Input{}
	f := &Form{Fields: []Field{a, b}, Buttons: 2}
	enter, tab := tea.KeyMsg{Type: tea.KeyEnter}, tea.KeyMsg{Type: tea.KeyTab}
	if f.Key(enter) != Used || f.Focus != 1 {
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

func TestAskBeginsHarmless(t *testing.T) {
	var a Ask
	if a.Key(tea.KeyMsg{Type: tea.KeyEnter}) != SaidNo {
		t.Error("Enter says yes by default")
	}
	for _, k := range "oOyY" {
		if a.Key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{k}}) != SaidYes {
			t.Errorf("%c is not yes", k)
		}
	}
	a.Key(tea.KeyMsg{Type: tea.KeyLeft})
	if a.Key(tea.KeyMsg{Type: tea.KeyEnter}) != SaidYes {
		t.Error("the chosen yes is not said")
	}
}

func TestPlainKeepsWidths(t *testing.T) {
	s := "▸ ● ▲ ■ ✓ ✗ █ ░ ─ ╭ … « » · ↑ ↓ ← → € × °"
	got := theme.Plain(s)
	if Width(got) != Width(s) || strings.IndexFunc(got, func(r rune) bool { return r > 0x7f }) >= 0 {
		t.Errorf("%q", got)
	}
	if theme.Plain("été 日本") != "été 日本" {
		t.Error("text is no sign")
	}
}

// A measured zero is seen, a missing measure is not.
func TestChart(t *testing.T) {
	th := plain()
	got := strings.Join(Chart(th, []float64{Gap, 0, 1, 8, 12, 16, 99}, 16, 2), "\n")
	if want := "    ▄██\n ▁▁████"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := Chart(th, []float64{0, Gap}, 0, 1)[0]; got != "▁ " {
		t.Errorf("%q", got)
	}
}
