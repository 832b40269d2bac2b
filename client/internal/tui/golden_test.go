package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/muesli/termenv"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
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
			t.Errorf("%s:%d (go test ./client/internal/tui -update writes it anew)\nwant %s\ngot  %s", path, i+1, w, g)
		}
	}
}

var (
	sizes = [][2]int{{80, 24}, {60, 20}, {120, 40}}
	// wide are the scenes of which a large window is kept, too.
	wide = []string{"home", "catalog-detail", "admin-live"}
)

// TestFrames shows every scene in each size and language. The files are meant
// to be read: they are what users see.
func TestFrames(t *testing.T) {
	for _, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			sizes := sizes
			if slices.Contains(wide, sc.name) {
				sizes = append(slices.Clone(sizes), [2]int{200, 60})
			}
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
	if v := strings.ReplaceAll(s.m.View(), cells.Caret, ""); strings.Contains(v, "\x1b") {
		t.Errorf("escape sequences without colours: %q", v)
	}
	s.see("▌ DVD       Un cœur en hiver", "▸2 Catalogue")
}

// TestASCII: --ascii leaves no sign beyond ASCII, whatever the order of the
// catalogue, and no arrow is the sign of something else.
func TestASCII(t *testing.T) {
	ascii := func(e *page.Env) { e.Theme.ASCII = true }
	for sort, want := range []string{"", " ^ ", " v "} {
		for _, sc := range scenes {
			do := sc.do
			sc.do = func(s *driver) {
				if s.m.kind == page.Home {
					s.press("2")
					for range sort {
						s.press("s")
					}
					if len(s.fake.Silent)+len(s.fake.Errs) == 0 {
						s.see(want) // "Tri : prix ^", "Sort: price v"
					}
					s.press("1")
				}
				if do != nil {
					do(s)
				}
			}
			for _, lang := range []string{"fr", "en"} {
				frame := sc.frame(t, lang, 80, 24, ascii)
				letter := func(r rune) bool { return r < 0x80 || unicode.IsLetter(r) || unicode.IsMark(r) }
				if i := strings.IndexFunc(frame, func(r rune) bool { return !letter(r) }); i >= 0 {
					t.Errorf("%s: %q in\n%s", sc.name, []rune(frame[i:])[0], frame)
				}
			}
		}
	}
}

// TestOrderOfABatchIsNoMatter: the commands of a batch end in any order, and
// what the user sees is the same.
func TestOrderOfABatchIsNoMatter(t *testing.T) {
	for _, sc := range scenes {
		frames := [2]string{}
		for i := range frames {
			other := sc
			other.with = func(f *fake) {
				f.Backwards = i == 1
				if sc.with != nil {
					sc.with(f)
				}
			}
			frames[i] = other.frame(t, "fr", 80, 24)
		}
		if frames[0] != frames[1] {
			t.Errorf("%s:\n%s\nthe other way round:\n%s", sc.name, frames[0], frames[1])
		}
	}
}

// TestDrawingHasNoEffect: a frame that is drawn again is the same; nothing is
// asked for, opened, published or begun by it.
func TestDrawingHasNoEffect(t *testing.T) {
	for _, sc := range scenes {
		s := open(t, sc.server(), 80, 24)
		if sc.do != nil {
			sc.do(s)
		}
		frame, dialog := s.view(), s.m.dialog
		count := func() [4]int {
			return [4]int{len(s.fake.Calls), len(s.timers), len(s.m.facts), len(s.m.hidden)}
		}
		before := count()
		if s.view() != frame || count() != before || s.m.dialog != dialog {
			t.Errorf("%s: %v, was %v\n%s", sc.name, count(), before, s.view())
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

// TestRulesAreTheServers: what is said of the quotas is what the server said,
// on every page, in both languages; nothing of the rule is known by heart.
func TestRulesAreTheServers(t *testing.T) {
	rule := func(f *fake) {
		f.Quota.Services = api.Quota{Used: 3, Max: 20, Left: 17, Window: 5 * time.Minute}
		f.Quota.Connections = api.Quota{Used: 1, Max: 30, Left: 29, Window: 7 * time.Minute}
	}
	ten := regexp.MustCompile(`(?i)\b(10|dix|ten) (appels?|connexions?|calls?|logins?|fois|times|par|in|min\w*|restants?)|vos dix|your ten|(any|en|in) 10\b|\bsur 10 min`)
	for _, sc := range scenes {
		with := sc.with
		sc.with = func(f *fake) {
			if with != nil {
				with(f)
			}
			if f.Quota.Services.Left > 0 {
				rule(f)
			} else {
				f.Quota.Services.Max, f.Quota.Services.Window = 20, 5*time.Minute
				f.Quota.Connections.Max, f.Quota.Connections.Window = 30, 7*time.Minute
			}
		}
		for _, lang := range []string{"fr", "en"} {
			frame := strings.ReplaceAll(sc.frame(t, lang, 120, 40), "\u00a0", " ")
			if found := ten.FindString(frame); found != "" {
				t.Errorf("%s: %q in\n%s", sc.name, found, frame)
			}
		}
	}
	for name, texts := range map[string][]string{
		"help":           {"Vendre et acheter : 20 sur 5 min glissantes", "Se connecter : 30 sur 7 min glissantes"},
		"account-logout": {"30 sur 7 min glissantes"},
		"home":           {"20 sur 5 min glissantes", "30 sur 7 min glissantes"},
	} {
		i := slices.IndexFunc(scenes, func(sc scene) bool { return sc.name == name })
		sc := scenes[i]
		with := sc.with
		sc.with = func(f *fake) {
			if with != nil {
				with(f)
			}
			rule(f)
		}
		frame := strings.Join(strings.Fields(strings.ReplaceAll(sc.frame(t, "fr", 120, 40), "│", " ")), " ")
		for _, want := range texts {
			if !strings.Contains(frame, want) {
				t.Errorf("%s: no %q in\n%s", name, want, frame)
			}
		}
	}
}

// TestUnknownRulesAreNotSaid: before the server has told, no figure is.
func TestUnknownRulesAreNotSaid(t *testing.T) {
	f := newFake(start)
	s := open(t, f, 120, 40)
	s.press("f1")
	s.see("Vendre et acheter : un nombre limité de fois.", "Se connecter : un nombre limité de fois.")
	s.miss(" 10 ")
}
