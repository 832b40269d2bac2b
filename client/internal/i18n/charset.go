package i18n

import (
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Charset is what a terminal writes and reads, as far as the locale tells.
type Charset uint8

// The charsets that make a difference.
const (
	UTF8   Charset = iota
	Latin1         // ISO 8859-1 and its kin: one byte a character
	ASCII          // anything else: only ASCII is sure
)

// DetectCharset reads the first of LC_ALL, LC_CTYPE and LANG that is set. A
// locale that names no charset is taken for UTF-8, but for C and POSIX.
func DetectCharset(getenv func(string) string) Charset {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		locale := strings.ToLower(getenv(name))
		if locale == "" {
			continue
		}
		locale, _, _ = strings.Cut(locale, "@")
		place, charset, named := strings.Cut(locale, ".")
		switch charset = strings.NewReplacer("-", "", "_", "").Replace(charset); {
		case charset == "utf8", !named && place != "c" && place != "posix":
			return UTF8
		case charset == "iso88591", charset == "iso885915", charset == "latin1", charset == "latin9", charset == "cp1252":
			return Latin1
		}
		return ASCII
	}
	return UTF8
}

// look gives what looks like a character without a mark to remove.
var look = map[rune]byte{
	'œ': 'o', 'Œ': 'O', 'æ': 'a', 'Æ': 'A', 'ß': 's', 'ø': 'o', 'Ø': 'O', 'ł': 'l', 'Ł': 'L', 'đ': 'd', 'Đ': 'D', 'ı': 'i',
	'’': '\'', '‘': '\'', '«': '"', '»': '"', '“': '"', '”': '"', '–': '-', '—': '-', '…': '.', '·': '-', '•': '*',
	'€': 'E', '×': 'x', '°': 'o', '\u00a0': ' ', '\u202f': ' ',
}

// Plainly gives one character in ASCII: without its accent, as what it looks
// like, or as "?".
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

// Plain is a writer to a terminal that shows only ASCII: its bytes above are
// control characters to some.
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
