package market

import (
	"slices"
	"strings"
	"unicode"

	"etuservices/protocol"
)

// maxWord is the width of the column of words, in code points. Folding may make
// a word longer (œ is oe); what is cut off is cut off on both sides.
const maxWord = 120

// Words folds a text into its distinct words, sorted. A word is a run of letters,
// digits and pictures (an emoji); what only joins characters is no end of one.
func Words(s string) []string {
	s = protocol.Fold(s)
	words := strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && !unicode.Is(unicode.So, r)
	})
	for i, w := range words {
		if runes := []rune(w); len(runes) > maxWord {
			words[i] = string(runes[:maxWord])
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// prefixes are the words of a query that say something: a word that begins
// another one is found wherever the longer one is.
func prefixes(q string) []string {
	words := Words(q)
	var out []string
	for i, w := range words {
		if i+1 < len(words) && strings.HasPrefix(words[i+1], w) {
			continue // sorted, so the longer word is the next one
		}
		out = append(out, w)
	}
	return out
}

// after is the end of the range of words that begin with prefix: the last code
// point sorts behind everything in both engines' binary order.
func after(prefix string) string { return prefix + "\U0010FFFF" }
