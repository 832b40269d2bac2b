// Package cells says how many cells of a terminal a text takes, by what a reader takes for one
// character (a grapheme cluster, UAX #29). It is the only place that decides.
package cells

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Caret marks, in a frame, the cell on which the terminal's own cursor stands:
// where one types, or at the row that is chosen. Braille displays, magnifiers and
// input methods follow it. It takes no cell; the last one of a frame counts.
const Caret = "\x1b[?25h"

// Width is how many cells s takes; escape sequences take none.
func Width(s string) int { return ansi.StringWidth(s) }

// First cuts the first cluster off a text without escape sequences.
func First(s string) (cluster string, width int) {
	return ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
}

// Boundaries are where, in code points, the clusters of rs begin, and its end.
func Boundaries(rs []rune) []int {
	at := []int{0}
	for s := string(rs); s != ""; {
		cluster, _ := First(s)
		at = append(at, at[len(at)-1]+utf8.RuneCountInString(cluster))
		s = s[len(cluster):]
	}
	return at
}

// Simple gives a cluster of so many cells in a form that more terminals draw in
// them: a family or a skin tone as its first emoji, a flag as its two letters.
// Terminals that add up the code points of a cluster would give it eight cells.
func Simple(cluster string, width int) string {
	first, n := utf8.DecodeRuneInString(cluster)
	if n == len(cluster) || width != 2 {
		return cluster
	}
	const flagA, flagZ = 0x1f1e6, 0x1f1ff // regional indicators
	if first >= flagA && first <= flagZ {
		var letters strings.Builder
		for _, r := range cluster {
			letters.WriteRune('A' + r - flagA)
		}
		return letters.String()
	}
	if first >= 0x1f000 && Width(string(first)) == width { // an emoji by itself
		return string(first)
	}
	return cluster
}

// Doubtful says that terminals disagree about a cluster's width, by the version of their tables
// of Unicode or as they add up its code points.
func Doubtful(cluster string) bool {
	r, n := utf8.DecodeRuneInString(cluster)
	switch {
	case n < len(cluster): // more than one code point
		return true
	case r < 0x250: // Latin
		return r == 0xad
	case unicode.In(r, unicode.M, unicode.Cf): // marks, formats
		return true
	}
	bounds, _ := slices.BinarySearch(sure, r+1) // how many are at most r
	return bounds%2 == 0
}

// sure are signs that this program draws, and scripts that every terminal agrees on: Greek,
// Cyrillic and Armenian; punctuation, arrows, lines and blocks; kana, Chinese, Hangul. Of each
// range the first character and the one behind the last.
var sure = []rune{
	0x370, 0x590, 0x2010, 0x2028, 0x202f, 0x203b, 0x20ac, 0x20ad, 0x2190, 0x2194, 0x21e7, 0x21e8, 0x23ce, 0x23cf,
	0x2500, 0x25d0, 0x2713, 0x2714, 0x2717, 0x2718, 0x2800, 0x2900,
	0x3041, 0x3097, 0x30a1, 0x30fb, 0x4e00, 0x9fa6, 0xac00, 0xd7a4,
}
