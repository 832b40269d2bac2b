package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"etuservices/client/internal/link/linktest"
)

// look is how often a test looks at a terminal that it waits for.
const look = 50 * time.Millisecond

// terminal is the real program in a real terminal, 80x24.
type terminal struct {
	t      *testing.T
	socket string
}

func openTerminal(t *testing.T, env []string, command ...string) *terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tmux is missing: apt-get install tmux")
		}
		t.Skip("tmux is missing: apt-get install tmux")
	}
	term := &terminal{t: t, socket: filepath.Join(t.TempDir(), "tmux")}
	line := append([]string{"-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "env"}, env...)
	term.tmux(append(line, command...)...)
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", term.socket, "kill-server").Run() })
	return term
}

func (x *terminal) tmux(args ...string) string {
	x.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", x.socket}, args...)...).CombinedOutput()
	if err != nil {
		x.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// Press sends keys by tmux's names; Type sends text.
func (x *terminal) Press(keys ...string) {
	x.t.Helper()
	x.tmux(append([]string{"send-keys"}, keys...)...)
}

func (x *terminal) Type(text string) { x.t.Helper(); x.tmux("send-keys", "-l", text) }

// Shows waits until the screen shows all of the texts.
func (x *terminal) Shows(texts ...string) {
	x.t.Helper()
	x.until(fmt.Sprintf("shows %q", texts), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

// Lacks waits until the screen no longer shows a text.
func (x *terminal) Lacks(text string) {
	x.t.Helper()
	x.until(fmt.Sprintf("lacks %q", text), func(screen string) bool { return !strings.Contains(screen, text) })
}

func (x *terminal) until(what string, met func(screen string) bool) {
	x.t.Helper()
	var screen string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(look) {
		if screen = x.tmux("capture-pane", "-p"); met(screen) {
			return
		}
	}
	x.t.Fatalf("no screen that %s:\n%s", what, screen)
}

// TestKilledUnderEachScreen: the server is killed and started again under each
// screen of the real program. The session goes on by itself, what was typed
// stays, no connexion is counted, and a sale that was sent into the void is
// made once.
func TestKilledUnderEachScreen(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	etu, err := exec.LookPath("etu")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	env := []string{
		"XDG_STATE_HOME=" + home, "XDG_CONFIG_HOME=" + home, "LANG=fr_FR.UTF-8", "LC_ALL=C.UTF-8",
		"ETU_PASSWORD=motdepasse", "ETU_LANG=fr",
	}
	x := openTerminal(t, env, etu, "--addr", s.addr, "--login", "alice", "--lang", "fr")
	online := func(screen string) bool { // of 80 columns the sign alone has its place
		tabs, _, _ := strings.Cut(screen, "\n")
		return strings.HasSuffix(strings.TrimRight(tabs, " "), "●")
	}
	x.Shows("Bonjour Alice")
	x.until("says that it is online", online)
	ask := func(line string) string {
		t.Helper()
		cmd := exec.Command(etu, "exec", "--addr", s.addr, "--login", "alice", line)
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		return string(out)
	}
	interrupt := func(meanwhile func()) {
		t.Helper()
		s.kill()
		x.Shows("✗ hors ligne", "Connexion perdue")
		meanwhile()
		s.start()
		x.until("says that it is online again", online)
	}
	const draft = "Brouillon fragile"
	for i, screen := range []string{
		"Bonjour Alice", "Chercher", "Aperçu", "Mes annonces", "Derniers connectés", "Changer de mot de passe",
	} {
		x.Press(fmt.Sprintf("F%d", i+2)) // F2 is screen 1: F1 is the help's
		x.Shows(screen)
		if screen != "Aperçu" {
			interrupt(func() {})
			x.Shows(screen)
			continue
		}
		x.Press("Tab")
		x.Type(draft)
		interrupt(func() { x.Shows(draft) })
		x.Press("Tab")
		x.Type("4,50")
		x.Shows(screen, draft, "4,50")
		interrupt(func() { x.Press("C-s") })
		x.Shows("en vente")
	}
	if out := ask("QUOTA"); !strings.Contains(out, "quota=connexions utilise=1 ") ||
		!strings.Contains(out, "quota=services utilise=1 ") {
		t.Errorf("quotas after seven restarts:\n%s", out)
	}
	if out := ask("ARTICLES q=fragile"); !strings.Contains(out, "lignes=1") {
		t.Errorf("the sale:\n%s", out)
	}
}

// TestColumnsStandWhateverTheTitles: terminals disagree about the width of what
// stands in these titles; every price stands in its column all the same.
func TestColumnsStandWhateverTheTitles(t *testing.T) {
	t.Parallel()
	etu, err := exec.LookPath("etu")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	env := []string{
		"XDG_STATE_HOME=" + home, "XDG_CONFIG_HOME=" + home, "LC_ALL=C.UTF-8", "ETU_PASSWORD=motdepasse", "ETU_LANG=fr",
	}
	titles := []string{
		"น้ำตาลทราย ทำอาหารไทย", "हिन्दी किताब क्षत्रिय", "👋🏽👍🏿 mains", "👨‍👩‍👧‍👦 famille", "🇫🇷🇩🇪 drapeaux", "❤️ ☎️ 1️⃣", "한글 각각", "日本語の本",
		"e\u0301te\u0301 a\u0300 la mer", "العربية كتاب", "தமிழ் நூல்", "☺ ✂ ♥ ∑ ß Ω я", strings.Repeat("น้ำ👍🏿", 20),
	}
	rows := []string{}
	for i, title := range titles {
		rows = append(rows, fmt.Sprintf(`| id=%d titre="%s" categorie=livre prix=4.50 vendeur=zoé publie=%s`, i+1, title, time.Now().AddDate(0, 0, -7).UTC().Format(time.RFC3339)))
	}
	addr := linktest.Listen(t, func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		c.Answer(func(request string) []string {
			switch verb, _, _ := strings.Cut(request, " "); verb {
			case "AUTH":
				return []string{"+OK PASSOK login=alice role=etudiant utilise=1 max=10 reste=9 retour=0 visites=1 jeton=abc"}
			case "QUI":
				return []string{"+OK QUI login=alice prenom=Alice nom=Durand email=a@etu.example role=etudiant depuis=2026-11-21T09:00:00Z"}
			case "ARTICLES":
				return append(rows[:len(rows):len(rows)], fmt.Sprintf("+OK ARTICLES lignes=%d", len(rows)))
			default:
				return []string{"+OK " + verb}
			}
		})
	})
	x := openTerminal(t, env, etu, "--addr", addr, "--login", "alice", "--lang", "fr")
	x.Shows("Bonjour Alice")
	x.Press("2")
	x.Shows("Chercher", "日本語の本", "famille")
	drawn := []string{ // what the titles look like: of an emoji of several code points the first stands, of a flag its letters
		"น้ำตาลทราย ทำอาหารไทย", "हिन्दी किताब क्षत्रिय", "👋👍 mains", "👨 famille", "FRDE drapeaux", "❤️ ☎️ 1️⃣", "한글 각각", "日本語の本",
		"e\u0301te\u0301 a\u0300 la mer", "العربية كتاب", "தமிழ் நூல்", "☺ ✂ ♥ ∑ ß Ω я",
	}
	look := func(when string) {
		t.Helper()
		x.tmux("copy-mode", ";", "send-keys", "-X", "top-line", ";", "send-keys", "-X", "start-of-line")
		columns := map[string]int{}
		for range titles { // where tmux itself finds the prices
			at := x.tmux("send-keys", "-X", "search-forward", "4,50", ";", "display-message", "-p", "#{copy_cursor_x}")
			columns[strings.TrimSpace(at)]++
		}
		x.tmux("send-keys", "-X", "cancel")
		screen := strings.ReplaceAll(x.tmux("capture-pane", "-p"), "\u00a0", " ")
		if len(columns) != 1 {
			t.Errorf("%s: prices in the columns %v\n%s", when, columns, screen)
		}
		for _, title := range drawn {
			if !strings.Contains(screen, title+"  ") {
				t.Errorf("%s: %q does not stand there whole and alone\n%s", when, title, screen)
			}
		}
		for _, whole := range []string{"4,50 €", "zoé", "7 j"} {
			if n := strings.Count(screen, whole); n != len(titles) {
				t.Errorf("%s: %q stands in %d of %d rows\n%s", when, whole, n, len(titles), screen)
			}
		}
	}
	look("at first")
	for range titles { // the selection passes over every row
		x.Press("Down")
	}
	x.Shows("▌ Livre  น้ำ👍")
	look("after the selection went down")
	for range 3 {
		x.Press("Up")
	}
	x.Shows("▌ Livre  العربية")
	look("and up again")
}
