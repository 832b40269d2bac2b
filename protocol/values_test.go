package protocol_test

import (
	"math"
	"strings"
	"testing"

	"etuservices/protocol"
)

// The bounds of PROTOCOL.md §5 at n-1, n and n+1, in characters of four
// bytes where code points count.
func TestBounds(t *testing.T) {
	repeat := func(s string) func(int) string { return func(n int) string { return strings.Repeat(s, n) } }
	login := func(s string) bool { _, ok := protocol.ParseLogin(s); return ok }
	email := func(s string) bool { _, ok := protocol.ParseEmail(s); return ok }
	name := func(s string) bool { _, ok := protocol.ParseName(s); return ok }
	for name, c := range map[string]struct {
		ok          func(string) bool
		of          func(int) string
		least, most int
	}{
		"login":       {login, repeat("a"), 2, 32},
		"email":       {email, func(n int) string { return strings.Repeat("a", max(0, n-8)) + "@univ.fr" }, 9, 254},
		"name":        {name, repeat("🎓"), 1, 64},
		"password":    {protocol.ValidPassword, repeat("🎓"), 8, 128},
		"title":       {protocol.ValidTitle, repeat("🎓"), 1, 120},
		"description": {protocol.ValidDescription, repeat("🎓"), 0, 300},
		"ref":         {protocol.ValidRef, repeat("a"), 1, 64},
	} {
		for _, n := range []int{c.least - 1, c.least, c.most, c.most + 1} {
			if n >= 0 && c.ok(c.of(n)) != (c.least <= n && n <= c.most) {
				t.Errorf("%s of %d is judged wrongly", name, n)
			}
		}
	}
}

func TestLogin(t *testing.T) {
	for in, want := range map[string]string{"alice": "alice", "Alice.B_2-x": "alice.b_2-x", "0a": "0a", "a.": "a."} {
		if got, ok := protocol.ParseLogin(in); got != want || !ok {
			t.Errorf("%q is %q, %v", in, got, ok)
		}
	}
	for _, s := range []string{"", ".a", "_a", "-a", "a b", "élodie", "a@b", "a:b", "a\x00", "\u212aevin", "ali\u017f"} {
		if got, ok := protocol.ParseLogin(s); got != "" || ok {
			t.Errorf("%q is %q", s, got)
		}
	}
}

func TestEmail(t *testing.T) {
	for in, want := range map[string]string{
		"alice@univ.fr": "alice@univ.fr", "A.B+c@Univ-Savoie.FR": "a.b+c@univ-savoie.fr", "é@univ.fr": "é@univ.fr",
		"E\u0301A\u030A@UNIV.FR": "éå@univ.fr", "q\u0307\u0323@univ.fr": "q\u0323\u0307@univ.fr",
	} {
		if got, ok := protocol.ParseEmail(in); got != want || !ok {
			t.Errorf("%q is %q, %v", in, got, ok)
		}
	}
	for _, s := range []string{
		"", "alice", "@univ.fr", "alice@", "alice@univ", "alice@univ.", "alice@.fr", "a@b@univ.fr", "a b@univ.fr",
		"a:b@univ.fr", "a@-univ.fr", "a@univ-.fr", "a@univ..fr", "a\u00a0@univ.fr", "a\x1b@univ.fr", "a@univ.fr\xff", `"a"@univ.fr`,
		"a\u200bb@univ.fr", "a\u200db@univ.fr", "a\ufe0f@univ.fr", "\u0301a@univ.fr", "a@\u0301univ.fr", "a\u2800b@univ.fr", "a\ue000b@univ.fr",
	} {
		if got, ok := protocol.ParseEmail(s); got != "" || ok {
			t.Errorf("%q is %q", s, got)
		}
	}
}

func TestTexts(t *testing.T) {
	isName := func(s string) bool { _, ok := protocol.ParseName(s); return ok }
	for name, ok := range map[string]func(string) bool{
		"name": isName, "title": protocol.ValidTitle, "password": protocol.ValidPassword, "description": protocol.ValidDescription,
	} {
		for s, want := range map[string]bool{
			"Le Petit Prince": true, "\"d'été\" \\ = :": true,
			"Le Petit\tPrince": false, "Le Petit\x7fPrince": false, "Le Petit\u0085Prince": false, "Le \u202ePetit": false,
		} {
			if ok(s) != want {
				t.Errorf("%s %q is judged %v", name, s, !want)
			}
		}
	}
	if isName(" ") || protocol.ValidTitle(" \u00a0\u3000") || !protocol.ValidPassword("        ") || !protocol.ValidDescription(" ") {
		t.Error("a name and a title must show; a password need not")
	}
	if protocol.ValidDescription("\u200d") || protocol.ValidDescription(" \ufe0f") || !protocol.ValidDescription("❤\ufe0f") {
		t.Error("a joiner stands with something that shows")
	}
}

func TestCategoryAndRef(t *testing.T) {
	for _, c := range strings.Fields("livre dvd cd jeu materiel autre") {
		if !protocol.ValidCategory(c) {
			t.Errorf("%s is no category", c)
		}
	}
	for _, s := range []string{"", "Livre", "matériel", "livre "} {
		if protocol.ValidCategory(s) {
			t.Errorf("%q is a category", s)
		}
	}
	for s, want := range map[string]bool{"k7": true, "A.b_c-9": true, ".": true, "a b": false, "é": false, "a/b": false, "a\n": false} {
		if protocol.ValidRef(s) != want {
			t.Errorf("ref %q is judged %v", s, !want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for s, want := range map[string]int64{
		"0": 0, "1": 1, "0042": 42, "9223372036854775807": math.MaxInt64, "99999999999999999999": math.MaxInt64,
	} {
		if got, ok := protocol.ParseID(s); got != want || !ok {
			t.Errorf("id %q is %d, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "-1", "+1", "1.0", "0x1", " 1", "un", "١"} {
		if got, ok := protocol.ParseID(s); got != 0 || ok {
			t.Errorf("id %q is %d", s, got)
		}
		if got, ok := protocol.ParsePageSize(s); got != 0 || ok {
			t.Errorf("n %q is %d", s, got)
		}
	}
	for s, want := range map[string]int{"0": 0, "1": 1, "100": 100, "101": 0, "99999999999999999999": 0} {
		if got, ok := protocol.ParsePageSize(s); got != want || ok != (want > 0) {
			t.Errorf("n %q is %d, %v", s, got, ok)
		}
	}
}

// A name is kept in NFC, and its length is that of this form.
func TestNamesAreKeptInNFC(t *testing.T) {
	for in, want := range map[string]string{
		"Rene\u0301": "René", "\u1100\u1161": "\uac00", "\u212b": "\u00c5", "q\u0307\u0323": "q\u0323\u0307",
		strings.Repeat("e\u0301", 64): strings.Repeat("é", 64),
	} {
		if got, ok := protocol.ParseName(in); got != want || !ok {
			t.Errorf("%+q is kept as %+q, %v", in, got, ok)
		}
	}
	longer := strings.Repeat("\ufb2c", 22) // each is three in NFC
	if got, ok := protocol.ParseName(longer); ok {
		t.Errorf("%d characters are kept", len([]rune(got)))
	}
}
