package testenv

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// CPUTime is what a process has used of all cores (Linux; 0 elsewhere, and of no process).
func CPUTime(pid int) time.Duration {
	if pid == 0 {
		return 0
	}
	return cpuTime(pid)
}

// Children are the processes that a process started and that still run (Linux; none
// elsewhere).
func Children(pid int) (children []int) {
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		stat, _ := os.ReadFile(path) // empty where it has ended
		var child, parent int
		var state string
		// The name, which may hold anything, stands in parentheses before the state.
		number, _, _ := bytes.Cut(stat, []byte(" "))
		_, _ = fmt.Sscan(string(number), &child)
		_, _ = fmt.Sscan(string(stat[bytes.LastIndexByte(stat, ')')+1:]), &state, &parent)
		if parent == pid {
			children = append(children, child)
		}
	}
	return children
}

// Resident is a process's memory in KiB (Linux; 0 elsewhere).
func Resident(pid int) (kib int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, line, _ := bytes.Cut(status, []byte("VmRSS:"))
	_, _ = fmt.Sscan(string(line), &kib)
	return kib
}
