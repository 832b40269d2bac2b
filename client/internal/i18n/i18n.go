// Package i18n is what people read, in French and English: sentences side by
// side (messages.toml), plurals, amounts, durations and dates. A sentence is a
// field (Login.Title), so that one which is not declared does not compile; one that
// messages.toml lacks ends the program at its start.
package i18n

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Lang is a language of the interface.
type Lang uint8

// The languages; French is what EtuServices speaks by default.
const (
	French Lang = iota
	English
)

// String gives the language's code, as --lang takes it.
func (l Lang) String() string { return [...]string{"fr", "en"}[l] }

// UnmarshalText reads a code given by the user.
func (l *Lang) UnmarshalText(code []byte) error {
	for _, one := range []Lang{French, English} {
		if strings.EqualFold(string(code), one.String()) {
			*l = one
			return nil
		}
	}
	return fmt.Errorf("i18n: no language %q", code)
}

// Detect chooses by the first of LC_ALL, LC_MESSAGES and LANG that is set, as gettext does:
// French, or English in every other locale.
func Detect(getenv func(string) string) Lang {
	locale := strings.ToLower(cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")))
	language, _, _ := strings.Cut(strings.NewReplacer("-", "_", ".", "_", "@", "_").Replace(locale), "_")
	if language == "fr" {
		return French
	}
	return English
}

// IsUTF8 says that a terminal shows UTF-8: what the first of LC_ALL, LC_CTYPE and LANG
// that is set names. A locale that names no charset does, but for C and POSIX.
func IsUTF8(getenv func(string) string) bool {
	set := cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"))
	locale, _, _ := strings.Cut(strings.ToLower(set), "@")
	place, charset, named := strings.Cut(locale, ".")
	return charset == "utf8" || charset == "utf-8" || !named && place != "c" && place != "posix"
}

// T speaks one language. Its zero value speaks French. It is a small value.
type T struct{ Lang Lang }

// S gives a sentence, with its arguments if it takes any.
func (t T) S(m Msg, args ...any) string { return format(m.text[t.Lang], args) }

// N gives a sentence in singular or plural. Its first verb, %s, is n; args are the others.
func (t T) N(m Msg, n int, args ...any) string {
	text := m.text[t.Lang]
	one := n == 1 || n == -1
	if t.Lang == French {
		one = n > -2 && n < 2 // CLDR: i = 0,1
	}
	if one && m.single[t.Lang] != "" {
		text = m.single[t.Lang]
	}
	return format(text, append([]any{t.Int(int64(n))}, args...))
}

func format(text string, args []any) string {
	if len(args) == 0 || !strings.Contains(text, "%") {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Names that the server's words have, each table a map by word.
var (
	Categories = words("Category")
	Statuses   = words("Status")   // of an article
	Services   = words("Service")  // that are counted
	FeedTypes  = words("FeedType") // of event
	Refusals   = words("Refusal")  // why something was refused, by the code
	Standings  = words("Standing") // of an account
	ThemeNames = words("Theme")    // as people call them
	keyNames   = words("Key")
)

// Name gives the name that a word has in a table: Livre, Book. An unknown word is
// given as it is, for a newer server may have more of them.
func (t T) Name(names map[string]Msg, word string) string {
	if m, ok := names[word]; ok {
		return t.S(m)
	}
	return word
}

// KeyNames names keys, which stand apart by spaces.
func (t T) KeyNames(keys string) string {
	names := strings.Split(keys, " ")
	for i, w := range names {
		names[i] = t.Name(keyNames, w)
	}
	return strings.Join(names, " ")
}

// NavShort are the names of the screens for a narrow terminal, in their order.
var NavShort = []Msg{
	Nav.Home, Nav.CatalogShort, Nav.Sell, Nav.MineShort, Nav.BoardsShort, Nav.Account, Nav.Admin,
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
