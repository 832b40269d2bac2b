package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// sheet reads a file of an export, by the names of its columns.
func sheet(t *testing.T, folder, name string, comma rune) (rows []map[string]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff")))
	reader.Comma = comma
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// TestExportAddsUp to the ledger, while the server runs, and holds nothing that a
// spreadsheet would compute.
func TestExportAddsUp(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		server := start(t, env, append(adminArgs, "--quota-max", "3")...)
		register(t, server.Addr, "alice", "bob", "carol")
		alice, bob := login(t, server.Addr, "alice"), login(t, server.Addr, "bob")
		id := alice.Must("VENTE livre 4.50 =HYPERLINK(1)").Fields.Get("id")
		alice.Must("VENTE dvd 1 titre")
		bob.Must("ACHAT %s ref=k1", id)
		bob.Refused("ABSENT", "ACHAT 999999")
		bob.Must("VENTE cd 2 autre")
		bob.Refused("QUOTA", "ACHAT 999999")
		login(t, server.Addr, "carol")
		succeed(t, env, "user", "delete", "carol")
		folder := filepath.Join(t.TempDir(), "sortie")
		testenv.WaitFor(t, 15*time.Second, "the refusal is in the export", func() bool {
			succeed(t, env, "export", folder)
			return len(sheet(t, folder, "refus.csv", ',')) == 1
		})

		rows := map[string]map[string]int{}
		for file, key := range map[string]string{"connexions.csv": "login", "appels.csv": "login", "ventes.csv": "vendeur"} {
			rows[file] = map[string]int{}
			for _, row := range sheet(t, folder, file, ',') {
				rows[file][row[key]]++
			}
		}
		for _, account := range sheet(t, folder, "comptes.csv", ',') {
			number := func(column string) int { n, _ := strconv.Atoi(account[column]); return n }
			name := account["login"]
			if rows["connexions.csv"][name] != number("connexions") || rows["appels.csv"][name] != number("ventes")+number("achats") ||
				rows["ventes.csv"][name] != number("ventes") {
				t.Errorf("%q beside %v", account, rows)
			}
			delete(rows["connexions.csv"], name)
			delete(rows["appels.csv"], name)
			if _, err := time.Parse(time.RFC3339, account["ouvert_le"]); err != nil {
				t.Error(err)
			}
		}
		if len(rows["connexions.csv"])+len(rows["appels.csv"]) != 0 {
			t.Errorf("of no account: %v", rows)
		}
		if r := sheet(t, folder, "refus.csv", ',')[0]; r["login"] != "bob" || r["quota"] != "services" || r["nombre"] != "1" || len(r["jour"]) != len(time.DateOnly) {
			t.Errorf("refus: %q", r)
		}
		if sale := sheet(t, folder, "ventes.csv", ',')[0]; sale["titre"] != "'=HYPERLINK(1)" || sale["prix"] != "4.50" || sale["acheteur"] != "bob" {
			t.Errorf("ventes: %q", sale)
		}
		succeed(t, env, "export", folder, "--bom", "--virgule")
		if sale := sheet(t, folder, "ventes.csv", ';')[0]; sale["prix"] != "4,50" {
			t.Errorf("ventes: %q", sale)
		}
		if text, err := os.ReadFile(filepath.Join(folder, "comptes.csv")); err != nil || !strings.HasPrefix(string(text), "\ufefflogin;") {
			t.Errorf("comptes.csv: %v, %.20q", err, text)
		}
		if got := audited(t, server, env, "EXPORT"); len(got) < 2 {
			t.Errorf("audit: %q", got)
		}
	})
}
