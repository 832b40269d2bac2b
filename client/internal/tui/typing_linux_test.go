package tui

import (
	"strings"
	"testing"
	"time"

	"etuservices/client/internal/link/linktest"
)

// slowly writes byte by byte, as a slow line delivers them.
func (p *tty) slowly(keys string) {
	p.t.Helper()
	beat := time.NewTicker(pace)
	defer beat.Stop()
	for i := range len(keys) {
		p.press(keys[i : i+1])
		<-beat.C
	}
}

func TestCtrlCLeavesDuringAnUnterminatedPaste(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]string{
		"by hand":      {"\x1b[200~abc", "\x03", "\x03"},
		"in one write": {"\x1b[200~abc\x03\x03"},
		"nothing else": {"\x1b[200~", "\x03"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := launch(t, linktest.Listen(t, healthy))
			p.see("Identifiant")
			for _, k := range keys {
				p.press(k)
			}
			p.over(0)
		})
	}
}

func TestNothingIsLostWhereReadsCut(t *testing.T) {
	t.Parallel()
	p := launch(t, linktest.Listen(t, healthy))
	p.see("Identifiant")
	p.slowly("été日😀x")
	p.see("▸ Identifiant", "│ été日😀x")
	p.slowly("\x1b[B")
	p.see("▸ Mot de passe")
	p.slowly("\x1b[A\x1b[D\x1b[3~")
	p.see("▸ Identifiant")
	p.slowly("\x1b[200~é\x1b[201~")
	p.see("été日😀é")
	p.press("\x03")
	p.over(0)
}

// TestMouseBurstTypesNothing: however a burst of reports is cut, none of it
// lands in a field.
func TestMouseBurstTypesNothing(t *testing.T) {
	t.Parallel()
	p := launch(t, linktest.Listen(t, healthy))
	p.see("Identifiant")
	for _, report := range []string{"\x1b[<35;57;12M", "\x1b[M\x43\x5a\x2b", "\x1b[<35;157;1M"} {
		p.press(strings.Repeat(report, 400))
	}
	p.press("fin")
	p.see("▸ Identifiant", "│ fin")
	p.press("\x03")
	p.over(0)
}

// TestPastedLineEndIsNotText: what a password manager puts behind a login or a
// password is no part of it, and sends nothing by itself.
func TestPastedLineEndIsNotText(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 16)
	p := launch(t, linktest.Listen(t, func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		c.Answer(func(request string) []string {
			if strings.HasPrefix(request, "AUTH") {
				asked <- request
			}
			return answers(request)
		})
	}))
	p.see("Identifiant")
	p.press("\x1b[200~ amelie \r\n\x1b[201~\t\x1b[200~motdepasse\n\x1b[201~")
	p.see("••••••••••")
	p.press("\r")
	p.see("Bonjour Amélie.")
	if got := <-asked; got != "AUTH amelie :motdepasse" {
		t.Errorf("asked %q", got)
	}
	p.press("\x03")
	p.over(0)
}

// TestTerminalWithoutUTF8: what is drawn is ASCII, whatever others wrote (to
// such a terminal a byte above is a control character), and what is typed
// arrives.
func TestTerminalWithoutUTF8(t *testing.T) {
	t.Parallel()
	for _, locale := range []string{"C", "fr_FR.ISO-8859-1"} {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			p := launch(t, linktest.Listen(t, func(c *linktest.Conn) {
				c.Say(linktest.Greeting)
				c.Answer(func(request string) []string {
					if strings.HasPrefix(request, "ARTICLES") {
						return []string{
							`| id=7 titre="À Ûber 日本 👨‍👩‍👧‍👦 cœur" categorie=livre prix=4.50 vendeur=zoé publie=2026-11-20T09:00:00Z`, "+OK ARTICLES lignes=1",
						}
					}
					return answers(request)
				})
			}), "LC_ALL="+locale)
			p.see("> Identifiant") // signs have their twins, not "?"
			p.press("amelie\tmotdepasse\r")
			p.see("Bonjour Amelie.")
			p.press("2")
			p.see("A Uber ? ?  ?  cour", "4,50 E")
			p.press("3\t\xe9t\xc3\xa9x")
			p.see("| tex") // a byte that is no UTF-8 is no character
			p.press("\x03")
			p.over(0)
			if i := strings.IndexFunc(p.raw.String(), func(r rune) bool { return r > 0x7e }); i >= 0 {
				t.Errorf("%q was sent", p.raw.String()[i:i+4])
			}
		})
	}
}
