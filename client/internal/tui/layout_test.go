package tui

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestNothingIsCutBesideBlanks: where a text is cut, what stands beside it in the same
// panel needs the room; a sentence that is cut has no blank line below.
func TestNothingIsCutBesideBlanks(t *testing.T) {
	const wide = 9 // blanks beside a cut text
	cut := regexp.MustCompile(`[^ .]…`)
	meant := regexp.MustCompile(`\d\d:\d\d…|Chargement…|Loading…|mot…|word…|cours…|way…`)
	parts := func(line string) []string { // between the frames
		return strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("│┃╭╮╰╯", r) })
	}
	for _, size := range [][2]int{{60, 20}, {66, 24}, {80, 24}, {90, 30}, {100, 40}, {110, 30}, {120, 40}, {150, 45}, {200, 60}, {240, 70}} {
		for _, sc := range scenes {
			for _, lang := range []string{"fr", "en"} {
				lines := strings.Split(sc.frame(t, lang, size[0], size[1]), "\n")
				for y, line := range lines {
					for i, part := range parts(line) {
						if !cut.MatchString(meant.ReplaceAllString(part, "")) || strings.Contains(part, "\u00a0: / ") || strings.Contains(part, ": / ") { // a field to type into
							continue
						}
						beside := strings.Contains(strings.TrimLeft(part, " "), strings.Repeat(" ", wide))
						below := false
						if next := parts(lines[min(y+1, len(lines)-1)]); len(next) == len(parts(line)) && !strings.Contains(strings.TrimSpace(part), "  ") {
							below = strings.TrimSpace(next[i]) == ""
						}
						if beside || below {
							t.Errorf("%s %s %dx%d: %q", sc.name, lang, size[0], size[1], part)
						}
					}
				}
			}
		}
	}
}

// TestNumberOfARefusedCallIsWhole in the details of an account, however narrow.
func TestNumberOfARefusedCallIsWhole(t *testing.T) {
	for w := 60; w <= 240; w += 3 {
		f := newFake(start)
		f.AdminIn()
		s := open(t, f, w, 50, english)
		s.press("7", "tab", "enter")
		s.see("1048576", "1048579")
	}
}

// TestKeptDraftIsSaidOnce: like every notice it goes by itself.
func TestKeptDraftIsSaidOnce(t *testing.T) {
	s := student(t, 120, 40)
	s.press("3", "tab")
	s.typed("Le Petit Prince")
	s.press("esc")
	s.see("Vendre · brouillon conservé")
	s.advance(5 * time.Second)
	s.press("f3")
	s.miss("brouillon conservé")
}
