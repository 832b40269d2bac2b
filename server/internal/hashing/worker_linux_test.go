package hashing

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestOnlyTheWorkerIsNice, with all its threads.
func TestOnlyTheWorkerIsNice(t *testing.T) {
	own := priorities(t, os.Getpid())[0]
	h, _ := withWorker(t)
	works(t, h)
	for pid, want := range map[int]int{h.worker.Load().pid: min(own+niceness, 19), os.Getpid(): own} {
		for _, got := range priorities(t, pid) {
			if got != want {
				t.Errorf("process %d: a thread of priority %d, want %d", pid, got, want)
			}
		}
	}
}

// priorities are the nice values of the threads of a process.
func priorities(t *testing.T, pid int) (list []int) {
	t.Helper()
	tasks := fmt.Sprintf("/proc/%d/task/", pid)
	threads, err := os.ReadDir(tasks)
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		stat, err := os.ReadFile(tasks + thread.Name() + "/stat")
		if os.IsNotExist(err) {
			continue // it ended meanwhile
		}
		// Behind its name in brackets, the third field and on; nice is the 19th.
		_, fields, _ := strings.Cut(string(stat), ") ")
		nice, err := strconv.Atoi(strings.Fields(fields)[19-3])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, nice)
	}
	return list
}
