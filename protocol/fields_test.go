package protocol_test

import (
	"testing"

	"etuservices/protocol"
)

// encoded is a value as it stands on the wire.
func encoded(s string) string {
	var o protocol.Writer
	o.Row().Str("k", s).End()
	return string(o.Bytes()[len("| k=") : o.Len()-2])
}

func TestValue(t *testing.T) {
	for in, want := range map[string]string{
		"":               `""`,
		"alice":          `alice`,
		"Éléonore-🎓":     `Éléonore-🎓`,
		"a:b,c;'d'":      `a:b,c;'d'`,
		":x":             `:x`,
		"Le Petit":       `"Le Petit"`,
		" ":              `" "`,
		`dit "Nana"`:     `"dit \"Nana\""`,
		`a"b`:            `"a\"b"`,
		`a\b`:            `"a\\b"`,
		"E=mc2":          `"E=mc2"`,
		"é=":             `"é="`,
		"a\u00a0b":       "\"a\u00a0b\"", // a reader that splits at Unicode spaces
		"a\tb":           "\"a\ufffdb\"",
		"a\r\nb":         "\"a\ufffd\ufffdb\"",
		"a\x00b\x7f":     "\"a\ufffdb\ufffd\"",
		"\x1b[2J":        "\"\ufffd[2J\"",
		"\u0085\u009b":   "\"\ufffd\ufffd\"",
		"\u202ex\u2066":  "\"\ufffdx\ufffd\"",
		"a\u2028b\u2029": "\"a\ufffdb\ufffd\"",
		"a\u200bb":       "\"a\ufffdb\"",
		"a\u200db\ufe0f": "a\u200db\ufe0f",
		"a\xffb":         "\"a\ufffdb\"",
	} {
		if got := encoded(in); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

func TestFields(t *testing.T) {
	f := protocol.Fields{{Key: "id", Value: "42"}, {Key: "titre", Value: ""}, {Key: "id", Value: "43"}, {Key: "x", Value: "4.5"}}
	if v, ok := f.Lookup("id"); v != "42" || !ok {
		t.Errorf("the first of two wins: %q %v", v, ok)
	}
	if v, ok := f.Lookup("titre"); v != "" || !ok {
		t.Errorf("an empty value is there: %q %v", v, ok)
	}
	if v, ok := f.Lookup("nosuch"); v != "" || ok {
		t.Errorf("an absent key: %q %v", v, ok)
	}
	if f.Get("id") != "42" || f.Get("nosuch") != "" || f.Int("id") != 42 || f.Int("x") != 0 || f.Int("nosuch") != 0 {
		t.Error("Get or Int")
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"alice":          `alice`,
		"":               `""`,
		"mot de passe":   `"mot de passe"`,
		`a"b\c`:          `"a\"b\\c"`,
		"ref=a":          `"ref=a"`,
		":x":             `":x"`,
		`:"x"`:           `":\"x\""`,
		"a\u200bb":       "\"a\u200bb\"", // for the server to judge
		"a\u2028b":       "\"a\u2028b\"",
		"x\nQUITTER":     "\"x\ufffdQUITTER\"",
		"x\r\nACHAT 1":   "\"x\ufffd\ufffdACHAT 1\"",
		"motdepass\xe9 ": "\"motdepass\ufffd \"",
	} {
		if got := protocol.Quote(in); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}
