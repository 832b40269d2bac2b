package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// answered runs a command on a terminal where each of its questions, which end in a
// colon, gets the next answer.
func answered(t *testing.T, env *testenv.Env, answers []string, words ...string) (out string, code int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	master, slave := openTerminal(t)
	cmd := exec.CommandContext(t.Context(), self, append(words, storeFlags(env)...)...)
	cmd.Env = append(os.Environ(), serveVariable+"=1")
	asked, prompts, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer asked.Close()
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, &said, prompts
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = prompts.Close()
	var questions strings.Builder
	for buffer := make([]byte, 4096); err == nil; {
		var n int
		n, err = asked.Read(buffer)
		questions.Write(buffer[:n])
		if len(answers) > 0 && strings.HasSuffix(questions.String(), " : ") {
			_, _ = io.WriteString(master, answers[0]+"\n")
			answers = answers[1:]
		}
	}
	_ = cmd.Wait()
	return questions.String() + said.String(), cmd.ProcessState.ExitCode()
}

// sell sells until the connection is closed, and gives the number of articles.
func (c *client) sell(title string) (sold int) {
	for {
		if _, err := c.nc.Write([]byte("VENTE livre 1 " + title + "\r\n")); err != nil {
			return sold
		}
		r, err := c.TryRead()
		if err != nil {
			return sold
		}
		if r.OK() {
			sold++
		}
	}
}

// TestResetEmptiesTheMarket while clients are in the middle of calls: nothing counted
// before comes back, what is done by those who log in again meanwhile stays, and so do
// accounts and passwords.
func TestResetEmptiesTheMarket(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		server := start(t, env, append(adminArgs, "--quota-max", "100000")...)
		sellers := []string{"carol", "dan", "eve", "fay"}
		register(t, server.Addr, append(sellers, "alice", "bob")...)
		alice, token := loginToken(t, server.Addr, "alice")
		old := alice.Must("VENTE livre 4.50 ref=k1 Réseaux").Fields.Int("id")
		login(t, server.Addr, "bob").Must("ACHAT %d", old)
		succeed(t, env, "user", "raz", "bob")
		newJudge(t, env).Past("alice", 10)
		succeed(t, env, "archive")

		for _, answers := range [][]string{nil, {"non"}, {"oui", "non"}} {
			out, code := command(t, env, "reset")
			if answers != nil {
				out, code = answered(t, env, answers, "reset")
			}
			if code != 1 || (answers != nil) != strings.Contains(out, "rien n'est effacé") {
				t.Fatalf("%q: code %d: %s", answers, code, out)
			}
		}
		if r := alice.Must("VENTE livre 4.50 ref=k1 Réseaux"); r.Fields.Get("rejoue") != "1" {
			t.Errorf("after a reset that was not confirmed: %s", r.Line)
		}

		var busy sync.WaitGroup
		for _, name := range sellers {
			c := login(t, server.Addr, name)
			busy.Go(func() {
				if c.sell("avant") == 0 || len(c.Events) == 0 || c.Events[len(c.Events)-1].Word != "EXPULSE" {
					t.Errorf("%s: %v", name, c.Events)
				}
				if name == "dan" {
					login(t, server.Addr, name).Must("VENTE dvd 2 après")
				}
			})
		}
		testenv.WaitFor(t, answerTime, "the sellers sell", func() bool {
			return alice.Must("ARTICLES vendeur=fay n=20").Fields.Int("lignes") == 20
		})
		began := time.Now()
		if out, code := answered(t, env, []string{"oui", "effacer"}, "reset"); code != 0 || !strings.Contains(out, "7 comptes") ||
			!strings.Contains(out, fmt.Sprintf("%d connexions", 10*pastMonths+6)) {
			t.Fatalf("code %d: %s", code, out)
		}
		took := time.Since(began)
		busy.Wait()

		alice = dial(t, server.Addr)
		alice.Refused("ECHEC", "REPRENDRE %s", token)
		if r := alice.Must("AUTH alice %s", password); r.Fields.Get("non_lues") != "0" || r.Fields.Get("utilise") != "1" {
			t.Errorf("%s", r.Line)
		}
		for i, row := range alice.Must("QUOTA").Rows {
			if row.Fields.Int("utilise") != int64(1-i) {
				t.Errorf("quota: %v", row.Fields)
			}
		}
		if r := alice.Must("ARTICLES"); len(r.Rows) != 1 || r.Rows[0].Fields.Get("titre") != "après" {
			t.Errorf("articles: %v", r.Rows)
		}
		for _, row := range alice.Must("STATS").Rows {
			f, one := row.Fields, "alice dan"
			switch f.Get("tableau") {
			case "derniers":
				if !strings.Contains(one, f.Get("login")) {
					t.Errorf("%v", f)
				}
			case "top":
				if !strings.Contains(one, f.Get("login")) || f.Int("connexions") != 1 {
					t.Errorf("%v", f)
				}
			case "moins":
				if want := strings.Count("dan", f.Get("login")); f.Int("appels") != int64(want) {
					t.Errorf("%v", f)
				}
			case "services":
				if want := strings.Count("vente", f.Get("service")); f.Int("appels") != int64(want) {
					t.Errorf("%v", f)
				}
			}
		}
		for _, verb := range []string{"MESVENTES", "MESACHATS", "NOUVELLES"} {
			if r := alice.Must("%s", verb); len(r.Rows) != 0 {
				t.Errorf("%s: %v", verb, r.Rows)
			}
		}
		if r := alice.Must("VENTE livre 4.50 ref=k1 Réseaux"); r.Fields.Get("rejoue") != "" || r.Fields.Int("id") <= old {
			t.Errorf("a ref from before: %s", r.Line)
		}
		alice.Refused("ABSENT", "ARTICLE %d", old)
		login(t, server.Addr, "prof")

		server.Stop() // it alone may have embedded stores open
		from := env.Open(t).SQL.Read
		var who string
		var when store.Instant
		err := from.QueryRow(t.Context(), `SELECT admin, instant FROM audit WHERE action = 'RESET'`).Scan(&who, &when)
		if err != nil || who != "~serveur" || when.Before(began.Truncate(time.Millisecond)) || when.After(time.Now()) {
			t.Errorf("audit: %s, %v: %v", who, when, err)
		}
		for table, want := range map[string]int{
			"connexions_archive": 0, "appels_archive": 0, "audit_archive": 10 * (pastMonths - keptMonths),
			"utilisateurs": 7, "articles": 2, "connexions": 3, "appels": 2, "refs": 1, "nouvelles": 0, "refus": 0, "annonces": 0,
		} {
			var rows int
			err := from.QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&rows)
			if err != nil || rows != want {
				t.Errorf("%s: %d rows, want %d (%v)", table, rows, want, err)
			}
		}
		t.Logf("the reset took %v", took)
	})
}

// TestPasswordIsTypedTwice on a terminal, where nobody sees it: one that was mistyped would
// shut its owner out.
func TestPasswordIsTypedTwice(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	server := start(t, env)
	register(t, server.Addr, "alice")
	for answers, says := range map[[2]string]string{
		{"nouveau-mot", "nouveau-mto"}: "diffèrent", {"court", "court"}: "8 à 128", {"nouveau-mot", "nouveau-mot"}: "à changer",
	} {
		out, code := answered(t, env, answers[:], "user", "passwd", "alice")
		if (code == 0) != (says == "à changer") || !strings.Contains(out, says) {
			t.Errorf("%q: code %d: %s", answers, code, out)
		}
	}
	dial(t, server.Addr).Must("AUTH alice nouveau-mot")
}
