package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// runProgram runs this binary as the server's with arguments and variables, to its end.
func runProgram(t testing.TB, variables []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(append(os.Environ(), serveVariable+"=1"), variables...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// TestProgramAnswersAsOthersDo: --version, --help, and a mistake in one or two
// lines with code 2.
func TestProgramAnswersAsOthersDo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--version"}, {"-version"}, {"version"}, {"--addr", "x", "--version"}} {
		out, errs, code := runProgram(t, nil, args...)
		if code != 0 || !strings.HasPrefix(out, "etuservices-server ") || !strings.Contains(out, " go1.") || strings.Count(out, "\n") != 1 || errs != "" {
			t.Errorf("%q: code %d: %q %q", args, code, out, errs)
		}
	}
	for _, args := range [][]string{{"--help"}, {"-h"}, {"help"}, {"doctor", "--help"}} {
		out, _, code := runProgram(t, nil, args...)
		for _, part := range []string{"user add", "backup", "restore", "doctor", "boards rebuild", "migrate", "-addr", "ETU_NOM", "--version"} {
			if code != 0 || !strings.Contains(out, part) {
				t.Errorf("%q: code %d, without %q: %s", args, code, part, out)
			}
		}
	}
	for _, c := range []struct{ args, says string }{
		{"--adr 127.0.0.1:0", "--addr"},
		{"--qota-max=3", "--quota-max"},
		{"--zzzzzzzz", "--zzzzzzzz"},
		{"--quota-max dix", "nombre entier"},
		{"--quota-window=3", "durée"},
		{"--exempt-nets=partout", "ni une adresse"},
		{"--quota-max dix", "dix"},
		{"--quota-max", "valeur"},
		{"--quota-window=3", "quota-window"},
		{"--demo=peut-être", "demo"},
		{"--log-format=xml", "texte ou json"},
		{"doctor --adr x", "--addr"},
		{"-", "argument"},
		{"--addr 127.0.0.1:0 reste", "reste"},
		{"user dance", "user"},
		{"doctr", "doctor"},
	} {
		out, errs, code := runProgram(t, nil, strings.Fields(c.args)...)
		most := 3
		if strings.HasPrefix(c.args, "user") || c.args == "doctr" {
			most = 40
		}
		if strings.Contains(errs, "strconv") || strings.Contains(errs, "time:") || strings.Contains(errs, "parse error") {
			t.Errorf("%s: not in French: %q", c.args, errs)
		}
		if code != 2 || out != "" || !strings.Contains(errs, c.says) || strings.Count(errs, "\n") > most {
			t.Errorf("%s: code %d: %q %q", c.args, code, out, errs)
		}
	}
}

// TestUnknownVariablesAreSaid with the nearest name, and never their value.
func TestUnknownVariablesAreSaid(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	_, errs, _ := runProgram(t, []string{"ETU_ADRR=secret1", "ETU_QUOTAMAX=secret2", "ETU_ZZZZZZZZZZ=secret3", "ETU_LANG=fr", "ETU_THEME=sombre"},
		"user", "list", "--data", env.DataDir)
	for _, part := range []string{"ETU_ADRR (vouliez-vous ETU_ADDR ?)", "ETU_QUOTAMAX (vouliez-vous ETU_QUOTA_MAX ?)", "ETU_ZZZZZZZZZZ"} {
		if !strings.Contains(errs, part) {
			t.Errorf("without %q: %s", part, errs)
		}
	}
	if strings.Contains(errs, "secret") || strings.Contains(errs, "ETU_LANG") || strings.Contains(errs, "ETU_THEME") {
		t.Errorf("too much: %s", errs)
	}
}

// TestNewerTablesAreRefused in words, and left alone.
func TestNewerTablesAreRefused(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		stores := env.Open(t)
		if _, err := stores.SQL.Write.Exec(t.Context(), `UPDATE schema_migrations SET version = 999`); err != nil {
			t.Fatal(err)
		}
		if err := stores.Close(); err != nil {
			t.Fatal(err)
		}
		p := launch(t, env)
		if err := p.wait(); err == nil || !strings.Contains(p.logs.String(), "plus récente que ce programme") || !strings.Contains(p.logs.String(), "999") {
			t.Errorf("%v: %s", err, p.logs)
		}
		if out, code := command(t, env, "doctor"); code != 1 || !strings.Contains(out, "plus récente que ce programme") {
			t.Errorf("doctor: code %d: %s", code, out)
		}
	})
}

