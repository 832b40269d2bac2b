package protocol_test

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"etuservices/protocol"
)

// value draws what people and attackers write: blanks, quotes, escapes, marks,
// control and bidi characters, and any rune.
func value() *rapid.Generator[string] {
	awkward := []rune(" \t\"\\=:|!+-\r\n\x00\x1b\x7f\u0085\u00a0\u2028\u202e\ufeff\ufffdaé🎓")
	return rapid.StringOf(rapid.OneOf(rapid.SampledFrom(awkward), rapid.Rune()))
}

// cleaned is what is left of a value on the wire.
func cleaned(s string) string {
	return strings.Map(func(r rune) rune {
		if protocol.Unprintable(r) {
			return '\ufffd'
		}
		return r
	}, s)
}

// asked is what is left of a value of a request on the wire.
func asked(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '\ufffd'
		}
		return r
	}, s)
}

// Any fields through Out and ParseMessage are the same.
func TestMessageRoundTrip(t *testing.T) {
	key := rapid.StringMatching(`[a-z0-9_]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		var o protocol.Writer
		var line protocol.Line
		mark := rapid.SampledFrom([]protocol.Prefix{
			protocol.MarkOK, protocol.MarkErr, protocol.MarkRow, protocol.MarkEvent,
		}).Draw(t, "mark")
		word := rapid.StringMatching(`[A-Z0-9_]{1,12}`).Draw(t, "word")
		least := 0
		switch mark {
		case protocol.MarkOK:
			line = o.OK(word)
		case protocol.MarkErr:
			line = o.Err(protocol.Code(word))
		case protocol.MarkRow:
			line, word, least = o.Row(), "", 1
		case protocol.MarkEvent:
			line = o.Event(word)
		}
		keys := rapid.SliceOfN(key, least, 6).Draw(t, "keys")
		values := make([]string, len(keys))
		for i, k := range keys {
			values[i] = value().Draw(t, k)
			line.Str(k, values[i])
		}
		text := value().Draw(t, "text")
		line.Text(text)

		wire, ended := strings.CutSuffix(string(o.Bytes()), "\r\n")
		if !ended || protocol.HasUnprintable(wire) {
			t.Fatalf("a control character goes out, or no line end: %q", wire)
		}
		m, err := protocol.ParseMessage(wire)
		if err != nil || m.Mark != mark || m.Word != word || m.Text != cleaned(text) || len(m.Fields) != len(keys) {
			t.Fatalf("%q: %+v, %v", wire, m, err)
		}
		for i, f := range m.Fields {
			if f.Key != keys[i] || f.Value != cleaned(values[i]) {
				t.Fatalf("%q: field %d is %+v", wire, i, f)
			}
		}
	})
}

// A value that was quoted is read back as word, as key and as text, and is
// never more than one line.
func TestQuoteRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := value().Draw(t, "a"), value().Draw(t, "b"), value().Draw(t, "c")
		line := "VENTE " + protocol.Quote(a) + " 1 description=" + protocol.Quote(b) + " " + protocol.Quote(c)
		r, verb := parsed(line)
		if verb != "VENTE" || strings.ContainsAny(line, "\r\n") {
			t.Fatalf("%q is %s", line, verb)
		}
		for name, want := range map[string]string{"categorie": a, "description": b, "titre": c} {
			if got := r.Get(name); got != asked(want) {
				t.Fatalf("%q: %s is %q, want %q", line, name, got, asked(want))
			}
		}
	})
}
