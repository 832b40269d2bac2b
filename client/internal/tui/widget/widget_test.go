package widget

import (
	"io"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"etuservices/client/internal/tui/theme"
)

func plain() *theme.Theme {
	r := lipgloss.NewRenderer(io.Discard, termenv.WithProfile(termenv.TrueColor))
	th := theme.New(r, theme.Dark, false)
	r.SetColorProfile(termenv.Ascii)
	return th
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

func TestTableAsksOnlyForRowsInSight(t *testing.T) {
	tab := Table{Height: 10}
	asked := 0
	tab.Key(tea.KeyMsg{Type: tea.KeyEnd}, 100_000)
	v := tab.View(plain(), []Column{{Title: "x"}}, 100_000, 20, true, func(i int) []string {
		asked++
		return []string{strings.Repeat("r", i%3+1)}
	})
	if asked != 10 || tab.Cur != 99_999 || !strings.Contains(v, "▌") {
		t.Errorf("%d rows asked for, cursor on %d", asked, tab.Cur)
	}
}

func TestPlainKeepsWidths(t *testing.T) {
	s := "▸ ▌ ○ ┃ ━ ● ▲ ■ ✓ ✗ █ ░ ─ ╭ … « » · ↑ ↓ ← → € × °"
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
	got := strings.Join(Chart(th.Bar, []float64{Gap, 0, 1, 8, 12, 16, 99}, 16, 2), "\n")
	if want := "    ▄██\n ▁▁████"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := Chart(th.Bar, []float64{0, Gap}, 0, 1)[0]; got != "▁ " {
		t.Errorf("%q", got)
	}
}

// TestPanelWithAnEmptyFoot has an unbroken bottom line, also where the foot is a colour
// around no text.
func TestPanelWithAnEmptyFoot(t *testing.T) {
	bottom := func(foot string) string {
		lines := strings.Split(ansi.Strip(Panel{Title: "Type", Foot: foot}.View(plain(), "x", 20, 3)), "\n")
		return lines[len(lines)-1]
	}
	if got, want := bottom("\x1b[2m\x1b[0m"), bottom(""); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestPanelFillsItsCells: whatever its size, its texts and its state.
func TestPanelFillsItsCells(t *testing.T) {
	th := plain()
	for w := range 40 {
		for h := range 8 {
			p := Panel{Title: "Catalogue", Right: "12 sur 352", Foot: "en direct", Focused: w%2 == 0, Top: 3, Shown: h, Total: 100}
			lines := strings.Split(p.View(th, "une ligne assez longue\ndeux", w, h), "\n")
			if len(lines) != max(1, h) {
				t.Errorf("%dx%d: %d lines", w, h, len(lines))
			}
			for _, l := range lines[:h] {
				if Width(l) != w {
					t.Errorf("%dx%d: %q has %d cells", w, h, l, Width(l))
				}
			}
		}
	}
	want := "╭─ ▸ Titre ──── 2 ─╮\n│ abc              │\n╰─────────── 1/2 ──╯"
	want = strings.Replace(want, " ──╯", " ─╯", 1)
	want = strings.Replace(want, "╰───────────", "╰────────────", 1)
	if got := (Panel{Title: "Titre", Right: "2", Foot: "1/2", Focused: true}).View(th, "abc", 20, 3); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestScrollBar(t *testing.T) {
	for _, c := range []struct{ top, from, to int }{{0, 0, 1}, {45, 4, 5}, {90, 9, 10}} {
		if from, to := (Panel{Top: c.top, Shown: 20, Total: 110}).thumb(10); from != c.from || to != c.to {
			t.Errorf("at %d: %d to %d", c.top, from, to)
		}
	}
	if from, to := (Panel{Shown: 20, Total: 20}).thumb(10); from != to {
		t.Error("a scroll bar where all is in sight")
	}
}

// TestPips: one for each of what the server allows, however many that is.
func TestPips(t *testing.T) {
	th := plain()
	for _, c := range []struct {
		left, most, w int
		want          string
	}{
		{3, 5, 5, "●●●○○"},
		{3, 5, 9, "● ● ● ○ ○"},
		{1, 3, 9, "●  ○  ○"},
		{3, 3, 9, "●  ●  ●"},
		{0, 2, 2, "○○"},
		{9, 2, 2, "●●"},
		{10, 20, 10, "█████░░░░░"},
		{0, 0, 4, "░░░░"},
	} {
		if got := Pips(th, c.left, c.most, c.w); got != c.want {
			t.Errorf("%d of %d in %d: %q, want %q", c.left, c.most, c.w, got, c.want)
		}
	}
}

func TestShareAddsUp(t *testing.T) {
	for total := range 100 {
		sum := 2
		for _, n := range Share(total, 1, 3, 2, 5) {
			sum += n
		}
		if sum != max(2, total) {
			t.Errorf("%d shared are %d", total, sum)
		}
	}
}
