package testenv

import (
	"os"
	"os/signal"
	"syscall"
	"testing"

	"etuservices/server/internal/spawn"
)

// Main runs the tests, then stops and removes all that they started, also when
// the run is interrupted. On Linux the kernel does the stopping even when the
// test binary is killed.
func Main(m *testing.M) {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		spawn.CleanUp()
		os.Exit(1)
	}()
	code := run(m)
	spawn.CleanUp()
	os.Exit(code)
}

// run cleans up also when a test's panic passes through.
func run(m *testing.M) int {
	done := false
	defer func() {
		if !done {
			spawn.CleanUp()
		}
	}()
	code := m.Run()
	done = true
	return code
}
