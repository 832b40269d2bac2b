package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestNewsOfASaleStayUnread: an article is sold while its seller is away. The
// news stay unread through exec, the line mode and a login, are shown by the
// badge of the screens, and are read once their list was in sight: for good.
func TestNewsOfASaleStayUnread(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	etu, err := exec.LookPath("etu")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	env := []string{
		"XDG_STATE_HOME=" + home, "XDG_CONFIG_HOME=" + home, "LC_ALL=C.UTF-8", "ETU_PASSWORD=motdepasse", "ETU_LANG=fr",
	}
	run := func(stdin string, args ...string) string {
		t.Helper()
		cmd := exec.Command(etu, args...)
		cmd.Env, cmd.Stdin = append(os.Environ(), append(env, "ETU_ADDR="+s.addr)...), strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	ask := func(login, line string) string {
		t.Helper()
		return run("", "exec", "--login", login, line)
	}
	sell := func(title string) (id string) {
		t.Helper()
		_, id, _ = strings.Cut(ask("alice", "VENTE livre 4.50 "+title), "id=")
		id, _, _ = strings.Cut(id, " ")
		return id
	}
	says := func(out string, texts ...string) {
		t.Helper()
		for _, want := range texts {
			if !strings.Contains(strings.ReplaceAll(out, "\u00a0", " "), want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
	}
	id := sell("Vol de nuit")
	ask("bob", "ACHAT "+id)

	says(ask("alice", "NOUVELLES"), "type=VENDU lue=non id="+id, "non_lues=1")
	says(run("nouvelles\n", "--simple", "--login", "alice"), "1 nouvelle non lue.", "Non lu : bob a acheté votre article « Vol de nuit »")
	says(ask("alice", "NOUVELLES"), "non_lues=1")

	x := openTerminal(t, env, etu, "--addr", s.addr, "--login", "alice", "--lang", "fr")
	x.Shows("●1", "1 non lu")
	x.Press("2")
	x.Press("m")
	x.Shows("bob a acheté", "tout est lu")
	x.Press("Enter")
	x.Shows("Vol de nuit", "bob@")
	x.Press("1")
	x.Lacks("●1")
	says(ask("alice", "NOUVELLES"), "lue=oui", "non_lues=0")
	x.Press("q")

	ask("bob", "ACHAT "+sell("Terre des hommes"))
	says(run("nouvelles\nlu\n", "--simple", "--login", "alice"), "1 nouvelle non lue.", "0 nouvelle non lue.")
	says(ask("alice", "NOUVELLES"), "non_lues=0")
}
