//go:build unix && !linux

package testenv

import (
	"syscall"
	"time"
)

const (
	sigPause  = syscall.SIGSTOP
	sigResume = syscall.SIGCONT
)

// dieWithParent: own group, so that Ctrl+C reaches us first. Only CleanUp
// ends children here; a process that is killed leaves its servers behind.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// frozen is believed: nothing here tells.
func frozen(int) bool { return true }

func cpuTime(int) time.Duration { return 0 }
