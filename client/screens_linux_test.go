package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
	x.Shows("en ligne", "Bonjour Alice")
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
		x.Lacks("en ligne")
		meanwhile()
		s.start()
		x.Shows("en ligne")
	}
	const draft = "Brouillon fragile"
	for i, screen := range []string{
		"Que voulez-vous faire", "Recherche", "Aperçu", "Affaires", "Derniers connectés", "Changer de mot de passe",
	} {
		x.Press(fmt.Sprintf("F%d", i+2)) // F2 is screen 1: F1 is the help's
		x.Shows(screen, "en ligne")
		if screen != "Aperçu" {
			interrupt(func() { x.Shows("alice") })
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
