package protocol

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Field is one key=value of a line.
type Field struct{ Key, Value string }

// Fields are a line's, in their order.
type Fields []Field

// Lookup gives the value of a key and says whether the line has it.
func (f Fields) Lookup(key string) (string, bool) {
	for _, x := range f {
		if x.Key == key {
			return x.Value, true
		}
	}
	return "", false
}

// Get gives the value of a key, "" when the line has none.
func (f Fields) Get(key string) string {
	v, _ := f.Lookup(key)
	return v
}

// Int gives a whole number, 0 when the key is absent or holds none.
func (f Fields) Int(key string) int64 {
	n, err := strconv.ParseInt(f.Get(key), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// appendValue writes a value, in quotes where it is empty or holds a space,
// ", \ or =.
func appendValue(b []byte, s string) []byte {
	if plain(s) {
		return append(b, s...)
	}
	return appendQuoted(b, s)
}

func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		if r == '"' || r == '\\' {
			b = append(b, '\\')
		}
		b = appendRune(b, r)
	}
	return append(b, '"')
}

// plain says that a value goes out as it is: not empty, visible ASCII or
// letters, nothing that a reader could take for the end of the field.
func plain(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c <= ' ' || c == '"' || c == '\\' || c == '=' || c >= 0x7f {
			return plainUnicode(s)
		}
	}
	return true
}

func plainUnicode(s string) bool {
	for _, r := range s {
		if unicode.IsSpace(r) || r == '"' || r == '\\' || r == '=' || Unprintable(r) || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// appendText writes people's text: as it stands but for what drives a terminal.
func appendText(b []byte, s string) []byte {
	for _, r := range s {
		b = appendRune(b, r)
	}
	return b
}

func appendRune(b []byte, r rune) []byte {
	if Unprintable(r) {
		r = utf8.RuneError
	}
	return utf8.AppendRune(b, r)
}
