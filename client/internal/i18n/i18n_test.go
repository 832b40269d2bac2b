package i18n

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"etuservices/client/internal/link"
	"etuservices/protocol"
)

var (
	fr = T{French}
	en = T{English}

	verb = regexp.MustCompile(`%(\[\d+\])?[-+#0 ]*[\d.*]*[a-zA-Z%]`)
	// Words that only one of the languages has: one in the other's text is a
	// sentence that was not translated.
	englishWord = regexp.MustCompile(`(?i)\b(the|your|you|this|and|with|not|is|are|was|of|to|for|from|password|buyer|seller|press|again)\b`)
	frenchWord  = regexp.MustCompile(`(?i)\b(le|la|les|un|une|des|du|vous|votre|vos|est|sont|avec|dans|pour|de|et|ou|mot|acheteur|vendeur|prix|titre)\b`)
	badSpace    = regexp.MustCompile(` [:;!?»€]|« |[^\s\x{a0}/:0-9][:;!?]( |$)| %%`)
)

func TestEveryMessageIsWhole(t *testing.T) {
	var all []Msg
	for _, table := range tables {
		all = slices.AppendSeq(all, maps.Values(table))
	}
	if len(all) < 60 {
		t.Fatalf("only %d messages: the list is not filled", len(all))
	}
	for _, m := range all {
		forms := []string{m.text[French], m.text[English]}
		if m.single != [2]string{} {
			forms = append(forms, m.single[French], m.single[English])
			if !strings.Contains(forms[0], "%s") {
				t.Errorf("%q: a counted sentence has its number as %%s", forms[0])
			}
		}
		for _, f := range forms {
			if strings.TrimSpace(f) == "" {
				t.Errorf("a hole beside %q", forms)
			}
			if got, want := verb.FindAllString(f, -1), verb.FindAllString(forms[0], -1); !slices.Equal(got, want) {
				t.Errorf("%q has verbs %v, %q has %v", f, got, forms[0], want)
			}
		}
		for _, french := range []string{m.text[French], m.single[French]} {
			if w := englishWord.FindString(french); w != "" {
				t.Errorf("English %q in %q", w, french)
			}
			if w := badSpace.FindString(french); w != "" {
				t.Errorf("spacing %q in %q", w, french)
			}
		}
		for _, english := range []string{m.text[English], m.single[English]} {
			if w := frenchWord.FindString(english); w != "" {
				t.Errorf("French %q in %q", w, english)
			}
		}
	}
}

// TestDeclaredAndWrittenAreTheSame names the key that only the program, or only
// messages.toml, has.
func TestDeclaredAndWrittenAreTheSame(t *testing.T) {
	for want, declare := range map[string]func(){
		"Logout.Nothing": func() { section[struct{ Title, Ask, Nothing Msg }]("Logout") },
		"Logout.Ask":     func() { section[struct{ Title Msg }]("Logout") },
		"Nothing":        func() { words("Nothing") },
		"Common.Three":   func() { parse([]byte(`Common.Three = ["un", "deux", "three"]`)) },
	} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, want) {
					t.Errorf("%q does not name %s", said, want)
				}
			}()
			declare()
		}()
	}
}

func TestEveryCodeHasASentence(t *testing.T) {
	seen := map[string]protocol.Code{}
	for _, c := range protocol.Codes {
		for _, lang := range []T{fr, en} {
			s := lang.Error(fmt.Errorf("x: %w", &link.Error{Code: c.Code, Line: "-ERR X :texte du serveur"}))
			if s == "" || strings.Contains(s, "%!") || strings.Contains(s, "serveur refuse") || strings.Contains(s, "texte du") {
				t.Errorf("%s: %q", c.Code, s)
			}
			if other, ok := seen[s]; ok {
				t.Errorf("%s and %s both say %q", c.Code, other, s)
			}
			seen[s] = c.Code
		}
	}
}

// What the server says of acts about an account is said in either language.
func TestServersSentencesAreTold(t *testing.T) {
	said := []string{protocol.SaidPassword, protocol.SaidRole, protocol.SaidCleared, protocol.SaidReset, protocol.SaidDeleted}
	for _, text := range said {
		if english := (T{Lang: English}).Name(Told, text); english == text {
			t.Errorf("%q has no English", text)
		}
	}
	if len(Told) != len(said) {
		t.Errorf("%d sentences, of which the server says %d", len(Told), len(said))
	}
}

func TestErrorTellsTheFields(t *testing.T) {
	field := func(kv ...string) (f protocol.Fields) {
		for i := 0; i < len(kv); i += 2 {
			f = append(f, protocol.Field{Key: kv[i], Value: kv[i+1]})
		}
		return f
	}
	for _, c := range []struct {
		code   protocol.Code
		fields protocol.Fields
		want   string
	}{
		{protocol.QUOTA, field("quota", "services", "apres", "192"), "Achats et ventes épuisés : prochain dans 3 min 12 s."},
		{protocol.QUOTA, field("quota", "connexions", "apres", "60"), "Connexions épuisées : prochaine dans 1 min."},
		{protocol.ECHEC, field("reste", "1"), "Identifiant ou mot de passe incorrect."},
		{protocol.EXISTE, field("champ", "email"), "Cette adresse e-mail a déjà un compte."},
		{protocol.INVALIDE, field("champ", "motdepasse"), "Mot de passe : 8 à 128 caractères."},
		{protocol.BLOQUE, field("apres", "300"), "Ce compte est expulsé : réessayez dans 5 min."},
		{protocol.BLOQUE, field("raison", "doublons"), "Ce compte est bloqué par l'administration. Raison : doublons"},
		{protocol.INDISPONIBLE, field("apres", "2"), "Service momentanément indisponible, rien n'a été compté. Réessayez dans 2 s."},
		{protocol.INTERNE, field("incident", "abc"), "Le serveur a eu une erreur. Signalez le numéro abc à l'administration."},
		{"NOUVEAU", nil, "Le serveur refuse (NOUVEAU)."},
	} {
		got := strings.ReplaceAll(fr.Error(&link.Error{Code: c.code, Fields: c.fields}), nbsp, " ")
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.code, got, c.want)
		}
	}
	lost := fmt.Errorf("%w: %w", link.ErrLost, link.ErrUnreachable)
	if got := en.Error(lost); !strings.Contains(got, "not known") {
		t.Error(got)
	}
	if got := en.Error(errors.New("boom")); !strings.Contains(got, "boom") {
		t.Error(got)
	}
}

