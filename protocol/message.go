package protocol

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrMessage is a line that no server of this protocol sends.
var ErrMessage = errors.New("protocol: not a server line")

// Message is a line of the server as a client reads it; a Writer writes such lines.
type Message struct {
	Mark   Prefix
	Word   string // +OK's word, -ERR's code, the event's type; "" for a row
	Fields Fields
	Text   string // for people
}

// Code gives the failure's code, "" when the line is none.
func (m Message) Code() Code {
	if m.Mark != MarkErr {
		return ""
	}
	return Code(m.Word)
}

// Ends says whether this line ends a reply.
func (m Message) Ends() bool { return m.Mark == MarkOK || m.Mark == MarkErr }

// ParseMessage reads a server's line, without its end.
func ParseMessage(line string) (Message, error) {
	if !utf8.ValidString(line) {
		return Message{}, ErrMessage
	}
	var m Message
	var rest string
	for _, p := range marks {
		if after, ok := strings.CutPrefix(line, p.prefix); ok {
			m.Mark, rest = p.mark, after
			break
		}
	}
	if m.Mark == 0 {
		return Message{}, ErrMessage
	}
	if m.Mark != MarkRow {
		m.Word, rest, _ = strings.Cut(rest, " ")
		if !validWord(m.Word) {
			return Message{}, ErrMessage
		}
	}
	if err := m.parseFields(rest); err != nil {
		return Message{}, err
	}
	return m, nil
}

var marks = []struct {
	prefix string
	mark   Prefix
}{{"+OK ", MarkOK}, {"-ERR ", MarkErr}, {"| ", MarkRow}, {"! ", MarkEvent}}

func (m *Message) parseFields(s string) error {
	for s != "" {
		if s[0] == ':' {
			m.Text = s[1:]
			return nil
		}
		name, _, found := strings.Cut(s, "=")
		if !found || !validKey(name) || len(m.Fields) == MaxFields {
			return ErrMessage
		}
		value, rest, ok := cutWord(s[len(name)+1:])
		if !ok {
			return ErrMessage
		}
		m.Fields = append(m.Fields, Field{Key: name, Value: value})
		s = rest
	}
	return nil
}

// validWord says that s may be a word, a code or an event's type.
func validWord(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return s != ""
}

func validKey(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return s != ""
}

// Quote writes a word, a key's value or a text of a request so that it is read
// back whole: in quotes where it is empty, holds a blank, ", \ or =, or begins
// with a colon. Control characters, which no value may hold, are replaced: a
// line end in a value never becomes a second request. Other characters that are
// refused are for the server to judge.
func Quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, s)
	if plain(s) && s[0] != ':' { // a text would lose it
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