// TestLogTellsTheRun: one line at the start, one at the end, and who came or was
// administered between them; each line is JSON where that is asked for.
func TestLogTellsTheRun(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), append(adminArgs, "--log-format", "json", "--quota-max", "7")...)
	register(t, server.Addr, "alice")
	alice := dial(t, server.Addr)
	token := alice.Must("AUTH alice %s", password).Fields.Get("jeton")
	alice.Must("VENTE livre 1 titre")
	admin := dial(t, server.Addr)
	admin.Must("AUTH %s %s", adminArgs[1], adminArgs[3])
	admin.Must("BLOQUER alice :trop de bruit")
	server.Stop()
	lines := map[string]map[string]any{}
	for line := range strings.Lines(server.logs.String()) {
		if strings.Contains(line, "listening on") {
			continue
		}
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Errorf("no JSON: %q", line)
			continue
		}
		lines[fmt.Sprint(fields["msg"])] = fields
	}
	for msg, keys := range map[string]string{
		"serveur prêt":          "version serveur sql redis regle comptes administrateurs articles_en_vente",
		"connexion":             "login adresse",
		"acte d'administration": "admin acte cible raison",
		"serveur arrêté":        "duree connexions commandes logins ventes achats refus",
	} {
		for _, key := range strings.Fields(keys) {
			if _, has := lines[msg][key]; !has {
				t.Errorf("%q has no %s: %v", msg, key, lines[msg])
			}
		}
	}
	if got := lines["serveur prêt"]["regle"]; got != "7 par 10m0s" {
		t.Errorf("rule: %v", got)
	}
	if end := lines["serveur arrêté"]; end["logins"] != 2.0 || end["ventes"] != 1.0 || end["connexions"] != 3.0 {
		t.Errorf("end: %v", end)
	}
	for _, secret := range []string{token, password} {
		if strings.Contains(server.logs.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// TestOutageIsOneEpisodeOfTheLog: however many ask, a store that goes away is said
// once, with what to do, and once when it is back, with how long it was away.
func TestOutageIsOneEpisodeOfTheLog(t *testing.T) {
	t.Parallel()
	for _, which := range []string{"Redis", "MySQL"} {
		t.Run(which, func(t *testing.T) {
			t.Parallel()
			env := testenv.RealOwn(t)
			server := start(t, env)
			const crowd = 36
			var clients []*client
			for i := range crowd {
				name := fmt.Sprintf("u%02d", i)
				register(t, server.Addr, name)
				clients = append(clients, login(t, server.Addr, name))
			}
			stop, done := make(chan struct{}), sync.WaitGroup{}
			for _, c := range clients {
				done.Go(func() {
					for _, line := range []string{"QUOTA", "ARTICLES", "VENTE livre 1 titre", "STATS", "MESVENTES", "NB"} {
						for range 1000 {
							select {
							case <-stop:
								return
							default:
							}
							c.Send(line + "\r\n")
							if _, err := c.TryRead(); err != nil {
								return
							}
							if line == "VENTE livre 1 titre" {
								break
							}
						}
					}
				})
			}
			before := len(server.logs.String())
			logged := func() string { return server.logs.String()[before:] }
			freeze, thaw := env.Redis().Kill, env.Redis().Start
			if which == "MySQL" {
				freeze, thaw = env.MariaDB().Kill, env.MariaDB().Start
			}
			freeze(t)
			testenv.WaitFor(t, 20*time.Second, "the outage is said", func() bool { return strings.Contains(logged(), "ne répond plus") })
			testenv.WaitFor(t, 20*time.Second, "commands are refused", func() bool {
				r, err := dial(t, server.Addr).tryLine("AUTH u00 " + password)
				return err == nil && strings.Contains(r, string(protocol.INDISPONIBLE))
			})
			thaw(t)
			testenv.WaitFor(t, 20*time.Second, "its end is said", func() bool { return strings.Contains(logged(), "de nouveau") })
			close(stop)
			done.Wait()
			var loud []string
			for line := range strings.Lines(logged()) {
				if strings.Contains(line, "level=WARN") || strings.Contains(line, "level=ERROR") {
					loud = append(loud, line)
				}
				for _, noise := range []string{"context canceled", "<nil>"} {
					if strings.Contains(line, noise) {
						t.Errorf("noise: %s", line)
					}
				}
				if strings.Contains(line, "ne répond plus") && (!strings.Contains(line, "magasin="+which) || !strings.Contains(line, "cause=") || !strings.Contains(line, "faire=")) {
					t.Errorf("its start does not say enough: %s", line)
				}
				if strings.Contains(line, "répond de nouveau") && (!strings.Contains(line, "panne=") || !strings.Contains(line, "refus.")) {
					t.Errorf("its end does not say enough: %s", line)
				}
			}
			const most = 3 // the start, and perhaps a store that says LOADING, and the 30 s line
			if len(loud) == 0 || len(loud) > most {
				t.Errorf("%d lines:\n%s", len(loud), strings.Join(loud, ""))
			}
		})
	}
}

// tryLine sends a line on a connection that may be cut and gives the reply's last.
func (c *client) tryLine(line string) (string, error) {
	if _, err := c.nc.Write([]byte(line + "\r\n")); err != nil {
		return "", err
	}
	r, err := c.TryRead()
	return r.Line, err
}

// TestCommandsBesideAnEmbeddedServer: they act through the server that holds the
// folder, and nobody else reaches its socket; one left by a kill disturbs nobody.
func TestCommandsBesideAnEmbeddedServer(t *testing.T) {
	t.Parallel()
	for name, folder := range map[string]string{"short": "", "long": strings.Repeat("dossier", 20)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := testenv.Embedded(t)
			env.DataDir = filepath.Join(env.DataDir, folder)
			start(t, env, adminArgs...).Kill() // leaves its socket
			if out, code := command(t, env, "user", "list"); code != 0 || !strings.Contains(out, adminArgs[1]) {
				t.Errorf("beside a dead server: code %d: %s", code, out)
			}
			server := start(t, env)
			must := func(words ...string) string { t.Helper(); return succeed(t, env, words...) }
			must("user", "add", "lucie", "lucie@univ.fr", "Lucie", "Martin")
			lucie := login(t, server.Addr, "lucie")
			lucie.Must("VENTE livre 1 titre")
			must("user", "raz", "lucie")
			if used := lucie.Must("QUOTA").Rows[1].Fields.Int("utilise"); used != 0 {
				t.Errorf("%d used after raz", used)
			}
			must("boards", "rebuild")
			must("migrate")
			if out := must("doctor"); strings.Contains(out, "MAL") || !strings.Contains(out, "en marche") {
				t.Errorf("doctor: %s", out)
			}
			must("backup", filepath.Join(t.TempDir(), "copie.db"))
			must("user", "block", "lucie", "trop", "de", "bruit")
			lucie.Event("EXPULSE")
			if out := must("user", "list", "luc"); !strings.Contains(out, "lucie@univ.fr") || strings.Contains(out, adminArgs[1]) {
				t.Errorf("list: %s", out)
			}
			for _, c := range []struct{ words, says string }{
				{"user raz personne", "personne ne s'appelle"}, {"user add b b@univ.fr A B", "Login"}, {"user add lucie autre@univ.fr A B", "déjà pris"},
			} {
				if out, code := command(t, env, strings.Fields(c.words)...); code != 1 || !strings.Contains(out, c.says) {
					t.Errorf("%s: code %d: %s", c.words, code, out)
				}
			}
			info, err := os.Lstat(filepath.Join(env.DataDir, "control.sock"))
			if err != nil || info.Mode() != os.ModeSocket|0o600 {
				t.Errorf("socket: %v, %v", info, err)
			}
			server.Stop()
			if strings.Contains(server.logs.String(), password) {
				t.Error("the password stands in the log")
			}
		})
	}
}

