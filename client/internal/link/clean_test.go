package link

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"etuservices/protocol"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"Le Cœur en dehors 🎓 e\u0301":              "Le Cœur en dehors 🎓 e\u0301",
		"mal\x1b[2J\x1b]0;pwn\x07in":               "mal[2J]0;pwnin",
		"\x1b]52;c;cm0gLXJm\x1b\\x":                "]52;c;cm0gLXJm\\x",
		"a\u202egpj.exe\u2066\u200e\u061cb":        "agpj.exeb",
		"c\u009b31m\x00\x7f\u2028d":                "c31md",
		"a\u200bb\u00adc\u3164d\U000e0041e\ufffff": "abcdef",
		"می\u200cخواهم \u2764\ufe0f":               "می\u200cخواهم \u2764\ufe0f",
		"e" + strings.Repeat("\u0301", 300) + "f":  "e" + strings.Repeat("\u0301", protocol.MaxMarks) + "f",
		"tab\tand\r\nend":                          "tab andend",
		"\xe9t\xe9\xff":                            "\ufffdt\ufffd\ufffd",
		"":                                         "",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[31m\u202e\xff é")
	f.Add("a\u200b\u0301\u0344\u200d\U000e0001")
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if !utf8.ValidString(c) || protocol.HasUnprintable(c) || strings.ContainsFunc(c, unicode.IsControl) || Clean(c) != c || !protocol.Legible(c) {
			t.Errorf("%q -> %q", s, c)
		}
	})
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"": "127.0.0.1:5890", "localhost": "localhost:5890", " h:1 ": "h:1", ":5891": ":5891",
		"::1": "[::1]:5890", "[::1]": "[::1]:5890", "[::1]:7": "[::1]:7", "10.0.0.1": "10.0.0.1:5890",
	} {
		if got := Address(in); got != want {
			t.Errorf("Address(%q) = %q, want %q", in, got, want)
		}
	}
}
