package i18n

import (
	"cmp"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
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
var look = map[rune]rune{
	'œ': 'o', 'Œ': 'O', 'æ': 'a', 'Æ': 'A', 'ß': 's', 'ø': 'o', 'Ø': 'O', 'ł': 'l', 'Ł': 'L', 'đ': 'd', 'Đ': 'D', 'ı': 'i',
	'’': '\'', '‘': '\'', '«': '"', '»': '"', '“': '"', '”': '"', '–': '-', '—': '-', '…': '.', '·': '-', '•': '*',
	'€': 'E', '×': 'x', '°': 'o', '\u00a0': ' ', '\u202f': ' ',
}

// Plainly gives a character in ASCII: without its accent, or what it looks like, or "?".
func Plainly(character rune) rune {
	r, _ := utf8.DecodeRuneInString(norm.NFD.String(string(character)))
	switch c, known := look[r]; {
	case r < utf8.RuneSelf:
		return r
	case known:
		return c
	}
	return '?'
}

// Plain writes to a terminal to which bytes above ASCII are control characters.
func Plain(w io.Writer) io.Writer {
	return transform.NewWriter(w, transform.Chain(runes.Remove(runes.In(unicode.Mn)), runes.Map(Plainly)))
}