// tree lists a folder with the sizes and digests of its files.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			fmt.Fprintln(&all, path, err)
			return nil
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s %d %x %v\n", path, len(text), sha256.Sum256(text), err)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// TestDoctorOnlyLooks: it creates neither folder nor file nor database, and finds
// nothing wrong before the first start.
func TestDoctorOnlyLooks(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	base := env.DataDir
	env.DataDir = filepath.Join(base, "pas", "encore")
	addr := []string{"--addr", "127.0.0.1:0"}
	before := tree(t, base)
	if out, code := command(t, env, append([]string{"doctor"}, addr...)...); code != 0 || strings.Contains(out, "MAL") {
		t.Errorf("before the first start: code %d: %s", code, out)
	}
	if after := tree(t, base); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
	start(t, env, adminArgs...).Stop()
	before = tree(t, base)
	if out, code := command(t, env, append([]string{"doctor"}, addr...)...); code != 0 || !strings.Contains(out, "administrateurs actifs : 1") {
		t.Errorf("after a run: code %d: %s", code, out)
	}
	if after := tree(t, base); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}

	real := testenv.Real(t)
	name := real.MySQLDSN[strings.LastIndex(real.MySQLDSN, "/")+1:]
	name, _, _ = strings.Cut(name, "?")
	if err := real.MariaDB().Exec("DROP DATABASE IF EXISTS `" + name + "`"); err != nil {
		t.Fatal(err)
	}
	if out, code := command(t, real, append([]string{"doctor"}, addr...)...); code != 1 || !strings.Contains(out, "n'existe") {
		t.Errorf("without a database: code %d: %s", code, out)
	}
	if err := real.MariaDB().Exec("CREATE DATABASE `" + name + "`"); err != nil {
		t.Errorf("doctor made the database: %v", err)
	}
	if keys := real.Redis().Client(t, 0).Keys(t.Context(), "*").Val(); len(keys) != 0 {
		t.Errorf("doctor left %v in Redis", keys)
	}
}

