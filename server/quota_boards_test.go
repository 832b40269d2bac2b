package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// boardQueries give each board out of the ledger alone: name, figure.
var boardQueries = []struct {
	name, figure, query string
	rows                int
}{
	{"derniers", "instant", `SELECT u.login, MAX(c.instant) AS f FROM connexions c
		JOIN utilisateurs u ON u.id = c.utilisateur_id GROUP BY u.login ORDER BY f DESC, u.login LIMIT 10`, 10},
	{"top", "connexions", `SELECT u.login, COUNT(*) AS f FROM connexions c
		JOIN utilisateurs u ON u.id = c.utilisateur_id GROUP BY u.login ORDER BY f DESC, u.login LIMIT 3`, 3},
	{"moins", "appels", `SELECT u.login, COUNT(a.id) AS f FROM utilisateurs u
		LEFT JOIN appels a ON a.utilisateur_id = u.id GROUP BY u.login ORDER BY f, u.login LIMIT 10`, 10},
	{"services", "appels", `SELECT s.nom, COUNT(a.id) AS f FROM (SELECT 'vente' AS nom UNION SELECT 'achat') s
		LEFT JOIN appels a ON a.service = s.nom GROUP BY s.nom ORDER BY f DESC, s.nom`, 2},
}

// Boards gives what STATS must show: one line a row, "board rank name figure".
func (j *judge) Boards() (lines []string) {
	j.t.Helper()
	for _, b := range boardQueries {
		rows, err := j.sql.Query(b.query)
		if err != nil {
			j.t.Fatal(err)
		}
		rank, n, last := 0, 0, ""
		for rows.Next() {
			var name, figure string
			var at store.Instant
			var dest any = &figure
			if b.figure == "instant" {
				dest = &at
			}
			if err := rows.Scan(&name, dest); err != nil {
				j.t.Fatal(err)
			}
			if b.figure == "instant" {
				figure = at.UTC().Format("2006-01-02T15:04:05.000Z")
			}
			if n++; figure != last {
				rank, last = n, figure
			}
			lines = append(lines, fmt.Sprintf("%s %d %s %s", b.name, rank, name, figure))
		}
		if err := rows.Close(); err != nil {
			j.t.Fatal(err)
		}
	}
	return lines
}

// shownBoards reads STATS in the same form.
func shownBoards(c *client) (lines []string) {
	c.t.Helper()
	for _, row := range c.Must("STATS").Rows {
		f := row.Fields
		board := f.Get("tableau")
		name, figure := f.Get("login"), ""
		if board == "services" {
			name = f.Get("service")
		}
		for _, b := range boardQueries {
			if b.name == board {
				figure = f.Get(b.figure)
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s", board, f.Get("rang"), name, figure))
	}
	return lines
}

// SameBoards fails unless STATS equals the ledger within the 10 s of
// PROTOCOL.md §7.5.
func (j *judge) SameBoards(c *client) {
	j.t.Helper()
	testenv.Eventually(j.t, 10*time.Second, func() error {
		if want, got := j.Boards(), shownBoards(c); !slices.Equal(want, got) {
			return fmt.Errorf("boards\n%s\nledger\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		return nil
	})
}

// SameQuota fails unless QUOTA equals the ledger within 10 s. Every row of the
// ledger must still lie in the window.
func (j *judge) SameQuota(c *client, login string) {
	j.t.Helper()
	testenv.Eventually(j.t, 10*time.Second, func() error {
		for i, table := range []string{"connexions", "appels"} {
			row := c.Must("QUOTA").Rows[i].Fields
			if want := j.Used(table, login); int(row.Int("utilise")) != want {
				return fmt.Errorf("%s: %s utilise=%s, ledger %d", login, row.Get("quota"), row.Get("utilise"), want)
			}
		}
		return nil
	})
}
