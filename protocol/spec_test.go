package protocol_test

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"etuservices/protocol"
)

//go:embed PROTOCOL.md
var spec string

// maxWidth of prose, so that it reads in any terminal.
const maxWidth = 80

// chapter gives what stands under a heading of the second level.
func chapter(t *testing.T, title string) string {
	_, after, found := strings.Cut(spec, "\n## "+title+"\n")
	if !found {
		t.Fatalf("PROTOCOL.md has no chapter %q", title)
	}
	text, _, _ := strings.Cut(after, "\n## ")
	return text
}

// sections gives what stands under each heading of the third level.
func sections(text string) map[string]string {
	all := map[string]string{}
	for i, s := range strings.Split(text, "\n### ") {
		if i > 0 {
			title, body, _ := strings.Cut(s, "\n")
			all[title] = body
		}
	}
	return all
}

func verbSections(t *testing.T) map[string]string {
	all := sections("\n" + chapter(t, "5. Verbes"))
	maps.Copy(all, sections("\n"+chapter(t, "6. Verbes de l'administrateur")))
	return all
}

func heading(v *protocol.Verb) string {
	if len(v.Aliases) == 0 {
		return v.Name
	}
	return v.Name + " (" + strings.Join(v.Aliases, ", ") + ")"
}

// The specification and the table have the same verbs.
func TestSpecHasTheVerbs(t *testing.T) {
	all := verbSections(t)
	for _, v := range protocol.Verbs {
		text, found := all[heading(v)]
		if !found {
			t.Errorf("no section %q", heading(v))
			continue
		}
		delete(all, heading(v))
		if !strings.HasPrefix(text, "\n    "+v.Usage+"\n") {
			t.Errorf("%s: the section does not begin with the syntax %q", v.Name, v.Usage)
		}
		if v.Colon != "" && !strings.Contains(text, "\n    "+v.Colon+":") {
			t.Errorf("%s: the spelling %s: does not stand under the syntax", v.Name, v.Colon)
		}
		who := map[protocol.Access]string{
			protocol.Anyone: "tout le monde", protocol.Anonymous: "qui n'est pas connecté",
			protocol.LoggedIn: "les connectés", protocol.Admin: "les administrateurs",
		}[v.Access]
		if v.Name == "RETRAIT" {
			who = "le vendeur"
		}
		if !strings.Contains(text, "\nQui : "+who) {
			t.Errorf("%s: it is not said that %s may use it", v.Name, who)
		}
		for _, p := range v.Params {
			if p.Kind == protocol.Key && !strings.Contains(text, "`"+p.Name+"`") {
				t.Errorf("%s: the key %s is not described", v.Name, p.Name)
			}
		}
	}
	for title := range all {
		t.Errorf("the section %q is about no verb of the table", title)
	}
}

// codeRow is a row of the table of codes: the code, its keys, what follows it.
var codeRow = regexp.MustCompile("(?m)^\\| `([A-Z]+)([^`]*)` \\| .* \\| (continue|ferme) \\|$")

// And the same codes.
func TestSpecHasTheCodes(t *testing.T) {
	var order []string
	for _, row := range codeRow.FindAllStringSubmatch(chapter(t, "3. Codes"), -1) {
		order = append(order, row[1])
		info, ok := protocol.Code(row[1]).Info()
		if !ok || info.Closes != (row[3] == "ferme") {
			t.Errorf("%s: no such code in the table, or it does not %s", row[1], row[3])
		}
	}
	var want []string
	for _, c := range protocol.Codes {
		want = append(want, string(c.Code))
	}
	if !slices.Equal(order, want) {
		t.Errorf("codes in PROTOCOL.md:\n%s\nin codes.go:\n%s", order, want)
	}
}

// Every code that is mentioned is one.
func TestSpecKnowsItsCodes(t *testing.T) {
	for _, m := range regexp.MustCompile(`-ERR ([A-Z]+)`).FindAllStringSubmatch(spec, -1) {
		if _, ok := protocol.Code(m[1]).Info(); !ok && m[1] != "CODE" {
			t.Errorf("%s is no code", m[0])
		}
	}
}

// The table of bounds says what limits.go says.
func TestSpecHasTheBounds(t *testing.T) {
	text := chapter(t, "1. Conventions")
	for name, want := range map[string]string{
		"login":            fmt.Sprintf("%d–%d ", protocol.MinLogin, protocol.MaxLogin),
		"e-mail":           fmt.Sprintf("au plus %d octets", protocol.MaxEmail),
		"prénom, nom":      fmt.Sprintf("1–%d,", protocol.MaxName),
		"mot de passe":     fmt.Sprintf("%d–%d,", protocol.MinPassword, protocol.MaxPassword),
		"catégorie":        "`" + strings.Join(protocol.Categories, "` `") + "` |",
		"prix, `prix_max`": "0.00–" + protocol.FormatPrice(protocol.MaxPriceCents) + " |",
		"titre":            fmt.Sprintf("1–%d,", protocol.MaxTitle),
		"description":      fmt.Sprintf("0–%d ;", protocol.MaxDescription),
		"`ref`":            fmt.Sprintf("1–%d ", protocol.MaxRef),
		"`n`":              fmt.Sprintf("%d–%d ; %d sans elle |", protocol.MinPage, protocol.MaxPage, protocol.DefaultPage),
		"`periode`":        fmt.Sprintf("%d–%d ; %d sans elle |", protocol.MinPeriod, protocol.MaxPeriod, protocol.DefaultPeriod),
		"`minutes`":        fmt.Sprintf("1–%d |", protocol.MaxMinutes),
		"raison":           fmt.Sprintf("1–%d,", protocol.MaxReason),
		"annonce":          fmt.Sprintf("1–%d,", protocol.MaxAnnounce),
	} {
		if !strings.Contains(text, "\n| "+name+" | "+want) {
			t.Errorf("no row for %s that says %s", name, want)
		}
	}
	for _, want := range []string{
		fmt.Sprintf("au plus %d octets, fin comprise", protocol.MaxLine), fmt.Sprintf("au plus %d champs", protocol.MaxFields),
		fmt.Sprintf("proto=%d", protocol.Version), "port 5890",
	} {
		if !strings.Contains(spec, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

// It reads in any terminal.
func TestSpecWidth(t *testing.T) {
	fenced := false
	for i, line := range strings.Split(spec, "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if n := utf8.RuneCountInString(line); n > maxWidth && !fenced && !strings.HasPrefix(line, "|") {
			t.Errorf("line %d has %d characters: %s", i+1, n, line)
		}
	}
}