// TestCommandsMakeNoStores: where no stores are named and the usual folder has none,
// commands say which settings are missing, and leave no stores that nobody serves.
func TestCommandsMakeNoStores(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	base := testenv.TempDir(t)
	run := func(words string) (string, error) {
		cmd := exec.Command(self, strings.Fields(words)...)
		cmd.Env = append(os.Environ(), serveVariable+"=1", "XDG_DATA_HOME="+base, "ETU_DATA=", "ETU_MYSQL_DSN=", "ETU_REDIS_URL=")
		cmd.Stdin = strings.NewReader(password + "\n")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	before := tree(t, base)
	for _, words := range []string{"user add lucie lucie@univ.fr Lucie Martin", "user list", "export " + filepath.Join(base, "dossier"), "boards rebuild", "reset"} {
		if out, err := run(words); err == nil || !strings.Contains(out, "ETU_MYSQL_DSN") {
			t.Errorf("%s: %v: %s", words, err, out)
		}
	}
	if after := tree(t, base); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
	for _, words := range []string{"user list --data " + filepath.Join(base, "nommé"), "migrate", "user list"} {
		if out, err := run(words); err != nil {
			t.Errorf("%s: %v: %s", words, err, out)
		}
	}
}

// TestHelpStandsAlone: no text of --help needs the one before it, and all of it is
// French; what is far from every option is not guessed at.
func TestHelpStandsAlone(t *testing.T) {
	t.Parallel()
	help, _, _ := runProgram(t, nil, "--help")
	for _, word := range []string{"(default", "cette attente", "\tson ", "\tsa ", " int\n", " duration\n"} {
		if strings.Contains(help, word) {
			t.Errorf("%q in the help", word)
		}
	}
	for _, args := range []string{"--foo", "--x", "--dor9"} {
		if _, errs, code := runProgram(t, nil, args); code != 2 || strings.Contains(errs, "vouliez") {
			t.Errorf("%s: code %d: %s", args, code, errs)
		}
	}
}

// TestDoctorAgreesWithTheServer that a public address without TLS is only warned
// of, and says what is the matter with a certificate.
func TestDoctorAgreesWithTheServer(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	out, code := command(t, env, "doctor", "--addr", public)
	if code != 0 || !strings.Contains(out, "note adresse d'écoute") || !strings.Contains(out, "ETU_TLS_ADDR") {
		t.Errorf("code %d: %s", code, out)
	}
}
