package testenv

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"etuservices/server/internal/spawn"
)

// process is a server that a test stops, kills, pauses and starts again.
type process struct{ *spawn.Process }

// Start starts the server and waits until it answers.
func (p process) Start(t testing.TB) {
	t.Helper()
	must(t, p.Process.Start())
}

// Stop asks the server to end and waits for it.
func (p process) Stop(t testing.TB) {
	t.Helper()
	p.End(syscall.SIGTERM)
}

// Kill ends the server as a power cut of its process would.
func (p process) Kill(t testing.TB) {
	t.Helper()
	p.End(syscall.SIGKILL)
}

// Pause freezes the server: connections stay open and nothing answers.
func (p process) Pause(t testing.TB) {
	t.Helper()
	must(t, p.Process.Pause())
}

// Resume ends a Pause.
func (p process) Resume(t testing.TB) {
	t.Helper()
	must(t, p.Process.Resume())
}

// must ends a test that could not start what it needs. Where a program is not
// installed the test is skipped, or fails where it must run.
func must(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, spawn.ErrMissing) && os.Getenv("CI") != "true" && os.Getenv("ETU_TEST_REAL") != "1":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

// tempDir goes with the test, or with the binary if the test never ends.
func tempDir(t testing.TB) string {
	t.Helper()
	dir, remove, err := spawn.TempDir()
	must(t, err)
	t.Cleanup(remove)
	return dir
}
