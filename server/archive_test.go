package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// archivable are the tables whose old rows are moved.
var archivable = []string{"connexions", "appels", "audit"}

const (
	pastMonths = 12 // have rows of Past
	keptMonths = 3  // by default
	pastHost   = "192.0.2.1"
)

// month is an hour of an earlier month.
func month(earlier int) time.Time {
	now := time.Now().UTC()
	return time.Date(now.Year(), now.Month()-time.Month(earlier), 1, 1, 0, 0, 0, time.UTC)
}

// Past gives a user so many logins and so many calls in each of the last months, and
// the audit as many rows.
func (j *judge) Past(login string, aMonth int) {
	j.t.Helper()
	user, n := j.Count(`SELECT id FROM utilisateurs WHERE login = ?`, login), aMonth*pastMonths
	var logins, calls, actions []string
	for i := range n {
		at := month(1 + i/aMonth).Add(time.Duration(i) * time.Millisecond).Format("'2006-01-02 15:04:05.000'")
		logins = append(logins, fmt.Sprintf("(%d, %s, '%s', 'un', '%016x')", user, at, pastHost, i))
		calls = append(calls, fmt.Sprintf("(%d, 'vente', 'ok', %s, 'un', '%016x')", user, at, i))
		actions = append(actions, fmt.Sprintf("(%s, 'prof', 'RAZ', '', '', 'un')", at))
	}
	for into, rows := range map[string][]string{
		"connexions (utilisateur_id, instant, adresse, serveur, creneau)":       logins,
		"appels (utilisateur_id, service, resultat, instant, serveur, creneau)": calls,
		"audit (instant, admin, action, cible, raison, serveur)":                actions,
	} {
		for some := range slices.Chunk(rows, 2000) {
			j.Exec("INSERT INTO " + into + " VALUES " + strings.Join(some, ", "))
		}
	}
	j.Exec(`UPDATE utilisateurs SET nb_connexions = nb_connexions + ?, nb_ventes = nb_ventes + ? WHERE id = ?`, n, n, user)
}

// InArchive is the number of rows that were moved out of a table, none of which is still
// there.
func (j *judge) InArchive(table string) int {
	j.t.Helper()
	if n := j.Count(`SELECT COUNT(*) FROM ` + table + ` l JOIN ` + table + `_archive a ON a.id = l.id`); n != 0 {
		j.t.Errorf("%d rows are in %s and in its archive", n, table)
	}
	return j.Count(`SELECT COUNT(*) FROM ` + table + `_archive`)
}

// Told is the number of rows that the audit says were moved out of the three tables.
func (j *judge) Told() (moved [3]int) {
	j.t.Helper()
	rows, err := j.sql.Query(`SELECT raison FROM audit WHERE action = 'ARCHIVER' AND admin = '~serveur'`)
	if err != nil {
		j.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			j.t.Fatal(err)
		}
		var until string
		var n [3]int
		if _, err := fmt.Sscanf(text, "jusqu'au %s : %d connexions, %d appels, %d actes", &until, &n[0], &n[1], &n[2]); err != nil {
			j.t.Errorf("audit: %q: %v", text, err)
		}
		if last := month(keptMonths).AddDate(0, 0, -1).Format(time.DateOnly); until != last {
			j.t.Errorf("audit: %q, want until %s", text, last)
		}
		for i := range n {
			moved[i] += n[i]
		}
	}
	if err := rows.Err(); err != nil {
		j.t.Fatal(err)
	}
	return moved
}

// exportedLedger gives the lines of the ledger's files in an export.
func exportedLedger(t *testing.T, env *testenv.Env) (lines []string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "sortie")
	succeed(t, env, "export", folder)
	for _, name := range []string{"connexions.csv", "appels.csv"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Split(string(text), "\n")...)
	}
	return lines
}

