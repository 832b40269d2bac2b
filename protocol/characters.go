package protocol

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The functions of this file say which characters a value may hold and what a
// visible text is (PROTOCOL.md §1.5), from the tables of package unicode.

// MaxMarks bounds the combining marks in a row, as Unicode's stream-safe text
// format does (UAX #15 §13).
const MaxMarks = 30

// Unprintable says that a character is refused in values and never sent: controls,
// line separators, what turns the direction of writing, noncharacters, and the
// default-ignorable characters, which nobody sees, but for the four that join
// letters and choose the form of a picture.
func Unprintable(r rune) bool {
	switch {
	case r < 0x80:
		return r < 0x20 || r == 0x7f
	case r < 0x300:
		return r <= 0x9f || r == 0xad // the soft hyphen
	case r == 0x2028 || r == 0x2029:
		return true
	case joiner(r):
		return false
	}
	return defaultIgnorable(r) || unicode.In(r, unicode.Bidi_Control, unicode.Noncharacter_Code_Point)
}

// HasUnprintable says whether a string holds an unprintable character.
func HasUnprintable(s string) bool { return strings.ContainsFunc(s, Unprintable) }

// HasControl says whether a string holds a control character, by which it could
// not stand in a line.
func HasControl(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }

// joiner has the default-ignorable characters that may stand in a text: they
// choose the form of what is beside them (emoji, Persian, Indian scripts).
func joiner(r rune) bool {
	return r == 0x200c || r == 0x200d || r == 0xfe0e || r == 0xfe0f
}

// defaultIgnorable derives Default_Ignorable_Code_Point as the Unicode
// Character Database does (DerivedCoreProperties.txt).
func defaultIgnorable(r rune) bool {
	if !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector) {
		return false
	}
	annotation := r >= 0xfff9 && r <= 0xfffb
	hieroglyphs := r >= 0x13430 && r <= 0x13440
	return !annotation && !hieroglyphs && !unicode.In(r, unicode.White_Space, unicode.Prepended_Concatenation_Mark)
}

// Ink says that a character shows something by itself: a letter, a digit, a
// punctuation sign or a symbol. A combining mark needs something below it.
func Ink(r rune) bool {
	switch r {
	case 0x2800, 0x1d159, 0x13441, 0x13442: // symbols and letters whose picture is empty
		return false
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S, unicode.Prepended_Concatenation_Mark) && !defaultIgnorable(r)
}

// Legible says that a text is UTF-8 without unprintable characters and without more than
// MaxMarks combining marks in a row, which would run over the lines above and below.
func Legible(s string) bool { return utf8.ValidString(s) && !HasUnprintable(s) && !piled(s) }

// BoundMarks drops the combining marks behind the first MaxMarks in a row. What
// joins characters does not end a row.
func BoundMarks(s string) string {
	if !piled(s) {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n = afterMark(n, r); n <= MaxMarks {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func piled(s string) bool {
	if len(s) <= MaxMarks {
		return false // a mark has two bytes, a letter with several marks as many
	}
	n := 0
	for _, r := range s {
		if n = afterMark(n, r); n > MaxMarks {
			return true
		}
	}
	return false
}

// afterMark counts the marks in a row up to r, those included that its
// decomposition ends with.
func afterMark(n int, r rune) int {
	switch {
	case r < 0x80:
		return 0
	case joiner(r):
		return n + 1
	}
	decomposed := norm.NFKD.PropertiesString(string(r)).Decomposition()
	if decomposed == nil {
		if unicode.Is(unicode.M, r) {
			return n + 1
		}
		return 0
	}
	for _, d := range string(decomposed) {
		if unicode.Is(unicode.M, d) {
			n++
		} else {
			n = 0
		}
	}
	return n
}

// isText holds for a legible and visible text of so many code points.
func isText(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && Visible(s) && Legible(s)
}

// Visible says that at least one character has ink.
func Visible(s string) bool { return strings.ContainsFunc(s, Ink) }
