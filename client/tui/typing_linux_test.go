package tui

import (
	"strings"
	"testing"
	"time"

	"etuservices/client/link/linktest"
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
	p.see("▸ Identifiant   été日😀x")
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
	p.press("\x0f")
	p.see("Souris activée")
	for _, report := range []string{"\x1b[<35;57;12M", "\x1b[M\x43\x5a\x2b", "\x1b[<35;157;1M"} {
		p.press(strings.Repeat(report, 400))
	}
	p.press("fin")
	p.see("▸ Identifiant   fin│")
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
	p.see("••••••••••│")
	p.press("\r")
	p.see("Bonjour Amélie.")
	if got := <-asked; got != "AUTH amelie :motdepasse" {
		t.Errorf("asked %q", got)
	}
	p.press("\x03")
	p.over(0)
}
