package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// runes is a range of code points, both ends included.
type runes struct{ from, to rune }

var writtenRange = regexp.MustCompile(`U\+([0-9A-F]{4,6})(?:–U\+([0-9A-F]{4,6}))?`)

// refusedBySpec reads the table of refused characters from PROTOCOL.md §1.5.
func refusedBySpec(t testing.TB) (list []runes) {
	t.Helper()
	spec, err := os.ReadFile("../protocol/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(spec), "\n| refusés | lesquels |\n")
	table, _, ended := strings.Cut(table, "\n\n")
	if !found || !ended {
		t.Fatal("PROTOCOL.md has no table of refused characters")
	}
	for _, m := range writtenRange.FindAllStringSubmatch(table, -1) {
		from, _ := strconv.ParseInt(m[1], 16, 32)
		to := from
		if m[2] != "" {
			to, _ = strconv.ParseInt(m[2], 16, 32)
		}
		list = append(list, runes{rune(from), rune(to)})
	}
	return list
}

// textField is a value of a request that holds what people write.
type textField struct {
	line    string // %s is the value, in quotes
	field   string // what INVALIDE names
	free    bool   // a text of which anything else may be part, and the four joiners
	visible bool
	admin   bool
	open    bool // for who is not logged in
	email   bool
}

var textFields = []textField{
	{line: "VENTE livre 1 %s", field: "titre", free: true, visible: true},
	{line: "VENTE livre 1 description=%s Titre", field: "description", free: true},
	{line: "VENTE livre 1 ref=%s Titre", field: "ref"},
	{line: "VENTE %s 1 Titre", field: "categorie"},
	{line: "VENTE livre %s Titre", field: "prix"},
	{line: "ACHAT 999999 ref=%s", field: "ref"},
	{line: "ARTICLES q=%s", field: "q", free: true},
	{line: "ARTICLES categorie=%s", field: "categorie"},
	{line: "ARTICLES prix_max=%s", field: "prix"},
	{line: "ARTICLES vendeur=%s", field: "login"},
	{line: "ARTICLES n=%s", field: "n"},
	{line: "MESVENTES n=%s", field: "n"},
	{line: "MESACHATS n=%s", field: "n"},
	{line: "INSCRIPTION %s lettre@univ.fr P N 12345678", field: "login", open: true},
	{line: "INSCRIPTION lettre %s P N 12345678", field: "email", open: true, email: true},
	{line: "INSCRIPTION lettre lettre@univ.fr %s N 12345678", field: "prenom", open: true, free: true, visible: true},
	{line: "INSCRIPTION lettre lettre@univ.fr P %s 12345678", field: "nom", open: true, free: true, visible: true},
	{line: "BLOQUER personne %s", field: "raison", admin: true, free: true, visible: true},
	{line: "BLOQUER %s raison", field: "login", admin: true},
	{line: "EXPULSER personne minutes=1 %s", field: "raison", admin: true, free: true, visible: true},
	{line: "EXPULSER personne minutes=%s raison", field: "minutes", admin: true},
	{line: "SUPPRIMER personne %s", field: "raison", admin: true, free: true, visible: true},
	{line: "ANNONCE %s", field: "texte", admin: true, free: true, visible: true},
	{line: "COMPTES q=%s", field: "q", admin: true, free: true},
	{line: "SUIVRE periode=%s", field: "periode", admin: true},
}

// with puts a value into the request, so that it is read back whole.
func (f textField) with(value string) string {
	return fmt.Sprintf(f.line, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)+`"`)
}

// holding puts a character into a value that is good without it.
func (f textField) holding(r string) string {
	if f.email {
		return f.with("a" + r + "b@univ.fr")
	}
	return f.with("a" + r + "b")
}

// speakers are one connection for each state.
type speakers struct{ admin, student, open *client }

func (s speakers) of(f textField) *client {
	switch {
	case f.admin:
		return s.admin
	case f.open:
		return s.open
	}
	return s.student
}

func newSpeakers(t *testing.T) speakers {
	server := start(t, testenv.Embedded(t), "--quota-max", "1000000", "--flood-rate", "0",
		"--admin-login", "chef", "--admin-password", "pas-de-devinette")
	register(t, server.Addr, "alice")
	admin := dial(t, server.Addr)
	admin.Must("AUTH chef pas-de-devinette")
	return speakers{admin, login(t, server.Addr, "alice"), dial(t, server.Addr)}
}

// complainer is a *testing.T or a *rapid.T.
type complainer interface {
	Helper()
	Errorf(format string, args ...any)
}

