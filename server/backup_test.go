package main

import (
	"path/filepath"
	"strings"
	"testing"

	"etuservices/server/internal/testenv"
)

// TestBackupCommand: backup under a running server, restore only without one,
// and a server that then knows what the copy knew: accounts, tokens, quotas.
func TestBackupCommand(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	file := filepath.Join(t.TempDir(), "copie.db")
	run := func(want int, says string, words ...string) {
		t.Helper()
		if out, code := command(t, env, words...); code != want || !strings.Contains(out, says) {
			t.Errorf("%q: code %d: %s", words, code, out)
		}
	}
	server := start(t, env)
	register(t, server.Addr, "alice")
	c, token := loginToken(t, server.Addr, "alice")
	c.Must("VENTE livre 1 Avant")
	run(0, "sauvegardé", "backup", file)
	run(1, "file exists", "backup", file)
	c.Must("VENTE livre 1 Après")
	run(1, "déjà utilisé", "restore", file)
	run(2, "usage", "backup")
	server.Stop()

	run(0, "gardé", "restore", file)
	again := start(t, env)
	c = resume(t, token, 1, again.Addr)[0]
	if rows := c.Must("MESVENTES").Rows; len(rows) != 1 || rows[0].Fields.Get("titre") != "Avant" {
		t.Errorf("%v", rows)
	}
	if used := c.Must("QUOTA").Rows[1].Fields.Int("utilise"); used != 1 {
		t.Errorf("%d calls", used)
	}
}
