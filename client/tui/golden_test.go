package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"etuservices/client/tui/page"
	"etuservices/client/tui/theme"
)

var update = flag.Bool("update", false, "write the frames that the tests compare with")

// golden compares a text with a file of testdata, or writes the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) == got {
		return
	}
	wl, gl := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(wl), len(gl)) {
		w, g := "(end)", "(end)"
		if i < len(wl) {
			w = wl[i]
		}
		if i < len(gl) {
			g = gl[i]
		}
		if w != g {
			t.Errorf("%s:%d (go test ./client/tui -update writes it anew)\nwant %s\ngot  %s", path, i+1, w, g)
		}
	}
}

var sizes = [][2]int{{80, 24}, {60, 20}, {120, 40}}

// TestFrames (T24) shows every scene in each size and language. The files are meant
// to be read: they are what users see.
func TestFrames(t *testing.T) {
	for _, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			var b strings.Builder
			for _, lang := range []string{"fr", "en"} {
				for _, size := range sizes {
					fmt.Fprintf(&b, "== %s %dx%d\n%s\n", lang, size[0], size[1], sc.frame(t, lang, size[0], size[1]))
				}
			}
			golden(t, sc.name, b.String())
		})
	}
}

// TestStyledFrames keeps what each theme does with the styles of two pages.
func TestStyledFrames(t *testing.T) {
	for _, name := range theme.Names {
		s := student(t, 80, 24)
		s.profile(termenv.ANSI256, name)
		home := s.m.View()
		s.press("2", "down")
		all := home + "\n==\n" + s.m.View() + "\n"
		golden(t, "styles-"+string(name), strings.ReplaceAll(all, "\x1b", "␛"))
	}
}

// TestNoColour: without styles nothing is lost, the cursor least of all.
func TestNoColour(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2", "down")
	if v := s.m.View(); strings.Contains(v, "\x1b") {
		t.Errorf("escape sequences without colours: %q", v)
	}
	s.see("▸ DVD        Un cœur en hiver", "▸2 Catalogue")
}

// TestASCII: --ascii leaves no sign of the chrome beyond ASCII.
func TestASCII(t *testing.T) {
	for _, sc := range scenes {
		frame := sc.frame(t, "fr", 80, 24, func(e *page.Env) { e.Theme.ASCII = true })
		if i := strings.IndexFunc(frame, func(r rune) bool { return r > 0xff && r != 'œ' && r != '€' && r != 'Œ' }); i >= 0 {
			t.Errorf("%s: %q in\n%s", sc.name, []rune(frame[i:])[0], frame)
		}
	}
}

// TestOneLanguage: a frame in one language has no words of the other.
func TestOneLanguage(t *testing.T) {
	french := []string{"Annuler", "entrée", "retour", "Acheter", "Mot de passe", "en ligne", "Vendeur", "gratuit", "réessayer", "Prix"}
	english := []string{"Cancel", "enter", " back", "Buy", "Password", "online", "Seller", " free", "retry", "Price"}
	for _, sc := range scenes {
		for _, w := range english {
			if f := sc.frame(t, "fr", 120, 40); strings.Contains(f, w) {
				t.Errorf("%s: %q in French:\n%s", sc.name, w, f)
			}
		}
		for _, w := range french {
			if f := sc.frame(t, "en", 120, 40); strings.Contains(f, w) {
				t.Errorf("%s: %q in English:\n%s", sc.name, w, f)
			}
		}
	}
}

func (sc scene) frame(t *testing.T, lang string, w, h int, set ...func(*page.Env)) string {
	t.Helper()
	if lang == "en" {
		set = append(set, english)
	}
	f := sc.server()
	s := open(t, f, w, h, set...)
	if sc.do != nil {
		sc.do(s)
	}
	lines := strings.Split(s.m.View(), "\n")
	if len(lines) != h {
		t.Errorf("%s: %d lines in %dx%d", sc.name, len(lines), w, h)
	}
	return s.view()
}

// later lets the clock run: what is slow becomes visible.
const later = 200 * time.Millisecond