func wantInvalid(t complainer, f textField, line string, r reply) {
	t.Helper()
	if r.Code() != protocol.INVALIDE || r.Fields.Get("champ") != f.field {
		t.Errorf("%+q: %s, want INVALIDE champ=%s", line, r.Line, f.field)
	}
}

// TestRefusedCharacters sends the ends of every range that PROTOCOL.md §1.5
// refuses, and characters inside, in every value of every verb.
func TestRefusedCharacters(t *testing.T) {
	t.Parallel()
	say := newSpeakers(t)
	refused := refusedBySpec(t)
	if len(refused) < 20 {
		t.Fatalf("%d ranges", len(refused))
	}
	for _, f := range textFields {
		c := say.of(f)
		var lines []string
		for _, x := range refused {
			for _, r := range []rune{x.from, (x.from + x.to) / 2, x.to} {
				if r == '\n' {
					continue // ends the request
				}
				lines = append(lines, f.holding(string(r)), f.with(string(r)))
			}
		}
		c.Send(strings.Join(lines, "\n") + "\n")
		for _, line := range lines {
			wantInvalid(t, f, line, c.Read())
		}
	}
}

// TestRefusedCharactersAnywhere draws them, and where they stand.
func TestRefusedCharactersAnywhere(t *testing.T) {
	t.Parallel()
	say := newSpeakers(t)
	refused := refusedBySpec(t)
	text := rapid.StringMatching(`[a-zé🎓 ]{0,5}`)
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(textFields).Draw(t, "field")
		x := rapid.SampledFrom(refused).Draw(t, "range")
		r := rapid.Int32Range(x.from, x.to).Filter(func(r int32) bool { return r != '\n' }).Draw(t, "rune")
		line := f.with(text.Draw(t, "before") + string(r) + text.Draw(t, "after"))
		wantInvalid(t, f, line, say.of(f).Do("%s", line))
	})
}

// TestTextMustShow: what leaves no ink is no title, name, reason or
// announcement, however it is made.
func TestTextMustShow(t *testing.T) {
	t.Parallel()
	say := newSpeakers(t)
	unseen := []string{
		"", " ", "\u00a0", "\u3000", "\u2003\u1680", "\u200d", "\ufe0f", "\u200c\ufe0e", " \u200d \ufe0f",
		"\u2800", "\U0001d159", "\U00013441", "\u0301", "\u20dd", "\ue000", "\u0378", "\U0010fffd",
	}
	shown := []string{
		"a", "é", "e\u0301", "7", "!", "€", "漢", "🎓", "\u2764\ufe0f", "👩\u200d🚀", "می\u200cخواهم", "क्\u200dष", "\u0600", "\u200da", "☃\ufe0e",
	}
	for _, f := range textFields {
		c := say.of(f)
		for _, s := range unseen {
			if f.visible {
				wantInvalid(t, f, s, c.Do("%s", f.with(s)))
			}
		}
		for _, s := range shown {
			if r := c.Do("%s", f.with(s)); f.free && r.Code() == protocol.INVALIDE && r.Fields.Get("champ") == f.field {
				t.Errorf("%+q: %s", f.with(s), r.Line)
			}
			if f.email {
				wantInvalid(t, f, s, c.Do("%s", f.holding("\u200d"+s)))
				wantInvalid(t, f, s, c.Do("%s", f.holding(s+"\ufe0f")))
			}
		}
	}
}

// TestMarksAreBounded: thirty combining marks in a row pass, one more does not,
// whatever they are made of.
func TestMarksAreBounded(t *testing.T) {
	t.Parallel()
	say := newSpeakers(t)
	for _, f := range textFields {
		if !f.free && !f.email {
			continue
		}
		c := say.of(f)
		for _, pile := range []string{"\u0301", "\u20dd", "\u0e31", "\u0300\u20dd\u0e31"} {
			one := len([]rune(pile))
			good, bad := strings.Repeat(pile, 30/one), strings.Repeat(pile, 30/one)+"\u0301"
			if r := c.Do("%s", f.holding(good)); r.Code() == protocol.INVALIDE && r.Fields.Get("champ") == f.field {
				t.Errorf("30 marks %+q in %s: %s", pile, f.line, r.Line)
			}
			wantInvalid(t, f, f.holding(bad), c.Do("%s", f.holding(bad)))
		}
		for _, bad := range []string{
			strings.Repeat("\u0344", 16),                                           // each is two marks
			"\u1fa7" + strings.Repeat("\u0301", 28),                                // its last three are marks
			strings.Repeat("\u0301", 20) + "\u200d" + strings.Repeat("\u0301", 20), // a joiner ends no row
		} {
			wantInvalid(t, f, f.holding(bad), c.Do("%s", f.holding(bad)))
		}
	}
}
