package store_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

const (
	addName   = `INSERT INTO utilisateurs (login, email, prenom, nom, mot_de_passe, cree_le) VALUES (?, ?, 'P', 'N', 'x', '2026-01-01 00:00:00.000')`
	countName = `SELECT COUNT(*) FROM utilisateurs`
)

func add(t *testing.T, s *store.Stores, login string) {
	t.Helper()
	if _, err := s.SQL.Write.Exec(t.Context(), addName, login, login+"@univ.fr"); err != nil {
		t.Fatal(err)
	}
}

func users(t *testing.T, s *store.Stores) (n int) {
	t.Helper()
	if err := s.SQL.Read.QueryRow(t.Context(), countName).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBackupAndRestore: a copy is made under a running server, which goes on
// writing; it is restored only when the server is gone, and what was there is
// kept.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	ctx, e := t.Context(), testenv.Embedded(t)
	file := filepath.Join(t.TempDir(), "copie à 100 %.db")
	s := e.Open(t)
	add(t, s, "alice")
	tx, err := s.SQL.Write.DB.Begin() // a writer at work keeps nobody from copying
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(addName, "tard", "tard@univ.fr"); err != nil {
		t.Fatal(err)
	}
	if err := store.Backup(ctx, e.DataDir, file); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	add(t, s, "bob")
	if err := store.Backup(ctx, e.DataDir, file); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over another backup: %v", err)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := store.Restore(ctx, e.DataDir, file); !errors.Is(err, store.ErrDataLocked) {
		t.Errorf("under a running server: %v", err)
	}
	if n := users(t, s); n != 3 {
		t.Errorf("%d users", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	aside, err := store.Restore(ctx, e.DataDir, file)
	if err != nil {
		t.Fatal(err)
	}
	again := e.Open(t)
	if n := users(t, again); n != 1 {
		t.Errorf("restored: %d users", n)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(ctx, e.DataDir, aside); err != nil { // and back
		t.Fatal(err)
	}
	if n := users(t, e.Open(t)); n != 3 {
		t.Errorf("what was put aside: %d users", n)
	}
}

// TestRestoreOfRubbish changes nothing.
func TestRestoreOfRubbish(t *testing.T) {
	t.Parallel()
	ctx, e, dir := t.Context(), testenv.Embedded(t), t.TempDir()
	s := e.Open(t)
	for _, login := range []string{"alice", "bob"} {
		add(t, s, login)
	}
	whole := filepath.Join(dir, "whole.db")
	if err := store.Backup(ctx, e.DataDir, whole); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	middle := len(text) / 2
	for name, content := range map[string][]byte{
		"empty": nil, "text": []byte(strings.Repeat("rien\n", 1000)), "cut": text[:middle],
		"bitten": append(append(bytes.Clone(text[:4096]), bytes.Repeat([]byte{0xff}, middle)...), text[4096+middle:]...),
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Restore(ctx, e.DataDir, file); !errors.Is(err, store.ErrUnsound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := store.Restore(ctx, e.DataDir, filepath.Join(dir, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if n := users(t, e.Open(t)); n != 2 {
		t.Errorf("%d users", n)
	}
	if left, _ := filepath.Glob(filepath.Join(e.DataDir, "*.nouveau")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if err := store.Backup(ctx, t.TempDir(), filepath.Join(dir, "x")); !errors.Is(err, store.ErrNoData) {
		t.Errorf("backup of nothing: %v", err)
	}
}
