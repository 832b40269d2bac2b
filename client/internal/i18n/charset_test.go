package i18n

import (
	"strings"
	"testing"
)

func TestCharsetOfALocale(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]Charset{
		"": UTF8, "LANG=fr_FR.UTF-8": UTF8, "LANG=C.UTF-8": UTF8, "LANG=C.utf8": UTF8, "LANG=fr": UTF8, "LANG=fr_FR": UTF8,
		"LANG=C": ASCII, "LANG=POSIX": ASCII, "LANG=c": ASCII, "LANG=fr_FR.ISO-8859-1": Latin1, "LANG=fr_FR.iso88591": Latin1,
		"LANG=fr_FR.ISO8859-15@euro": Latin1, "LANG=ja_JP.eucJP": ASCII, "LANG=ru_RU.KOI8-R": ASCII, "LANG=en_US.US-ASCII": ASCII,
		"LC_ALL=C LANG=fr_FR.UTF-8": ASCII, "LC_ALL=C.UTF-8 LANG=C": UTF8, "LC_CTYPE=fr_FR.UTF-8 LANG=C": UTF8,
		"LC_CTYPE=C LANG=fr_FR.UTF-8": ASCII, "LC_ALL= LANG=C": ASCII,
	} {
		got := DetectCharset(func(name string) string {
			for _, kv := range strings.Fields(env) {
				if k, v, _ := strings.Cut(kv, "="); k == name {
					return v
				}
			}
			return ""
		})
		if got != want {
			t.Errorf("%q is %d, want %d", env, got, want)
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
		if n, err := (Plain{&b}).Write([]byte(in)); n != len(in) || err != nil || b.String() != want {
			t.Errorf("%q becomes %q (%d, %v), want %q", in, b.String(), n, err, want)
		}
	}
}
