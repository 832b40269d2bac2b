package tui

import (
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"etuservices/client/internal/api"
	"etuservices/client/internal/config"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/linemode"
	"etuservices/client/internal/link/linktest"
	"etuservices/client/internal/prompt"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/renderer"
)

// childEnv names the server of a test binary that is to be the program.
const childEnv = "ETU_TUI_TEST_SERVER"

func TestMain(m *testing.M) {
	if addr := os.Getenv(childEnv); addr != "" {
		os.Exit(child(addr))
	}
	os.Exit(m.Run())
}

func child(addr string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if os.Getenv("ETU_TUI_TEST_LINES") != "" {
		return linemode.Run(ctx, linemode.Options{
			API: api.Options{Addr: addr}, Prompt: prompt.New(os.Stdin, os.Stdout), Out: os.Stdout,
		})
	}
	client := api.New(api.Options{Addr: addr})
	defer func() { _ = client.Close() }()
	var server page.API = client
	if os.Getenv("ETU_TUI_TEST_PANIC") != "" {
		server = panicking{client}
	}
	cfg := config.Config{Addr: addr, Animations: true, UTF8: i18n.IsUTF8(os.Getenv)}
	opt := Options{Config: cfg, API: server, Terminal: renderer.Open(os.Stdin, os.Stdout), Debug: io.Discard}
	if err := Run(ctx, opt); err != nil && ctx.Err() == nil {
		return 1
	}
	return 0
}

// panicking has a fault of ours in it.
type panicking struct{ *api.Client }

func (panicking) Count(context.Context) (api.Count, error) { panic("a fault of ours") }

// answers is a server that knows one student and one hostile article.
func answers(request string) []string {
	verb, _, _ := strings.Cut(request, " ")
	switch verb {
	case "AUTH":
		return []string{"+OK PASSOK login=amelie role=etudiant utilise=1 max=10 reste=9 retour=0 visites=1 jeton=abc"}
	case "REPRENDRE":
		return []string{"+OK REPRENDRE login=amelie role=etudiant jeton=abc"}
	case "QUI":
		return []string{"+OK QUI login=amelie prenom=Amélie nom=Durand email=a@etu.example role=etudiant depuis=2026-11-21T09:00:00Z"}
	case "NB":
		return []string{"+OK NB connexions=2 utilisateurs=1"}
	case "QUOTA":
		return []string{
			"| quota=connexions utilise=1 max=10 fenetre=600 reste=9 retour=0",
			"| quota=services utilise=0 max=10 fenetre=600 reste=10 retour=0", "+OK QUOTA lignes=2",
		}
	case "ARTICLES":
		return []string{
			"| id=7 titre=\"mal\x1b[2J\x1b]52;c;AAAA\x07\u202eveillant\" categorie=livre prix=4.50 vendeur=zoe publie=2026-11-20T09:00:00Z",
			"+OK ARTICLES lignes=1",
		}
	case "NOUVELLES":
		return []string{
			"| nouvelle=n1 instant=2026-11-21T09:00:00Z type=ANNONCE lue=non texte=\"flot d'annonces\"",
			"+OK NOUVELLES lignes=1 non_lues=1",
		}
	case "STATS":
		return []string{"| tableau=derniers rang=1 login=amelie instant=2026-11-21T09:00:00Z", "| tableau=top rang=1 login=amelie connexions=3", "+OK STATS lignes=1"}
	}
	return []string{"+OK " + verb}
}

func healthy(c *linktest.Conn) {
	c.Say(linktest.Greeting)
	c.Answer(answers)
}

func logIn(p *tty) {
	p.t.Helper()
	p.see("Identifiant")
	p.press("amelie\tmotdepasse\r")
	p.see("Bonjour Amélie.")
}

// TestWholeProgram logs in, looks at a hostile title, loses the connection and
// goes on, on a real terminal against a real socket.
func TestWholeProgram(t *testing.T) {
	cut := make(chan struct{})
	p := launch(t, linktest.Listen(
		t,
		func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			go func() { <-cut; _ = c.Close() }()
			c.Answer(answers)
		},
		healthy,
	))
	logIn(p)
	p.press("2")
	p.see("mal", "veillant", "▸2 Catalogue")
	p.mu.Lock()
	if raw := p.raw.String(); strings.Contains(raw, "]52;c;AAAA\x07") || strings.Count(raw, "\x1b[2J") > 2 {
		t.Error("another user's title reached the terminal as a command")
	}
	p.mu.Unlock()
	close(cut)
	p.press("5")
	p.see("▸5 Classements", "Derniers connectés")
	p.see("Les plus connectés")
	if err := unix.IoctlSetWinsize(int(p.master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 15, Col: 50}); err != nil {
		t.Fatal(err)
	}
	p.see("Fenêtre trop petite")
	p.press("q")
	p.over(0)
}

