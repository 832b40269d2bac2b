package protocol_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"etuservices/protocol"
)

var writtenRange = regexp.MustCompile(`U\+([0-9A-F]{4,6})(?:–U\+([0-9A-F]{4,6}))?`)

// written gives the characters whose code points stand in a text of PROTOCOL.md.
func writtenRunes(text string) map[rune]bool {
	all := map[rune]bool{}
	for _, m := range writtenRange.FindAllStringSubmatch(text, -1) {
		from, _ := strconv.ParseInt(m[1], 16, 32)
		to := from
		if m[2] != "" {
			to, _ = strconv.ParseInt(m[2], 16, 32)
		}
		for r := from; r <= to; r++ {
			all[rune(r)] = true
		}
	}
	return all
}

// passage gives what stands in PROTOCOL.md from one text to another.
func passage(t *testing.T, from, to string) string {
	t.Helper()
	_, text, found := strings.Cut(spec, from)
	text, _, ended := strings.Cut(text, to)
	if !found || !ended {
		t.Fatalf("PROTOCOL.md has no passage %q … %q", from, to)
	}
	return text
}

// The table of PROTOCOL.md is what is refused, over all of Unicode.
func TestSpecHasTheRefusedCharacters(t *testing.T) {
	refused := writtenRunes(passage(t, "\n| refusés | lesquels |\n", "\n\n"))
	if !refused['\x1b'] || !refused[0x10ffff] || len(refused) < 4000 {
		t.Fatalf("%d characters are refused", len(refused))
	}
	for r := range rune(unicode.MaxRune + 1) {
		if protocol.Unprintable(r) != refused[r] {
			t.Errorf("%U: refused %v, in PROTOCOL.md %v", r, protocol.Unprintable(r), refused[r])
		}
	}
}

// The four joiners, and what else leaves no ink, are those of PROTOCOL.md.
func TestSpecHasWhatLeavesNoInk(t *testing.T) {
	joiners := writtenRunes(passage(t, "\nQuatre caractères que personne ne voit", "adresse e-mail."))
	empty := writtenRunes(passage(t, "dessin est vide (", ")."))
	if len(joiners) != 4 || len(empty) < 3 {
		t.Fatalf("%d joiners, %d empty pictures", len(joiners), len(empty))
	}
	for r := range rune(unicode.MaxRune + 1) {
		if r >= 0xd800 && r <= 0xdfff {
			continue // no character: it cannot be written in UTF-8
		}
		ink := unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !protocol.Unprintable(r) && !joiners[r] && !empty[r] ||
			unicode.Is(unicode.Prepended_Concatenation_Mark, r)
		if protocol.ValidTitle(string(r)) != ink {
			t.Errorf("%U alone: a title %v", r, !ink)
		}
		if with := protocol.ValidTitle("a" + string(r)); with == protocol.Unprintable(r) {
			t.Errorf("%U beside a letter: a title %v", r, with)
		}
		if _, ok := protocol.ParseEmail("a" + string(r) + "@univ.fr"); ok && (protocol.Unprintable(r) || joiners[r] || empty[r]) {
			t.Errorf("%U in an address", r)
		}
	}
}

// No more marks in a row than the specification says, and what is cut off is
// the least.
func TestMarksAreBounded(t *testing.T) {
	if !strings.Contains(spec, "\nAu plus "+strconv.Itoa(protocol.MaxMarks)+" marques combinantes") {
		t.Error("PROTOCOL.md does not say the bound")
	}
	full := "a" + strings.Repeat("\u0301", protocol.MaxMarks)
	if !protocol.ValidTitle(full) || protocol.ValidTitle(full+"\u0301") || !protocol.ValidTitle(full+"b\u0301") {
		t.Error("the bound is not where it is said to be")
	}
	for in, want := range map[string]string{
		full: full, full + "\u0301b\u0301": full + "b\u0301", full + "\u200d\u0301": full, "é": "é",
		strings.Repeat("e\u0301", 100):      strings.Repeat("e\u0301", 100),
		"a" + strings.Repeat("\u20dd", 300): "a" + strings.Repeat("\u20dd", protocol.MaxMarks),
		"a" + strings.Repeat("\u0344", 16):  "a" + strings.Repeat("\u0344", 15), // each is two marks
	} {
		if got := protocol.BoundMarks(in); got != want {
			t.Errorf("%+q is bounded to %+q", in, got)
		}
	}
}
