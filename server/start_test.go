package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// wantNoStart wants a server that ends at once, saying each of these.
func wantNoStart(t *testing.T, p *process, says ...string) {
	t.Helper()
	select {
	case addr := <-p.listening():
		t.Errorf("it listens on %s", addr)
	case <-p.done:
		if p.err == nil {
			t.Error("it ended with code 0")
		}
		for _, what := range says {
			if !strings.Contains(p.logs.String(), what) {
				t.Errorf("it does not say %q:\n%s", what, p.logs)
			}
		}
	}
}

func asAdmin(login, word string) []string {
	return []string{"--admin-login", login, "--admin-password", word}
}

// TestStartMakesNoStudentAnAdministrator: a student who took the login of the
// settings in time keeps what he is; the server does not start.
func TestStartMakesNoStudentAnAdministrator(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "chef")
		token := dial(t, server.Addr).Must("AUTH chef %s", password).Fields.Get("jeton")
		server.Stop()
		wantNoStart(t, launch(t, env, asAdmin("chef", "un autre mot")...), "chef", "étudiant", "ETU_ADMIN_LOGIN")
		server = start(t, env)
		if r := dial(t, server.Addr).Must("REPRENDRE %s", token); r.Fields.Get("role") != "etudiant" {
			t.Errorf("%s", r.Line)
		}
		dial(t, server.Addr).Must("AUTH chef %s", password)
		dial(t, server.Addr).Refused(protocol.ECHEC, "AUTH chef un autre mot")
	})
}

