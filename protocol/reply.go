package protocol

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// Prefix is the first byte of a server's line and says what the line is.
type Prefix byte

// The four marks (PROTOCOL.md §1.1).
const (
	MarkOK    Prefix = '+'
	MarkErr   Prefix = '-'
	MarkRow   Prefix = '|'
	MarkEvent Prefix = '!'
)

// Writer gathers outgoing lines. Only one goroutine uses it at a time. A line
// begins with OK, Err, Row or Event and must be ended by End or Text.
type Writer struct{ buf []byte }

// Line is a line being written.
type Line struct{ out *Writer }

// OK begins the line that ends a reply with success.
func (o *Writer) OK(word string) Line { return o.begin("+OK ", word) }

// Err begins the line that ends a reply with a failure.
func (o *Writer) Err(code Code) Line { return o.begin("-ERR ", string(code)) }

// Error writes the whole line that ends a reply with a failure.
func (o *Writer) Error(e *Error) {
	line := o.Err(e.Code)
	for _, x := range e.Fields {
		line = line.Str(x.Key, x.Value)
	}
	line.Text(e.Sentence())
}

// Event begins a line that belongs to no reply.
func (o *Writer) Event(kind string) Line { return o.begin("! ", kind) }

// Row begins one row of the reply in progress.
func (o *Writer) Row() Line { return o.begin("|", "") }

func (o *Writer) begin(mark, word string) Line {
	o.buf = append(append(o.buf, mark...), word...)
	return Line{o}
}

// Bytes gives what was gathered; valid until the next line or Reset.
func (o *Writer) Bytes() []byte { return o.buf }

// Len gives the number of bytes gathered.
func (o *Writer) Len() int { return len(o.buf) }

// Reset forgets what was gathered and keeps the memory.
func (o *Writer) Reset() { o.buf = o.buf[:0] }

// Truncate forgets what was gathered after the first n bytes, so that a reply
// that cannot be finished is never half sent.
func (o *Writer) Truncate(n int) { o.buf = o.buf[:n] }

// Release gives the memory up, for a connection that waits.
func (o *Writer) Release() { o.buf = nil }

// Raw adds a whole line that was encoded before, without its end.
func (o *Writer) Raw(line string) { o.buf = append(append(o.buf, line...), "\r\n"...) }

// Lines adds whole lines that were encoded before, each with its end.
func (o *Writer) Lines(lines string) { o.buf = append(o.buf, lines...) }

// Str adds a field.
func (l Line) Str(key, value string) Line {
	l.key(key)
	l.out.buf = appendValue(l.out.buf, value)
	return l
}

// Int adds a whole number.
func (l Line) Int(key string, value int64) Line {
	l.key(key)
	l.out.buf = strconv.AppendInt(l.out.buf, value, 10)
	return l
}

// Time adds an instant in UTC, to the millisecond; the zero value is empty.
func (l Line) Time(key string, t time.Time) Line {
	if t.IsZero() {
		return l.Str(key, "")
	}
	l.key(key)
	l.out.buf = t.UTC().AppendFormat(l.out.buf, instantLayout)
	return l
}

// instantLayout is RFC 3339.
const instantLayout = "2006-01-02T15:04:05.000Z"

// Price adds an amount given in cents.
func (l Line) Price(key string, cents int64) Line {
	l.key(key)
	l.out.buf = appendPrice(l.out.buf, cents)
	return l
}

func (l Line) key(key string) {
	l.out.buf = append(append(append(l.out.buf, ' '), key...), '=')
}

// Text ends the line with a sentence for people.
func (l Line) Text(s string) {
	l.out.buf = append(appendText(append(l.out.buf, " :"...), s), "\r\n"...)
}

// End ends the line.
func (l Line) End() { l.out.buf = append(l.out.buf, "\r\n"...) }

func appendPrice(b []byte, cents int64) []byte {
	b = append(strconv.AppendInt(b, cents/100, 10), '.')
	return append(b, byte('0'+cents/10%10), byte('0'+cents%10))
}

// Field is one key=value of a line.
type Field struct{ Key, Value string }

// IntField is a field with a whole number.
func IntField(key string, value int64) Field { return Field{key, strconv.FormatInt(value, 10)} }

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
