package store_test

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

func TestDataDirIsOneProcesses(t *testing.T) {
	t.Parallel()
	e := testenv.Embedded(t)
	holder := childCommand(t, "hold", e)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = holder.Process.Kill(); _ = holder.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "open\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := store.Open(t.Context(), e.Options()); !errors.Is(err, store.ErrDataLocked) {
		t.Fatalf("a second process: %v", err)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait()
	s := e.Open(t) // the death freed it
	if _, err := store.Open(t.Context(), e.Options()); !errors.Is(err, store.ErrDataLocked) {
		t.Fatalf("a second Open of the same process: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	e.Open(t) // and so did Close
}

func TestFilesAreTheirOwnersOnly(t *testing.T) {
	t.Parallel()
	e := testenv.Embedded(t)
	e.DataDir = filepath.Join(e.DataDir, "new", "dir ?#%é") // also signs that a DSN reads
	s := e.Open(t)
	mustAddUser(t, s, "aa")
	info, err := os.Stat(e.DataDir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	files, err := os.ReadDir(e.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, f.Name())
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), info.Mode())
		}
	}
	want := "etuservices.db etuservices.db-shm etuservices.db-wal etuservices.lock redis.password redis.sock"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("files: %s", got)
	}
}

func TestSQLiteIsAsWeAskFor(t *testing.T) {
	t.Parallel()
	s := testenv.Embedded(t).Open(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "3000"} {
		var got string
		if err := s.SQL.Write.QueryRow(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", pragma, got, err, want)
		}
	}
	if _, err := s.SQL.Read.Exec(t.Context(), "DELETE FROM utilisateurs"); err == nil {
		t.Error("a write through Read passes")
	}
}
