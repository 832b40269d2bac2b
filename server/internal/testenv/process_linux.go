package testenv

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

const (
	sigPause  = syscall.SIGSTOP
	sigResume = syscall.SIGCONT
)

// frozen says whether every thread has stopped: each does when it is next
// looked at, and one that was not yet still answers.
func frozen(pid int) bool {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, task := range tasks {
		stat, err := os.ReadFile(task)
		if err != nil {
			continue // that thread has ended
		}
		// The state stands behind the name, which may hold anything.
		state := bytes.TrimSpace(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(state) > 0 && state[0] != 'T' {
			return false
		}
	}
	return true
}

// dieWithParent: own group, so that Ctrl+C reaches us first; and the kernel
// kills the child when this process dies, however it dies.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