// TestArchiveWhileACrowdTrades: two archivings at once, beside users who sell and buy up
// to their quotas, lose and double nothing; an export shows the same before and after.
func TestArchiveWhileACrowdTrades(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		const quota, aMonth = 60, 100
		server := start(t, env, append(adminArgs, "--quota-max", fmt.Sprint(quota))...)
		crowd := []string{"alice", "bob", "carol", "dan"}
		register(t, server.Addr, crowd...)
		judge := newJudge(t, env)
		for _, name := range crowd {
			judge.Past(name, aMonth)
		}
		before := exportedLedger(t, env)

		var busy sync.WaitGroup
		for i, name := range crowd {
			c := login(t, server.Addr, name)
			busy.Go(func() {
				for n := range quota + 1 {
					line := "VENTE livre 1 Réseaux"
					if n%2 == i%2 {
						line = fmt.Sprintf("ACHAT %d", n+1)
					}
					r, err := c.Try("%s", line)
					if err != nil || (r.Word == "QUOTA" && !r.OK()) != (n == quota) {
						t.Errorf("%s, call %d: %s (%v)", name, n, r.Line, err)
					}
				}
			})
		}
		for range 2 {
			busy.Go(func() {
				if out, code := command(t, env, "archive"); code != 0 || !strings.Contains(out, "archiv") {
					t.Errorf("code %d: %s", code, out)
				}
			})
		}
		busy.Wait()

		total := len(crowd) * aMonth * pastMonths
		old, told := total*(pastMonths-keptMonths)/pastMonths, judge.Told()
		for i, table := range archivable {
			if n := judge.InArchive(table); n != old || told[i] != old {
				t.Errorf("%s: %d rows are in the archive, the audit tells of %d, want %d", table, n, told[i], old)
			}
			first := judge.Count(`SELECT COUNT(*) FROM `+table+` WHERE instant < ?`, month(keptMonths).Format(time.DateTime))
			if first != 0 {
				t.Errorf("%s: %d old rows stayed", table, first)
			}
		}
		for table, fresh := range map[string]int{"connexions": 1, "appels": quota} {
			rows := judge.Count(`SELECT COUNT(*) FROM ` + table)
			if want := total - old + len(crowd)*fresh; rows != want {
				t.Errorf("%s: %d rows, want %d", table, rows, want)
			}
		}
		if n := judge.Count(`SELECT COUNT(*) FROM utilisateurs u WHERE
			u.nb_connexions <> (SELECT COUNT(*) FROM connexions l WHERE l.utilisateur_id = u.id) + (SELECT COUNT(*) FROM connexions_archive l WHERE l.utilisateur_id = u.id)
			OR u.nb_ventes + u.nb_achats <> (SELECT COUNT(*) FROM appels l WHERE l.utilisateur_id = u.id) + (SELECT COUNT(*) FROM appels_archive l WHERE l.utilisateur_id = u.id)`); n != 0 {
			t.Errorf("the totals of %d users are not those of their rows", n)
		}

		after := exportedLedger(t, env)
		have := map[string]int{}
		for _, line := range after {
			have[line]++
		}
		for _, line := range before {
			if have[line]--; have[line] < 0 {
				t.Errorf("not in the export any more: %s", line)
			}
		}
		if want := len(before) + len(crowd)*(1+quota); len(after) != want {
			t.Errorf("%d lines are exported, want %d", len(after), want)
		}
		if out := succeed(t, env, "archive"); !strings.Contains(out, "rien à archiver jusqu'au 2") {
			t.Errorf("again: %s", out)
		}
		succeed(t, env, "archive", "-mois", "1")
		if again := exportedLedger(t, env); !slices.Equal(again, after) {
			t.Errorf("%d lines are exported, then %d", len(after), len(again))
		}
	})
}

// TestArchiveKilledIsRunAgain: whatever does it is killed between two batches; what it
// moved is in the audit, and the next run moves the rest.
func TestArchiveKilledIsRunAgain(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		const aMonth = 4000
		server := start(t, env)
		register(t, server.Addr, "alice")
		judge := newJudge(t, env)
		judge.Past("alice", aMonth)
		if env.Kind == testenv.KindReal {
			server.Stop()
			server = prepare(t, env)
			server.cmd.Args = append([]string{server.cmd.Args[0], "archive"}, storeFlags(env)...)
			server.begin()
		} else {
			go func() { _, _ = command(t, env, "archive") }() // the server does it
		}
		testenv.WaitFor(t, answerTime, "the first rows are moved", func() bool { return judge.InArchive("connexions") > 0 })
		server.Kill()

		rows := aMonth * (pastMonths - keptMonths)
		var moved [3]int
		for i, table := range archivable {
			moved[i] = judge.InArchive(table)
		}
		if told := judge.Told(); moved != told || moved[0] == 0 || moved[0]+moved[1]+moved[2] == 3*rows {
			t.Errorf("moved %d, the audit tells of %d", moved, told)
		}
		start(t, env)
		succeed(t, env, "archive")
		told := judge.Told()
		for i, table := range archivable {
			if n := judge.InArchive(table); n != rows || told[i] != rows {
				t.Errorf("%s: %d rows, the audit tells of %d, want %d", table, n, told[i], rows)
			}
		}
		if n := judge.Count(`SELECT COUNT(*) FROM connexions`); n != aMonth*keptMonths {
			t.Errorf("%d logins stayed, want %d", n, aMonth*keptMonths)
		}
	})
}

