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
	code := run(m)
	cleanUp()
	os.Exit(code)
}

// run cleans up also when a test's panic passes through.
func run(m *testing.M) int {
	done := false
	defer func() {
		if !done {
			cleanUp()
		}
	}()
	code := m.Run()
	done = true
	return code
}

var cleaning struct {
	sync.Mutex
	next int
	todo map[int]func()
}

// atExit registers f to run once, at the binary's end or when the returned
// function is called.
func atExit(f func()) (now func()) {
	cleaning.Lock()
	defer cleaning.Unlock()
	if cleaning.todo == nil {
		cleaning.todo = map[int]func(){}
	}
	id := cleaning.next
	cleaning.next++
	cleaning.todo[id] = f
	return func() {
		cleaning.Lock()
		f, ok := cleaning.todo[id]
		delete(cleaning.todo, id)
		cleaning.Unlock()
		if ok {
			f()
		}
	}
}

func cleanUp() {
	cleaning.Lock()
	newestFirst := make([]func(), 0, len(cleaning.todo))
	for id := cleaning.next - 1; id >= 0; id-- {
		if f, ok := cleaning.todo[id]; ok {
			newestFirst = append(newestFirst, f)
		}
	}
	cleaning.todo = nil
	cleaning.Unlock()
	for _, f := range newestFirst {
		f()
	}
}
