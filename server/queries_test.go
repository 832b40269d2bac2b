package main

import (
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

const (
	// The tables that grow without end are filled so far, with so many users.
	grownRows, grownUsers = 6000, 1500
	// mostScanned is what a query may read of them, or sort: a page, or a user's window.
	mostScanned = 600
)

// grown are the tables that grow without end.
var grown = []string{"connexions", "appels", "articles", "audit", "connexions_archive", "appels_archive", "audit_archive"}

// TestQueriesUseIndexes: none of the statements that the dialogues of the specification
// make a server send, and none of an archiving or an export, reads a large table as a whole, or sorts
// many rows, in either engine. Of the dialogues, the deletion of an account alone goes to
// the archive.
func TestQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	env := testenv.RealOwn(t, "--general-log=1", "--log-output=TABLE")
	in := openInside(t, env)
	t.Run("dialogues", func(t *testing.T) {
		for _, s := range append(specified(t), ours(t)...) {
			t.Run(s.Name, func(t *testing.T) { replay(t, in, s) })
		}
	})
	judge := newJudge(t, env)
	ofArchive := slices.DeleteFunc(loggedStatements(t, judge.sql), func(s string) bool { return !strings.Contains(s, "_archive") })
	if len(ofArchive) != 1 || !strings.HasPrefix(ofArchive[0], "UPDATE connexions_archive SET adresse = ''") {
		t.Errorf("the dialogues go to the archive: %q", ofArchive)
	}
	register(t, in.Serve(t), "alice")
	judge.Past("alice", 1)
	succeed(t, env, "archive")
	succeed(t, env, "export", t.TempDir())
	statements := loggedStatements(t, judge.sql)
	if len(statements) < 80 {
		t.Errorf("only %d different statements were sent", len(statements))
	}
	in.grow(t)
	lite := openInside(t, testenv.Embedded(t))
	lite.grow(t)
	for _, bad := range []string{
		`SELECT id FROM appels WHERE ref = 'r'`, `SELECT l.id FROM connexions l ORDER BY l.adresse`,
	} {
		inLite, err := explainSQLite(t, lite.stores.SQL.Read.DB, bad)
		if len(explainMariaDB(t, judge.sql, bad)) == 0 || len(inLite) == 0 || err != nil {
			t.Errorf("nothing is wrong with %s (%v)", bad, err)
		}
	}
	understood := 0
	for _, statement := range statements {
		for _, problem := range explainMariaDB(t, judge.sql, statement) {
			t.Errorf("MariaDB %s:\n%s", problem, statement)
		}
		problems, err := explainSQLite(t, lite.stores.SQL.Read.DB, statement)
		if err == nil { // else one of those that both engines do not have in common
			understood++
		}
		for _, problem := range problems {
			t.Errorf("SQLite %s:\n%s", problem, statement)
		}
	}
	t.Logf("%d statements, %d of them on SQLite too", len(statements), understood)
	if understood < len(statements)*3/4 {
		t.Errorf("SQLite understands only %d statements of %d", understood, len(statements))
	}
}

var (
	literals = regexp.MustCompile(`'(?:[^'\\]|\\.|'')*'|\b\d+(?:\.\d+)?\b`)
	// Statements that travel together are logged together.
	statementOf = regexp.MustCompile(`(?:[^;']|'(?:[^'\\]|\\.|'')*')+`)
	lists       = regexp.MustCompile(`\?(?:, ?\?)+`)
	explains    = regexp.MustCompile(`(?is)^\s*(SELECT|UPDATE|DELETE|INSERT\s.*\sSELECT)\b`)
)

