package i18n

import (
	"strings"
	"testing"
)

func TestCharsetOfALocale(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]bool{
		"": true, "LANG=fr_FR.UTF-8": true, "LANG=C.UTF-8": true, "LANG=C.utf8": true, "LANG=fr": true, "LANG=fr_FR": true,
		"LANG=C": false, "LANG=POSIX": false, "LANG=c": false, "LANG=fr_FR.ISO-8859-1": false, "LANG=fr_FR.iso88591": false,
		"LANG=fr_FR.ISO8859-15@euro": false, "LANG=ja_JP.eucJP": false, "LANG=ru_RU.KOI8-R": false, "LANG=en_US.US-ASCII": false,
		"LC_ALL=C LANG=fr_FR.UTF-8": false, "LC_ALL=C.UTF-8 LANG=C": true, "LC_CTYPE=fr_FR.UTF-8 LANG=C": true,
		"LC_CTYPE=C LANG=fr_FR.UTF-8": false, "LC_ALL= LANG=C": false,
	} {
		got := IsUTF8(func(name string) string {
			for _, kv := range strings.Fields(env) {
				if k, v, _ := strings.Cut(kv, "="); k == name {
					return v
				}
			}
			return ""
		})
		if got != want {
			t.Errorf("%q: %v, want %v", env, got, want)
		}
	}
}

func TestPlainWriterSendsASCII(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Connexion réussie, « Zoé ».\n": "Connexion reussie, \" Zoe \".\n", "e\u0301te\u0301": "ete", "Cœur à 4,50\u00a0€": "Cour a 4,50 E",
		"Û\u009b2J 日本": "U?2J ??", "": "",
	} {
		var b strings.Builder
		if n, err := Plain(&b).Write([]byte(in)); n != len(in) || err != nil || b.String() != want {
			t.Errorf("%q becomes %q (%d, %v), want %q", in, b.String(), n, err, want)
		}
	}
}
