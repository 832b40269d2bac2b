package spawn

import (
	"os"
	"sync"
)

var cleaning struct {
	sync.Mutex
	next int
	todo map[int]func()
}

// AtCleanUp registers f to run once, in CleanUp or when the returned function
// is called.
func AtCleanUp(f func()) (now func()) {
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

// CleanUp runs what AtCleanUp registered, newest first. Call it before the
// process ends.
func CleanUp() {
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

// TempDir makes a private folder, its path short: a Unix socket's has 107 bytes
// at most. It goes at CleanUp, or when remove is called.
func TempDir() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "etu-")
	if err != nil {
		return "", nil, err
	}
	return dir, AtCleanUp(func() { _ = os.RemoveAll(dir) }), nil
}
