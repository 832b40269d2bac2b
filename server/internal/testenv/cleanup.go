package testenv

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"testing"
)

// Main runs the tests, then stops and removes all that they started, also when
// the run is interrupted. On Linux the kernel does the stopping even when the
// test binary is killed.
func Main(m *testing.M) {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		cleanUp()
		os.Exit(1)
	}()
	os.Exit(run(m))
}

// run cleans up also when a test's panic passes through.
func run(m *testing.M) int {
	defer cleanUp()
	return m.Run()
}

var cleaning struct {
	sync.Mutex
	next int
	todo map[int]func()
}

// atCleanUp registers f to run once: in cleanUp, or when the returned function
// is called.
func atCleanUp(f func()) (now func()) {
	cleaning.Lock()
	defer cleaning.Unlock()
	if cleaning.todo == nil {
		cleaning.todo = map[int]func(){}
	}
	id := cleaning.next
	cleaning.next++
	cleaning.todo[id] = f
	return func() { runOnce(id) }
}

func runOnce(id int) {
	cleaning.Lock()
	f := cleaning.todo[id]
	delete(cleaning.todo, id)
	cleaning.Unlock()
	if f != nil {
		f()
	}
}

// cleanUp runs what atCleanUp registered, newest first.
func cleanUp() {
	cleaning.Lock()
	last := cleaning.next
	cleaning.Unlock()
	for id := last - 1; id >= 0; id-- {
		runOnce(id)
	}
}

// makeTempDir makes a private folder, its path short: a Unix socket's has 107
// bytes at most. It is removed at cleanUp, or when remove is called.
func makeTempDir() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "etu-")
	if err != nil {
		return "", nil, err
	}
	return dir, atCleanUp(func() { _ = os.RemoveAll(dir) }), nil
}

// SharedTempDir is a private folder for the whole run of the test binary.
func SharedTempDir(t testing.TB) string {
	t.Helper()
	dir, _, err := makeTempDir()
	must(t, err)
	return dir
}

// TempDir is a private folder with a short path. It is removed with the test, or
// with the binary if the test never ends.
func TempDir(t testing.TB) string {
	t.Helper()
	dir, remove, err := makeTempDir()
	must(t, err)
	t.Cleanup(remove)
	return dir
}
