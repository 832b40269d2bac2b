package i18n

import (
	"cmp"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"etuservices/protocol"
)

// IsUTF8 says that a terminal shows UTF-8: what the first of LC_ALL, LC_CTYPE and LANG
// that is set names. A locale that names no charset does, but for C and POSIX.
func IsUTF8(getenv func(string) string) bool {
	set := cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"))
	locale, _, _ := strings.Cut(strings.ToLower(set), "@")
	place, charset, named := strings.Cut(locale, ".")
	return charset == "utf8" || charset == "utf-8" || !named && place != "c" && place != "posix"
}

// look gives what looks like a character without a mark to remove.
var look = map[rune]byte{
	'œ': 'o', 'Œ': 'O', 'æ': 'a', 'Æ': 'A', 'ß': 's', 'ø': 'o', 'Ø': 'O', 'ł': 'l', 'Ł': 'L', 'đ': 'd', 'Đ': 'D', 'ı': 'i',
	'’': '\'', '‘': '\'', '«': '"', '»': '"', '“': '"', '”': '"', '–': '-', '—': '-', '…': '.', '·': '-', '•': '*',
	'€': 'E', '×': 'x', '°': 'o', '\u00a0': ' ', '\u202f': ' ',
}

// Plainly gives one character in ASCII: without its accent, or what it looks like, or "?".
func Plainly(character string) string {
	r, _ := utf8.DecodeRuneInString(norm.NFD.String(character))
	switch c, known := look[r]; {
	case r < utf8.RuneSelf:
		return string(r)
	case known:
		return string(rune(c))
	}
	return "?"
}

// Plain is a writer to a terminal to which bytes above ASCII are control characters.
type Plain struct{ io.Writer }

// Write writes whole characters.
func (p Plain) Write(b []byte) (int, error) {
	var out strings.Builder
	var it norm.Iter
	for it.Init(norm.NFC, b); !it.Done(); {
		out.WriteString(Plainly(string(it.Next())))
	}
	if _, err := io.WriteString(p.Writer, out.String()); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Nearest gives the name that a mistyped word most likely means, "" where none is near: at
// most two letters typed wrong, left out or added, fewer in a short word.
func Nearest(word string, names []string) string {
	typed := []rune(protocol.Fold(word))
	best, least := "", min(2, len(typed)/2)+1
	for _, name := range names {
		if d := distance(typed, []rune(name)); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			change := diagonal
			if x != y {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
