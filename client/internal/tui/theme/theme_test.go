package theme

import (
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"etuservices/protocol"
)

// rgb is the colour that terminals give a number above 15 of the 256.
func rgb(n int) uint32 {
	if n >= 232 {
		v := uint32(8 + 10*(n-232))
		return v<<16 | v<<8 | v
	}
	level := func(v int) uint32 { return [...]uint32{0, 95, 135, 175, 215, 255}[v] }
	n -= 16
	return level(n/36)<<16 | level(n/6%6)<<8 | level(n%6)
}

func light(c uint32) float64 {
	return luminance(colour{rgb: c}.values())
}

func contrastOf(a, b uint32) float64 {
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestContrast: every text can be read on the grounds that its theme is for, in
// 16 million colours and in 256.
func TestContrast(t *testing.T) {
	const enough = 4.5
	for name, grounds := range map[Name][]uint32{Dark: {0x000000, 0x002b36}, Light: {0xffffff, 0xfdf6e3}} {
		p := palettes[name]
		texts := map[string]colour{
			"title": p.title, "price": p.price, "faint": p.faint, "ok": p.ok, "warn": p.warn, "err": p.err, "backdrop": p.backdrop,
			"accent": p.accent, "accentEnd": p.accentEnd,
		}
		for category, c := range p.categories {
			texts[category] = c
		}
		check := func(what string, text, ground uint32) {
			if got := contrastOf(text, ground); got < enough {
				t.Errorf("%s, %s: contrast %.2f of #%06x on #%06x", name, what, got, text, ground)
			}
		}
		for what, c := range texts {
			for _, ground := range grounds {
				check(what, c.rgb, ground)
				check(what+" of 256", rgb(c.indexed), ground)
			}
		}
		for what, pair := range map[string][2]colour{
			"selected": {p.onTint, p.tint}, "button": {p.onAccent, p.accent}, "badge": {p.onAccent, p.accentEnd},
		} {
			check(what, pair[0].rgb, pair[1].rgb)
			check(what+" of 256", rgb(pair[0].indexed), rgb(pair[1].indexed))
		}
	}
	for _, c := range protocol.Categories {
		for name, p := range palettes {
			if _, ok := p.categories[c]; !ok {
				t.Errorf("%s has no colour for %s", name, c)
			}
		}
	}
}

func on(profile termenv.Profile, name Name) *Theme {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(profile)
	return New(r, name, false)
}

// TestTextHasNoColourOfItsOwn where the background is not known or a terminal
// has 16 colours, which look as the user wants.
func TestTextHasNoColourOfItsOwn(t *testing.T) {
	for _, th := range []*Theme{on(termenv.TrueColor, Terminal), on(termenv.ANSI, Dark), on(termenv.ANSI, Light)} {
		for what, s := range texts(th) {
			if out := s.Render("x"); strings.Contains(out, "[3") || strings.Contains(out, ";3") || strings.Contains(out, "9") || strings.Contains(out, "[2m") {
				t.Errorf("%s: %s is drawn with %q", th.Name, what, out)
			}
		}
		if out := th.Bar.Render("x"); !strings.Contains(out, "36") {
			t.Errorf("%s: a bar is drawn with %q", th.Name, out)
		}
	}
}

func texts(th *Theme) map[string]lipgloss.Style {
	return map[string]lipgloss.Style{
		"title": th.Title, "strong": th.Strong, "faint": th.Faint, "key": th.Key, "price": th.Price, "ok": th.OK, "warn": th.Warn,
		"err": th.Err, "selected": th.Selected, "button": th.Button, "badge": th.Badge, "backdrop": th.Backdrop, "category": th.Category("livre"),
	}
}

// TestNoColour keeps bold and reverse, in every theme.
func TestNoColour(t *testing.T) {
	th := New(lipgloss.NewRenderer(io.Discard), Dark, false) // which has no colours
	for _, name := range Names {
		th = th.With(name)
		if got := th.Title.Render("x"); got != "\x1b[1mx\x1b[0m" {
			t.Errorf("%s: the title is %q", name, got)
		}
		if got := th.Selected.Render("x"); got != "\x1b[1;7mx\x1b[0m" {
			t.Errorf("%s: the selected row is %q", name, got)
		}
		if got := th.Bar.Render("x") + th.Border.Render("x"); strings.Contains(got, "3") {
			t.Errorf("%s: a colour in %q", name, got)
		}
	}
}

func TestGuesses(t *testing.T) {
	for c, want := range map[uint32]Name{0: Dark, 0x002b36: Dark, 0x1e1e1e: Dark, 0xffffff: Light, 0xfdf6e3: Light, 0xd3d3d3: Light} {
		if got := FromBackground(colour{rgb: c}.values()); got != want {
			t.Errorf("#%06x: %q, want %q", c, got, want)
		}
	}
}

func TestGradient(t *testing.T) {
	if got := on(termenv.TrueColor, Dark).Gradient("ab"); !strings.Contains(got, "125;211;252") || !strings.Contains(got, ";181;253") {
		t.Errorf("%q", got)
	}
	if th := on(termenv.ANSI256, Dark); th.Gradient("ab") != th.Title.Render("ab") {
		t.Error("a gradient in 256 colours")
	}
}

// TestPlainCut: an ellipsis keeps its width, and is no full stop.
func TestPlainCut(t *testing.T) {
	for s, want := range map[string]string{"(Swit… 15": "(Swit~ 15", "(Swit…   15": "(Swit... 15", "Chargement…\x1b[0m   ": "Chargement...\x1b[0m ", "a…": "a~"} {
		if got := Plain(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