// TestAdminPasswordCountsOnceAndWithinBounds: a password that nobody may choose
// makes no administrator; one who exists keeps the password he gave himself, his
// sessions and his state, whatever the settings say.
func TestAdminPasswordCountsOnceAndWithinBounds(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	for _, word := range []string{"court", "        ", "12345678", "Azertyuiop", strings.Repeat("é", protocol.MaxPassword+1), "mot\x1bde-passe"} {
		wantNoStart(t, launch(t, env, asAdmin("prof", word)...), "ETU_ADMIN_PASSWORD")
	}
	server := start(t, env, asAdmin("prof", password)...)
	server.logged("level=INFO", "administrateur créé")
	if log := server.logs.String(); strings.Contains(log, password) {
		t.Errorf("the log:\n%s", log)
	}
	prof := dial(t, server.Addr)
	prof.Must("AUTH prof %s", password)
	prof.Must("MOTDEPASSE %s le mot du prof", password)
	token := dial(t, server.Addr).Must("AUTH prof le mot du prof").Fields.Get("jeton")
	server.Stop()
	for _, word := range []string{password, "court"} {
		server = start(t, env, asAdmin("prof", word)...)
		dial(t, server.Addr).Refused(protocol.ECHEC, "AUTH prof %s", word)
		dial(t, server.Addr).Must("REPRENDRE %s", token)
		dial(t, server.Addr).Must("AUTH prof le mot du prof")
		server.Stop()
	}
	stores := env.Open(t)
	var who string
	if err := stores.SQL.Read.QueryRow(t.Context(),
		`SELECT admin FROM audit WHERE action = 'AJOUTER' AND cible = 'prof' AND admin_id IS NULL`).Scan(&who); err != nil || who != "~serveur" {
		t.Errorf("audit: %q, %v", who, err)
	}
	if err := stores.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestBlockedAdministratorStaysBlockedAtStart, and the log says how to unblock.
func TestBlockedAdministratorStaysBlockedAtStart(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	server := start(t, env, asAdmin("prof", password)...)
	server.Stop()
	if out, code := command(t, env, "user", "add", "chef", "chef@univ.fr", "A", "B", "admin"); code != 0 {
		t.Fatal(out)
	}
	if out, code := command(t, env, "user", "block", "prof", "parti"); code != 0 {
		t.Fatal(out)
	}
	server = start(t, env, asAdmin("prof", password)...)
	dial(t, server.Addr).Refused(protocol.BLOQUE, "AUTH prof %s", password)
	server.logged("level=WARN", "user unblock prof")
}

// TestAdminPasswordFromAFile, which ps does not show.
func TestAdminPasswordFromAFile(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	path := filepath.Join(t.TempDir(), "mot")
	wantNoStart(t, launch(t, env, "--admin-login", "prof", "--admin-password-file", path), "ETU_ADMIN_PASSWORD_FILE")
	if err := os.WriteFile(path, []byte("le mot du fichier\r\nautre chose\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := start(t, env, "--admin-login", "prof", "--admin-password-file", path)
	dial(t, server.Addr).Must("AUTH prof le mot du fichier")
}

// TestNobodyTakesTheAddressOfTheAdministrator: it is refused on the wire; one who
// had it before that keeps no server from starting.
func TestNobodyTakesTheAddressOfTheAdministrator(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	server := start(t, env)
	c := dial(t, server.Addr)
	for _, address := range []string{"prof@admin.etuservices.invalid", "autre@ADMIN.EtuServices.invalid", "a@x.admin.etuservices.invalid"} {
		if r := c.Refused(protocol.INVALIDE, "INSCRIPTION mal %s A B %s", address, password); r.Fields.Get("champ") != "email" {
			t.Errorf("%s", r.Line)
		}
	}
	register(t, server.Addr, "malin", "malin2")
	server.Stop()
	stores := env.Open(t)
	for login, address := range map[string]string{"malin": "prof@admin.etuservices.invalid", "malin2": "prof-2@admin.etuservices.invalid"} {
		if _, err := stores.SQL.Write.Exec(t.Context(), `UPDATE utilisateurs SET email = ? WHERE login = ?`, address, login); err != nil {
			t.Fatal(err)
		}
	}
	if err := stores.Close(); err != nil {
		t.Fatal(err)
	}
	server = start(t, env, asAdmin("prof", password)...)
	if r := dial(t, server.Addr).Must("AUTH prof %s", password); r.Fields.Get("role") != "admin" {
		t.Errorf("%s", r.Line)
	}
	if r := dial(t, server.Addr).Must("AUTH malin %s", password); r.Fields.Get("role") != "etudiant" {
		t.Errorf("%s", r.Line)
	}
}

// TestTokensDieWithAPasswordFromTheShell, on the servers that run.
func TestTokensDieWithAPasswordFromTheShell(t *testing.T) {
	t.Parallel()
	one, two, env := twoServers(t)
	register(t, one.Addr, "alice")
	token := func(addr string) string {
		t.Helper()
		return dial(t, addr).Must("AUTH alice %s", password).Fields.Get("jeton")
	}
	first, second := token(one.Addr), token(two.Addr)
	if out, code := commandWith(t, env, "le mot de la console", "user", "passwd", "alice"); code != 0 {
		t.Fatal(out)
	}
	for _, addr := range []string{one.Addr, two.Addr} {
		for _, old := range []string{first, second} {
			dial(t, addr).Refused(protocol.ECHEC, "REPRENDRE %s", old)
		}
		dial(t, addr).Refused(protocol.ECHEC, "AUTH alice %s", password)
	}
	dial(t, two.Addr).Must("AUTH alice le mot de la console")
}

const public = "0.0.0.0:0"

// TestDemonstrationKeepsToItself: its folder knows what it is, and is refused on
// a public address whoever starts it; it fills no folder of others and no database.
func TestDemonstrationKeepsToItself(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	for range 2 {
		server := start(t, env, "--demo")
		dial(t, server.Addr).Must("AUTH admin %s", password)
		server.Stop()
	}
	wantNoStart(t, launch(t, env, "--addr", public), "démonstration", public)
	wantNoStart(t, launch(t, env, "--demo", "--addr", public), "démonstration", public)
	files := newPair(t)
	wantNoStart(t, launch(t, env, "--tls-addr", public, "--tls-cert", files.cert, "--tls-key", files.key), "démonstration")
	for _, word := range []string{"admin", "alice", "bob", "chloe", "david", "emma"} { // even so
		if out, code := commandWith(t, env, "un mot à moi", "user", "passwd", word); code != 0 {
			t.Fatal(out)
		}
	}
	wantNoStart(t, launch(t, env, "--addr", public), "démonstration")
	start(t, env).Stop() // on this machine it may

	others := testenv.Embedded(t)
	server := start(t, others)
	register(t, server.Addr, "bob")
	server.Stop()
	wantNoStart(t, launch(t, others, "--demo"), "ETU_DATA", "démonstration")
	server = start(t, others)
	dial(t, server.Addr).Refused(protocol.ECHEC, "AUTH admin %s", password)
	dial(t, server.Addr).Refused(protocol.ECHEC, "AUTH alice %s", password)
	server.Stop()

	wantNoStart(t, launch(t, others, "--demo", "--mysql-dsn", "u@tcp(127.0.0.1:1)/x", "--redis-url", "redis://127.0.0.1:1"), "ETU_MYSQL_DSN")
}

// TestKnownPasswordsRefusedOnAPublicAddress: those of an administrator keep the
// server from starting; a student's, which anybody could make, only have it warn.
func TestKnownPasswordsRefusedOnAPublicAddress(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	wantNoStart(t, launch(t, env, append(asAdmin("admin", password), "--addr", public)...), "démonstration")
	server := start(t, env, asAdmin("admin", password)...)
	register(t, server.Addr, "alice")
	server.Stop()
	wantNoStart(t, launch(t, env, "--addr", public), "user passwd admin")
	if out, code := commandWith(t, env, "un mot à moi", "user", "passwd", "admin"); code != 0 {
		t.Fatal(out)
	}
	server = start(t, env, "--addr", public)
	server.logged("user passwd alice")
}

// TestMakeRunSaysThatThePortIsTaken, and how to take another one.
func TestMakeRunSaysThatThePortIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	out, err := exec.CommandContext(t.Context(), testenv.Program(t, "make"), "-C", "..", "--assume-old=build", "run", "ADDR="+taken.Addr().String()).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "déjà prise : make run ADDR=") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestMakeRunForgetsRealDatabases: the demonstration is started without the
// variables of a real database, whoever exported them.
func TestMakeRunForgetsRealDatabases(t *testing.T) {
	t.Parallel()
	makefile, err := filepath.Abs("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bin", "etuservices-server"), []byte("#!/bin/sh\necho \"$@\"; env\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), testenv.Program(t, "make"), "--file="+makefile, "--assume-old=build", "run", "ADDR=127.0.0.1:1")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "ETU_MYSQL_DSN=u@tcp(127.0.0.1:1)/x", "ETU_REDIS_URL=redis://127.0.0.1:1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--demo") {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"ETU_MYSQL_DSN", "ETU_REDIS_URL"} {
		if strings.Contains(string(out), name) {
			t.Errorf("%s is passed on", name)
		}
	}
}
