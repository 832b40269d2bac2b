package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
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
	cmd := exec.CommandContext(t.Context(), self, append(words, storeFlags(env)...)...)
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
	must := func(words ...string) string { t.Helper(); return succeed(t, env, words...) }
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
	testenv.WaitFor(t, 5*time.Second, "boards are back", func() bool { return len(prof.Must("STATS TOP").Rows) == len(before) })
	if out := must("doctor"); strings.Contains(out, "MAL") || !strings.Contains(out, "Redis") {
		t.Errorf("doctor: %s", out)
	}

	var by, why string
	if err := env.Open(t).SQL.Read.QueryRow(t.Context(), `SELECT admin, raison FROM audit WHERE action = 'BLOQUER' AND admin_id IS NULL`).Scan(&by, &why); err != nil ||
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

// The doctor looks at what the server needs around its stores: ports, certificate,
// key, and room in both stores.
func TestDoctorLooksAround(t *testing.T) {
	t.Parallel()
	taken := listenTCP(t)
	port, files, open := taken.Addr().String(), newPair(t), newPair(t)
	if err := os.Chmod(open.key, 0o644); err != nil {
		t.Fatal(err)
	}
	small := testenv.RealOwn(t, "--max-connections=10")
	full := testenv.Real(t)
	const others, room = 32 << 20, 36 << 20 // what takes most of Redis's memory, and all of it
	redis := full.Redis().Client(t, 0)
	if err := redis.SetRange(t.Context(), "autre", others, "x").Err(); err != nil { // no long request: its buffer counts too
		t.Fatal(err)
	}
	set := func(key, value string) {
		if err := redis.ConfigSet(t.Context(), key, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	full.Open(t) // makes the tables
	small.Open(t)
	set("maxmemory", strconv.Itoa(room))
	secure := func(cert, key string) []string {
		return []string{"--tls-addr", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key}
	}
	for _, c := range []struct {
		name string
		env  *testenv.Env
		args []string
		says []string
	}{
		{"a taken port", testenv.Embedded(t), []string{"--addr", port}, []string{"ETU_ADDR", port, "déjà pris"}},
		{"the taken port of the metrics", testenv.Embedded(t), []string{"--metrics-addr", port}, []string{"ETU_METRICS_ADDR", port, "déjà pris"}},
		{"an address of another machine", testenv.Embedded(t), []string{"--addr", "192.0.2.1:5890"}, []string{"ETU_ADDR", "192.0.2.1", "une adresse de cette machine"}},
		{"a missing certificate", testenv.Embedded(t), secure(files.cert+"x", files.key), []string{"certificat TLS", "ETU_TLS_CERT"}},
		{"another certificate's key", testenv.Embedded(t), secure(files.cert, open.key), []string{"certificat TLS", "ETU_TLS_KEY"}},
		{"an open key", testenv.Embedded(t), secure(open.cert, open.key), []string{"clé TLS", "chmod 600"}},
		{"a certificate of some hours", testenv.Embedded(t), secure(files.cert, files.key), []string{"certificat TLS", "renouvelez-le"}},
		{"few connections", small, nil, []string{"max_connections 10", "SET GLOBAL max_connections"}},
		{"little memory", full, nil, []string{"mémoire de Redis", "sur 36.0", "augmentez maxmemory"}},
		{"keys are thrown out", full, nil, []string{"allkeys-lru", "maxmemory-policy noeviction"}},
	} {
		if strings.HasPrefix(c.name, "keys") {
			set("maxmemory-policy", "allkeys-lru")
		}
		args := append([]string{"doctor", "--addr", "127.0.0.1:0"}, c.args...)
		if out, code := command(t, c.env, args...); code != 1 || !hasFinding(out, c.says...) {
			t.Errorf("%s: code %d, no finding that says %q:\n%s", c.name, code, c.says, out)
		}
	}
	if out, code := command(t, testenv.Embedded(t), "doctor", "--addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0"); code != 0 {
		t.Errorf("all is well: code %d:\n%s", code, out)
	}
}

// hasFinding tells whether one of the doctor's findings holds all words.
func hasFinding(out string, words ...string) bool {
	_, findings, _ := strings.Cut("\n"+out, "\nMAL ")
	for finding := range strings.SplitSeq(findings, "\nMAL ") {
		finding, _, _ = strings.Cut(finding, "\nok ") // of two lines: what is wrong, and what to do
		if finding != "" && !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(finding, word) }) {
			return true
		}
	}
	return false
}

// A set-up that refuses every write ends the start with what to do, and the doctor
// says the same.
func TestSetUpThatNeverWritesIsSaid(t *testing.T) {
	t.Parallel()
	env := testenv.RealOwn(t, "--log-bin=bin", "--binlog-format=STATEMENT", "--server-id=1")
	wantNoStart(t, launch(t, env), "1665", "binlog_format = 'ROW'")
	if err := env.MariaDB().Exec("SET GLOBAL binlog_format = 'ROW'"); err != nil {
		t.Fatal(err)
	}
	start(t, env, adminArgs...).Stop()
	if err := env.MariaDB().Exec("SET GLOBAL binlog_format = 'STATEMENT'"); err != nil {
		t.Fatal(err)
	}
	wantNoStart(t, launch(t, env), "1665", "binlog_format = 'ROW'")
	if out, code := command(t, env, "doctor", "--addr", "127.0.0.1:0"); code != 1 || !hasFinding(out, "1665", "binlog_format = 'ROW'") {
		t.Errorf("doctor: code %d:\n%s", code, out)
	}
}

// What makes an account is judged at the machine as INSCRIPTION judges it.
func TestCommandsJudgeValues(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	succeed(t, env, "migrate")
	succeed(t, env, "user", "add", "alice", "alice@univ.fr", "Alice", "Martin")
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
