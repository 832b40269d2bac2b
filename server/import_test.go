package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// roster writes a file to import.
func roster(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "classe.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// passwordsOf reads what an import printed, by login.
func passwordsOf(t *testing.T, out string) map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) == 0 || strings.Join(rows[0], ",") != "login,email,motdepasse" {
		t.Fatalf("%v: %s", err, out)
	}
	passwords := map[string]string{}
	for _, row := range rows[1:] {
		passwords[row[0]] = row[2]
	}
	return passwords
}

// TestImportOpensAClass: logins are made of the names, passwords are to be changed,
// and what is wrong with one line keeps all out.
func TestImportOpensAClass(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		server := start(t, env)
		register(t, server.Addr, "alice")
		file := roster(t, "\ufeffNom;Prénom;E-mail;Login\r\nLœb;Zoé;zoe@univ.fr;\r\nLe Goff;Jean-Noël;jean@univ.fr;\r\nLoeb;Zoe;autre@univ.fr;\r\nMartin;Bob;bob@univ.fr;Bobby\r\n")
		passwords := passwordsOf(t, succeed(t, env, "user", "import", file))
		for _, login := range []string{"zoe.loeb", "zoe.loeb2", "jean-noel.le-goff", "bobby"} {
			word := passwords[login]
			if len(word) != 12 {
				t.Fatalf("%s: %q", login, passwords)
			}
			c := dial(t, server.Addr)
			if r := c.Must("AUTH %s %s", login, word); r.Fields.Get("changer") != "1" {
				t.Errorf("%s: %s", login, r.Line)
			}
			c.Must("MOTDEPASSE %s %s", word, password)
		}
		if len(passwords) != 4 {
			t.Errorf("%q", passwords)
		}
		before := succeed(t, env, "user", "list")
		out, code := command(t, env, "user", "import", roster(t,
			"carol@univ.fr,Carol,Petit\nALICE@univ.fr,Alice,Martin\ndan@univ,Dan,Petit\neve@univ.fr,Eve,Petit,bobby\n"+
				"carol@univ.fr,Carole,Petit\nfay@univ.fr,Fay\n晴@univ.fr,晴,李\ngus@univ.fr,Gus,Petit,gus\nhal@univ.fr,Hal,Petit,GUS\nian@univ.fr,\xe9,Petit\n"))
		for _, says := range []string{
			"aucun compte", "ligne 2 : l'adresse alice@univ.fr est déjà celle d'un compte", "ligne 3 : Cette adresse", "ligne 4 : le login bobby",
			"ligne 5 : l'adresse carol@univ.fr est déjà celle de la ligne 1", "ligne 6 : 2 colonnes", "ligne 7 : ",
			"ligne 9 : le login gus est déjà celui de la ligne 8", "ligne 10 : ce n'est pas de l'UTF-8",
		} {
			if code != 1 || !strings.Contains(out, says) {
				t.Errorf("code %d, without %q: %s", code, says, out)
			}
		}
		if after := succeed(t, env, "user", "list"); after != before {
			t.Errorf("before\n%s\nafter\n%s", before, after)
		}
		if got := audited(t, server, env, "AJOUTER"); strings.Join(got, " ") != "import import import import" {
			t.Errorf("audit: %q", got)
		}
		if strings.Contains(server.logs.String(), passwords["bobby"]) {
			t.Error("a password stands in the log")
		}
	})
}

// TestImportNamesEachBadLine of a whole school, and does nothing.
func TestImportNamesEachBadLine(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		var school strings.Builder
		for i := range 2000 {
			domain := "univ.fr"
			if i%100 == 99 {
				domain = "univ"
			}
			fmt.Fprintf(&school, "s%d@%s,Prénom,Nom\n", i, domain)
		}
		env.Open(t).Close() // makes the tables
		out, errs, code := runProgram(t, nil, append([]string{"user", "import", roster(t, school.String())}, storeFlags(env)...)...)
		if code != 1 || out != "" || strings.Count(errs, "\n  ligne ") != 20 || !strings.Contains(errs, "ligne 100 : ") {
			t.Errorf("code %d: %s%s", code, out, errs)
		}
	})
}

// TestImportOfMostAccounts is one transaction.
func TestImportOfMostAccounts(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		var school strings.Builder
		for i := range 2000 {
			fmt.Fprintf(&school, "s%d@univ.fr,Prénom,%s\n", i, strings.Repeat("n", protocol.MaxName))
		}
		env.Open(t).Close() // makes the tables
		if passwords := passwordsOf(t, succeed(t, env, "user", "import", roster(t, school.String()))); len(passwords) != 2000 {
			t.Errorf("%d accounts", len(passwords))
		}
		fmt.Fprint(&school, "un@univ.fr,De,Trop\n")
		if out, code := command(t, env, "user", "import", roster(t, school.String())); code != 1 || !strings.Contains(out, "plus de 2000") {
			t.Errorf("code %d: %.300s", code, out)
		}
	})
}
