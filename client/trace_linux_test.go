package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTraceHoldsNoSecret: whatever is done with a password on the real screens,
// no key of it and no token is in the file of ETU_DEBUG.
func TestTraceHoldsNoSecret(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	etu, err := exec.LookPath("etu")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	trace := filepath.Join(home, "trace")
	// No key of these is pressed for anything else.
	const first, second, wrong, given = "QWXVKJYU", "KJYUQWXV!", "WWWWXXXX", "VVYYJJQQ"
	open := func(env []string, args ...string) *terminal {
		t.Helper()
		env = append(env, "XDG_STATE_HOME="+home, "XDG_CONFIG_HOME="+home, "LC_ALL=C.UTF-8", "ETU_LANG=fr", "ETU_DEBUG="+trace)
		return openTerminal(t, env, append([]string{etu, "--addr", s.addr}, args...)...)
	}
	x := open(nil)
	x.Shows("Identifiant")
	x.Press("C-n")
	x.Shows("Prénom")
	for _, text := range []string{"zoe", "zoe@etu.fr", "Zoé", "Petit", first, first} {
		x.Type(text)
		x.Press("Enter")
	}
	x.Shows("Bonjour Zoé")
	x.Press("6")
	x.Shows("Changer de mot de passe")
	x.Press("Enter")
	x.Shows("Mot de passe actuel")
	for _, text := range []string{first, second, second} {
		x.Type(text)
		x.Press("Enter")
	}
	x.Shows("Mot de passe changé")
	x.Press("F7")
	x.Press("Down", "Down", "Down", "Down", "Enter")
	x.Shows("Se déconnecter")
	x.Press("o")
	x.Shows("▸ Mot de passe")
	x.Type(wrong)
	x.Press("Enter")
	x.Shows("incorrect")
	x.tmux("set-buffer", second)
	x.tmux("paste-buffer", "-p")
	x.Shows("•••••••••")
	x.Press("C-v") // shown as it is
	x.Shows(second)
	x.Press("Enter")
	x.Shows("Bonjour Zoé")
	x.Press("q")

	x = open([]string{"ETU_PASSWORD=motdepasse"}, "--login", "admin")
	x.Shows("Bonjour")
	x.Press("7")
	x.Shows("Journal")
	x.Press("Tab", "Tab")
	x.Shows("Zoé Petit")
	x.Press("End", "p")
	x.Shows("Nouveau mot de passe pour zoe")
	x.Type(given)
	x.Shows(given)
	x.Press("C-s")
	x.Press("o")
	x.Shows("transmettez-le")
	x.Press("q")

	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "tea.KeyMsg z\n") || strings.Count(string(text), "tea.KeyMsg\n") < 40 {
		t.Errorf("the keys are not in the trace:\n%s", text)
	}
	if found := regexp.MustCompile(`KeyMsg .*[QWXVKJYU!].*`).Find(text); found != nil {
		t.Errorf("of a password: %s", found)
	}
	secrets := 0
	err = filepath.WalkDir(filepath.Join(home, "etuservices"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kept, err := os.ReadFile(path)
		for _, token := range regexp.MustCompile(`[A-Za-z0-9_-]{20,}`).FindAll(kept, -1) {
			secrets++
			if strings.Contains(string(text), string(token)) {
				t.Errorf("%s is in the trace", token)
			}
		}
		return err
	})
	if err != nil || secrets < 2 {
		t.Errorf("%d tokens, %v", secrets, err)
	}
}
