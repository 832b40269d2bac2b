package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/testenv"
)

// command runs one of the server's own commands on the stores of env; a good
// password comes on its input.
func command(t *testing.T, env *testenv.Env, words ...string) (out string, code int) {
	t.Helper()
	return commandWith(t, env, password, words...)
}

func commandWith(t *testing.T, env *testenv.Env, input string, words ...string) (out string, code int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := env.Options()
	options := []string{"--mysql-dsn", o.MySQLDSN, "--redis-url", o.RedisURL}
	if o.MySQLDSN == "" {
		options = []string{"--data", o.DataDir}
	}
	cmd := exec.CommandContext(t.Context(), self, append(words, options...)...)
	cmd.Env = append(os.Environ(), serveVariable+"=1")
	cmd.Stdin = strings.NewReader(input + "\n")
	var both bytes.Buffer
	cmd.Stdout, cmd.Stderr = &both, &both
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	return both.String(), code
}

// The server's own commands, while a server runs on the same stores.
func TestCommands(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	must := func(words ...string) string {
		t.Helper()
		out, code := command(t, env, words...)
		if code != 0 {
			t.Errorf("%q: code %d: %s", words, code, out)
		}
		return out
	}
	must("migrate")
	must("user", "add", "Prof", "prof@univ.fr", "Paul", "Martin", "admin")
	must("user", "add", "lucie", "lucie@univ.fr", "Lucie", "Martin")
	if out := must("user", "list", "LUC"); !strings.Contains(out, "lucie@univ.fr") || strings.Contains(out, "prof@univ.fr") {
		t.Errorf("list: %s", out)
	}
	server := start(t, env)
	prof := login(t, server.Addr, "prof")
	prof.Must("COMPTES") // an administrator
	prof.Must("INSCRIPTIONS fermees")
	must("user", "add", "marc", "marc@univ.fr", "Marc", "Martin") // the machine's owner may

	lucie := login(t, server.Addr, "lucie")
	lucie.Must("VENTE livre 1 titre")
	must("user", "raz", "lucie")
	lucie.Event("ANNONCE")
	if used := lucie.Must("QUOTA").Rows[1].Fields.Int("utilise"); used != 0 {
		t.Errorf("%d used after raz", used)
	}
	must("user", "block", "lucie", "trop", "de", "bruit")
	if e := lucie.Event("EXPULSE"); e.Text != "trop de bruit" {
		t.Errorf("told %q", e.Text)
	}
	lucie.Closed()
	dial(t, server.Addr).Refused(protocol.BLOQUE, "AUTH lucie %s", password)
	must("user", "unblock", "lucie")
	must("user", "passwd", "lucie")
	if r := dial(t, server.Addr).Must("AUTH lucie %s", password); r.Fields.Get("changer") != "1" {
		t.Errorf("%s", r.Line)
	}
	before := prof.Must("STATS TOP").Rows
	must("boards", "rebuild")
	within(t, 5*time.Second, "boards are back", func() bool { return len(prof.Must("STATS TOP").Rows) == len(before) })
	if out := must("doctor"); strings.Contains(out, "MAL") || !strings.Contains(out, "Redis") {
		t.Errorf("doctor: %s", out)
	}

	var by, why string
	if err := env.Open(t).SQL.Read.QueryRow(`SELECT admin, raison FROM audit WHERE action = 'BLOQUER' AND admin_id IS NULL`).Scan(&by, &why); err != nil ||
		by != "~serveur" || why != "trop de bruit" {
		t.Errorf("audit: %s %s %v", by, why, err)
	}
	for _, c := range []struct {
		words string
		code  int
		says  string
	}{
		{"user", 2, "user passwd LOGIN"},
		{"user add lucie", 2, "user add"},
		{"user dance lucie", 2, "inconnue"},
		{"user block personne bruit", 1, "personne ne s'appelle"},
		{"user block prof bruit", 1, "administrer"},
		{"user raz É", 1, "pas un login"},
		{"user add lucie autre@univ.fr A B", 1, "déjà pris"},
		{"user add carol carol@univ.fr A B chef", 1, "rôle"},
	} {
		if out, code := command(t, env, strings.Fields(c.words)...); code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("%s: code %d: %s", c.words, code, out)
		}
	}
}

// The doctor says what to do about stores that do not open.
func TestDoctor(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	env.Redis().Stop(t)
	out, code := command(t, env, "doctor")
	if code != 1 || !strings.Contains(out, "MAL  Redis") || !strings.Contains(out, "voyez si ce magasin tourne") {
		t.Errorf("without Redis: code %d: %s", code, out)
	}
}

// What makes an account is judged at the machine as INSCRIPTION judges it.
func TestCommandsJudgeValues(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	if out, code := command(t, env, "user", "add", "alice", "alice@univ.fr", "Alice", "Martin"); code != 0 {
		t.Fatalf("code %d: %s", code, out)
	}
	for _, c := range []struct{ input, words, says string }{
		{"Azertyuiop", "user add bob bob@univ.fr Bob Martin", "essaie"},
		{"Azertyuiop", "user passwd alice", "essaie"},
		{"1234567", "user add bob bob@univ.fr Bob Martin", "8 à 128"},
		{strings.Repeat("é", protocol.MaxPassword+1), "user passwd alice", "8 à 128"},
		{"mot\x1bde-passe", "user passwd alice", "8 à 128"},
		{"mot\xffde-passe", "user passwd alice", "8 à 128"},
		{password, "user add b bob@univ.fr Bob Martin", "Login"},
		{password, "user add bob bob@univ Bob Martin", "e-mail"},
		{password, "user add bob bob@univ.fr " + strings.Repeat("B", protocol.MaxName+1) + " Martin", "1 à 64"},
		{password, "user add bob bob@univ.fr Bob Mar\x1b[2Jtin", "1 à 64"},
	} {
		if out, code := commandWith(t, env, c.input, strings.Fields(c.words)...); code != 1 || !strings.Contains(out, c.says) {
			t.Errorf("%q with %q: code %d: %s", c.words, c.input, code, out)
		}
	}
	if out, _ := command(t, env, "user", "list"); strings.Contains(out, "bob") {
		t.Errorf("opened: %s", out)
	}
	for _, good := range []string{strings.Repeat("é", protocol.MinPassword), strings.Repeat("é", protocol.MaxPassword)} {
		if out, code := commandWith(t, env, good, "user", "passwd", "alice"); code != 0 {
			t.Errorf("%q: %s", good, out)
		}
	}
}