// loggedStatements gives one example of each statement that MariaDB has logged, without
// regard to the values in it.
func loggedStatements(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.Query(`SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log WHERE command_type = 'Query'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	examples := map[string]string{}
	for rows.Next() {
		var batch string
		if err := rows.Scan(&batch); err != nil {
			t.Fatal(err)
		}
		for _, text := range statementOf.FindAllString(batch, -1) {
			text = strings.TrimSpace(text)
			// Whole tables are changed by this test alone, between two dialogues.
			own := strings.Contains(text, "general_log") || !strings.HasPrefix(text, "SELECT") && !strings.Contains(text, "WHERE")
			if explains.MatchString(text) && !own && !strings.Contains(text, "1 = 0") {
				examples[lists.ReplaceAllString(literals.ReplaceAllString(text, "?"), "?")] = text
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Values(examples))
}

// grow fills the large tables, with instants of the last hours.
func (in *inside) grow(t *testing.T) {
	t.Helper()
	in.empty(t)
	now := time.Now().UTC()
	at := func(i int) string {
		return now.Add(-time.Duration(grownRows-i) * 3 * time.Second).Format("'2006-01-02 15:04:05.000'")
	}
	user := func(i int) int { return 1 + i%grownUsers }
	state := func(i int) string { return []string{"'en_vente', NULL", "'vendu', 1"}[i%2] }
	category := func(i int) string { return []string{"livre", "dvd", "cd", "jeu"}[i/2%4] }
	in.insert(t, grownUsers, "utilisateurs (id, login, email, prenom, nom, mot_de_passe, cree_le)", func(i int) string {
		return fmt.Sprintf("(%d, 'u%[1]d', 'u%[1]d@univ.fr', 'U', 'U', '', %s)", i+1, at(i))
	})
	in.insert(t, grownRows, "articles (id, vendeur_id, etat, acheteur_id, categorie, prix_centimes, titre, publie_le)", func(i int) string {
		return fmt.Sprintf("(%d, %d, %s, '%s', %d, 'Titre %[1]d', %[6]s)", i+1, user(i), state(i), category(i), i%5000, at(i))
	})
	for _, suffix := range []string{"_archive", ""} {
		first := map[string]int{"_archive": 1, "": grownRows + 1}[suffix]
		in.insert(t, grownRows, "connexions"+suffix+" (id, utilisateur_id, instant, adresse, serveur, creneau)", func(i int) string {
			return fmt.Sprintf("(%d, %d, %s, '127.0.0.1', 'un', '%016[1]x')", first+i, user(i), at(i))
		})
		in.insert(t, grownRows, "appels"+suffix+" (id, utilisateur_id, service, article_id, resultat, instant, serveur, creneau)", func(i int) string {
			return fmt.Sprintf("(%d, %d, 'vente', %[1]d, 'ok', %[3]s, 'un', '%016[1]x')", first+i, user(i), at(i))
		})
		in.insert(t, grownRows, "audit"+suffix+" (id, instant, admin, action, cible, raison, serveur)", func(i int) string {
			return fmt.Sprintf("(%d, %s, 'prof', 'RAZ', 'u%d', '', 'un')", first+i, at(i), user(i))
		})
	}
	in.insert(t, grownRows, "mots (mot, article_id)", func(i int) string { return fmt.Sprintf("('titre', %d)", i+1) })
	if in.kind == testenv.KindReal {
		in.exec(t, "ANALYZE TABLE utilisateurs, mots, "+strings.Join(grown, ", "))
		return
	}
	in.exec(t, "ANALYZE")
}

func (in *inside) insert(t *testing.T, rows int, into string, row func(i int) string) {
	t.Helper()
	all := make([]string, rows)
	for i := range all {
		all[i] = row(i)
	}
	for few := range slices.Chunk(all, 500) {
		in.exec(t, "INSERT INTO "+into+" VALUES "+strings.Join(few, ", "))
	}
}

// largeNames are the names that large tables have in a statement.
func largeNames(statement string) (names []string) {
	for _, table := range grown {
		names = append(names, table)
		for _, alias := range regexp.MustCompile(`(?i)\b`+table+`\s+(?:AS\s+)?([a-z])\b`).FindAllStringSubmatch(statement, -1) {
			names = append(names, alias[1])
		}
	}
	return names
}

// explainMariaDB gives what is wrong with how a statement would run.
func explainMariaDB(t *testing.T, db *sql.DB, statement string) (problems []string) {
	t.Helper()
	rows, err := db.Query("EXPLAIN " + statement)
	if err != nil {
		t.Fatalf("EXPLAIN %s: %v", statement, err)
	}
	defer rows.Close()
	large := largeNames(statement)
	for rows.Next() {
		var id, read sql.NullInt64
		var kind, table, access, possible, key, length, ref, extra sql.NullString
		if err := rows.Scan(&id, &kind, &table, &access, &possible, &key, &length, &ref, &read, &extra); err != nil {
			t.Fatal(err)
		}
		switch {
		case !slices.Contains(large, table.String) || read.Int64 <= mostScanned:
		case access.String == "ALL" || access.String == "index":
			problems = append(problems, fmt.Sprintf("reads all of %s (%s, %d rows)", table.String, access.String, read.Int64))
		case strings.Contains(extra.String, "filesort"):
			problems = append(problems, fmt.Sprintf("sorts %d rows of %s", read.Int64, table.String))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return problems
}

// explainSQLite is the same; its error is that of a statement that SQLite does not have.
func explainSQLite(t *testing.T, db *sql.DB, statement string) (problems []string, err error) {
	t.Helper()
	rows, err := db.Query("EXPLAIN QUERY PLAN " + statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	large := largeNames(statement)
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		name, scan := strings.CutPrefix(detail, "SCAN ")
		if scan && slices.Contains(large, name) { // with an index there is more behind the name
			problems = append(problems, "reads all of "+name)
		}
	}
	return problems, rows.Err()
}
