package main

import (
	"bytes"
	"fmt"
	"os"
	"time"
)

// tick is Linux's unit of a process's times, whatever its kernel's clock.
const tick = 10 * time.Millisecond

// cpuTime is what a process has used of all cores; 0 where there is no /proc.
func cpuTime(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// Fields 14 and 15 (proc_pid_stat(5)), counted behind the program's name,
	// which may hold anything.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	var user, system int64
	if len(fields) < 13 {
		return 0
	}
	if _, err := fmt.Sscan(string(fields[11])+" "+string(fields[12]), &user, &system); err != nil {
		return 0
	}
	return time.Duration(user+system) * tick
}
