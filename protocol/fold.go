package protocol

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// letters that neither a decomposition nor case folding takes to what people
// type instead of them.
var letters = strings.NewReplacer("œ", "oe", "æ", "ae", "ø", "o", "đ", "d", "ł", "l", "ı", "i")

// Fold takes case (as Unicode folds it: ς is σ, ß is ss), accents and what only
// joins characters away, for searches.
func Fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Mn, unicode.Cf) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
	return letters.Replace(cases.Fold().String(s))
}