// TestEndings: whichever way the program ends, the terminal is as it was.
func TestEndings(t *testing.T) {
	t.Run("ctrl+c", func(t *testing.T) {
		p := launch(t, linktest.Listen(t, healthy))
		p.see("Identifiant")
		p.press("\x03")
		p.over(0)
	})
	t.Run("SIGTERM", func(t *testing.T) {
		p := launch(t, linktest.Listen(t, healthy))
		p.see("Identifiant")
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		p.over(0)
	})
	t.Run("panic", func(t *testing.T) {
		p := launch(t, linktest.Listen(t, healthy), "ETU_TUI_TEST_PANIC=1")
		p.see("Identifiant")
		p.press("amelie\tmotdepasse\r")
		p.over(1)
	})
}

// TestFloodOnTheWire: 100,000 events as fast as they go. The screen lives and
// keys are obeyed meanwhile.
func TestFloodOnTheWire(t *testing.T) {
	const events = 100_000
	p := launch(t, linktest.Listen(t, func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		c.Answer(func(request string) []string {
			if strings.HasPrefix(request, "STATS") {
				line := []byte("! ANNONCE :flot d'annonces, encore et encore\r\n")
				for range events {
					if _, err := c.Write(line); err != nil {
						return nil
					}
				}
			}
			return answers(request)
		})
	}))
	logIn(p)
	p.press("5")
	p.see("flot d'annonces", "amelie  ") // the rows stand behind all events
	p.press("2")
	p.see("mal[2J")
	p.press("m")
	p.see("▌", "Annonce : flot")
	p.press("q")
	p.over(0)
}

// TestForeignServers: garbage, half a reply, nothing at all, another protocol.
// The screen lives and says so.
func TestForeignServers(t *testing.T) {
	for name, c := range map[string]struct {
		script linktest.Script
		see    string
	}{
		"web":     {func(c *linktest.Conn) { c.Say("HTTP/1.1 400 Bad Request", "", "<html>") }, "n'est pas un serveur"},
		"garbage": {func(c *linktest.Conn) { c.Say("\x1b[2J\x00\xff\xfe|||") }, "n'est pas un serveur"},
		"half":    {func(c *linktest.Conn) { _, _ = c.Write([]byte("+OK ETUSER")) }, "hors ligne"},
	} {
		t.Run(name, func(t *testing.T) {
			p := launch(t, linktest.Listen(t, c.script, c.script, c.script, c.script, c.script, c.script))
			p.see("hors ligne", c.see)
			p.press("été")
			p.see("▸ Identifiant", "│ été")
			p.press("\x03")
			p.over(0)
		})
	}
}

// TestMuteTerminal guards quietterm: on a terminal that answers no question the
// program must be there before the five seconds that such a question takes.
func TestMuteTerminal(t *testing.T) {
	p := launch(t, linktest.Listen(t, healthy))
	p.see("Identifiant")
	p.press("\x03")
	p.over(0)
}

// TestBackgroundToldLate: the first frame does not wait for the terminal to say what its
// background is; the theme follows once it does, and nothing is typed by it.
func TestBackgroundToldLate(t *testing.T) {
	const light = "38;5;25m" // titles of the theme for a light background
	p := launch(t, linktest.Listen(t, healthy))
	p.see("Identifiant")
	if p.written("\x1b]11;?") != 1 || p.written(light) > 0 {
		t.Error("the terminal was not asked for its background, or the theme is already that of a light one")
	}
	p.press("a\x1b]11;rgb:ffff/ffff/ffff\x1b\\b")
	p.until("the light theme", func() bool { return p.written(light) > 0 })
	p.see("│ ab ")
	p.press("\x03")
	p.over(0)
}

// TestServerHasNoTerminalLibrary: importing one would ask the server's
// terminal, too.
func TestServerHasNoTerminalLibrary(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "etuservices/server/...", "etuservices/protocol/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	if deps := string(out); strings.Contains(deps, "charmbracelet") || strings.Contains(deps, "termenv") {
		t.Error("the server imports a terminal library")
	}
}
