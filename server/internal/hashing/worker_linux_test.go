package hashing

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestOnlyTheHelperIsPolite, with all its threads.
func TestOnlyTheHelperIsPolite(t *testing.T) {
	h, _ := helped(t)
	works(t, h)
	for pid, want := range map[int]string{h.worker.Load().pid: fmt.Sprint(niceBy), os.Getpid(): "0"} {
		tasks := fmt.Sprintf("/proc/%d/task/", pid)
		threads, err := os.ReadDir(tasks)
		if err != nil || len(threads) == 0 {
			t.Fatalf("%d threads: %v", len(threads), err)
		}
		for _, thread := range threads {
			stat, err := os.ReadFile(tasks + thread.Name() + "/stat")
			if os.IsNotExist(err) {
				continue // it ended meanwhile
			}
			// Behind its name in brackets, the third field and on; nice is the 19th.
			_, fields, _ := strings.Cut(string(stat), ") ")
			if got := strings.Fields(fields)[19-3]; got != want {
				t.Errorf("process %d: thread %s of priority %s, want %s", pid, thread.Name(), got, want)
			}
		}
	}
}