// TestArchiveForgetsTheDeleted: the addresses of an account that is deleted while its
// rows are moved, or later, are in neither table.
func TestArchiveForgetsTheDeleted(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		const aMonth = 400
		server := start(t, env, adminArgs...)
		register(t, server.Addr, "alice", "bob", "carol")
		judge := newJudge(t, env)
		judge.Past("alice", aMonth)
		judge.Past("bob", 10)
		judge.Past("carol", 10)
		var busy sync.WaitGroup
		busy.Go(func() {
			if out, code := command(t, env, "archive"); code != 0 {
				t.Errorf("code %d: %s", code, out)
			}
		})
		testenv.WaitFor(t, answerTime, "the first rows are moved", func() bool { return judge.InArchive("connexions") > 0 })
		succeed(t, env, "user", "delete", "alice")
		busy.Wait()
		succeed(t, env, "user", "delete", "bob")
		for _, table := range []string{"connexions", "connexions_archive"} {
			if n := judge.Count(`SELECT COUNT(*) FROM ` + table + ` l JOIN utilisateurs u ON u.id = l.utilisateur_id
				WHERE l.adresse <> '' AND u.login <> 'carol'`); n != 0 {
				t.Errorf("%s: %d rows have an address of a deleted account", table, n)
			}
		}
		if n := judge.Count(`SELECT COUNT(*) FROM connexions_archive WHERE adresse = ?`, pastHost); n != 10*(pastMonths-keptMonths) {
			t.Errorf("carol has %d addresses in the archive", n)
		}
	})
}

// TestArchiveKeepsWhatIsAskedFor: months that stay, and rows that a long window counts.
func TestArchiveKeepsWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		server := start(t, env)
		register(t, server.Addr, "alice")
		server.Stop()
		judge := newJudge(t, env)
		judge.Past("alice", 10)
		for _, c := range []struct {
			words string
			code  int
			says  string
		}{
			{"archive --mois 0", 2, "--mois veut un nombre de mois"},
			{"archive --mois -1", 2, "--mois veut un nombre de mois"},
			{"archive --mois=deux", 2, "--mois veut un nombre de mois"},
			{"archive --mois", 2, "--mois veut un nombre de mois"},
			{"archive 3", 2, "archive [--mois N]"},
			{"archive --bom", 2, "option inconnue --bom"},
			{"archive --mois 12", 0, "rien à archiver jusqu'au " + month(12).AddDate(0, 0, -1).Format(time.DateOnly)},
			{"archive --mois 11", 0, ": 10 connexions, 10 appels, 10 actes"},
			{"archive -mois=10", 0, ": 10 connexions, 10 appels, 10 actes"},
			{"archive --mois 1 --quota-window 4400h", 0, "archivé"}, // half a year
		} {
			args := strings.Fields(c.words)
			if out, code := command(t, env, args...); code != c.code || !strings.Contains(out, c.says) {
				t.Errorf("%s: code %d: %s", c.words, code, out)
			}
		}
		window := time.Now().UTC().Add(-4400 * time.Hour)
		if n := judge.Count(`SELECT COUNT(*) FROM connexions_archive WHERE instant >= ?`, window.Format(time.DateTime)); n != 0 {
			t.Errorf("%d rows within the window of the quota were moved", n)
		}
		if n := judge.Count(`SELECT COUNT(*) FROM connexions WHERE instant < ?`, window.AddDate(0, -1, 0).Format(time.DateTime)); n != 0 {
			t.Errorf("%d rows from before the window stayed", n)
		}
	})
}