// TestConnectionErrorsNameTheAddress and the next step.
func TestConnectionErrorsNameTheAddress(t *testing.T) {
	for _, cause := range []error{link.ErrUnreachable, link.ErrSilent, link.ErrHungUp, link.ErrTLS, link.ErrProtocol} {
		for _, lang := range []T{fr, en} {
			s := lang.Error(fmt.Errorf("%w: %w", link.ErrClosed, &link.AddrError{Addr: "h:5890", Err: cause}))
			if !strings.Contains(s, "h:5890") || strings.Contains(s, "%!") {
				t.Errorf("%v: %q", cause, s)
			}
			if s := lang.Error(cause); strings.Contains(s, "%") {
				t.Errorf("%v without an address: %q", cause, s)
			}
		}
	}
}

func TestPlurals(t *testing.T) {
	for n, want := range map[int][2]string{
		0: {"0 achat ou vente restant sur 10", "0 of 10 purchases or sales left"}, 1: {"1 achat ou vente restant sur 10", "1 of 10 purchases or sales left"},
		2:    {"2 achats ou ventes restants sur 10", "2 of 10 purchases or sales left"},
		1234: {"1" + nbsp + "234 achats ou ventes restants sur 10", "1,234 of 10 purchases or sales left"},
	} {
		if got := [2]string{fr.N(Quota.CallsLeft, n, "10"), en.N(Quota.CallsLeft, n, "10")}; got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	day := 24 * time.Hour
	at := time.Date(2026, 11, 21, 10, 4, 0, 0, time.Local)
	for _, c := range []struct{ got, want string }{
		{fr.Amount(450), "4,50_€"},
		{en.Amount(450), "€4.50"},
		{fr.Amount(0), "0,00_€"},
		{fr.Amount(5), "0,05_€"},
		{fr.Amount(999_999), "9_999,99_€"},
		{en.Amount(999_999), "€9,999.99"},
		{fr.Amount(-1), "?"},
		{fr.Int(1234567), "1_234_567"},
		{en.Int(-1000), "-1,000"},
		{fr.Int(999), "999"},
		{fr.Decimal(-0.04, 1), "0,0"},
		{fr.Decimal(-1.25, 2), "-1,25"},
		{fr.Countdown(192 * time.Second), "03:12"},
		{fr.Countdown(1), "00:01"},
		{fr.Countdown(-5), "00:00"},
		{fr.Countdown(3725 * time.Second), "1:02:05"},
		{fr.Duration(192 * time.Second), "3_min 12_s"},
		{fr.Duration(2 * time.Hour), "2_h"},
		{fr.Duration(0), "0_s"},
		{fr.Duration(25 * time.Hour), "1_j 1_h"},
		{en.Duration(25 * time.Hour), "1_d 1_h"},
		{fr.Age(59*time.Second + 999*time.Millisecond), "59_s"},
		{fr.Age(3 * day), "3_j"},
		{en.Age(3 * day), "3_d"},
		{fr.Age(-time.Hour), "0_s"},
		{fr.Date(at, at.Add(time.Hour)), "10:04"},
		{fr.Date(at, at.Add(day)), "hier 10:04"},
		{en.Date(at, at.Add(day)), "yesterday 10:04"},
		{fr.Date(at, at.Add(5*day)), "21_nov. 10:04"},
		{en.Date(at, at.Add(60*day)), "21_Nov 2026"},
		{fr.Date(time.Time{}, at), "?"},
		{fr.Name(Categories, "materiel"), "Matériel"},
		{en.Name(Categories, "livre"), "Book"},
		{en.Name(Categories, "new"), "new"},
	} {
		if got := strings.ReplaceAll(c.got, nbsp, "_"); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestDateWidth: no date is cut in a column of that width.
func TestDateWidth(t *testing.T) {
	now := time.Date(2026, 12, 31, 23, 59, 0, 0, time.Local)
	longest := 0
	for day := range 730 {
		for _, lang := range []T{fr, en} {
			longest = max(longest, len([]rune(lang.Date(now.AddDate(0, 0, -day), now))))
		}
	}
	if longest != DateWidth {
		t.Errorf("%d cells, not %d", longest, DateWidth)
	}
}

func TestDetect(t *testing.T) {
	for env, want := range map[string]Lang{
		"": English, "LANG=fr_FR.UTF-8": French, "LANG=en_US.UTF-8": English, "LANG=C": English, "LANG=POSIX": English,
		"LANG=de_DE": English, "LANG=en_GB LC_ALL=fr_BE.UTF-8": French, "LANG=fr_FR LC_MESSAGES=en": English,
		"LANG=en-US": English, "LANG=frx": English, "LANG=fr": French, "LC_ALL= LANG=en@euro": English,
	} {
		vars := map[string]string{}
		for _, kv := range strings.Fields(env) {
			k, v, _ := strings.Cut(kv, "=")
			vars[k] = v
		}
		if got := Detect(func(k string) string { return vars[k] }); got != want {
			t.Errorf("%q: %s", env, got)
		}
	}
}
