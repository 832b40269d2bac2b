package testenv

import (
	"bytes"
	"fmt"
	"os"
	"time"
)

// CPUTime is what a process has used of all cores (Linux; 0 elsewhere).
func CPUTime(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// Fields 14 and 15 of proc_pid_stat(5), counted behind the program's name,
	// which may hold anything, in USER_HZ, which is 100 wherever Linux has a Go.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	var user, system int64
	if len(fields) < 13 {
		return 0
	}
	if _, err := fmt.Sscan(string(fields[11])+" "+string(fields[12]), &user, &system); err != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond
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
