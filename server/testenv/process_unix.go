//go:build unix && !linux

package testenv

import "syscall"

const (
	sigPause  = syscall.SIGSTOP
	sigResume = syscall.SIGCONT
)

// dieWithParent: own group, so that Ctrl+C reaches us first. Only Main cleans
// up here; a test binary that is killed leaves its servers behind.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
