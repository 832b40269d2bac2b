package testenv

import (
	"syscall"
	"time"
)

// Windows has neither signal; tests that pause a server fail there and say so.
const (
	sigPause  = syscall.Signal(0x13)
	sigResume = syscall.Signal(0x12)
)

func dieWithParent() *syscall.SysProcAttr { return nil }

// frozen is believed: nothing here tells.
func frozen(int) bool { return true }

func cpuTime(int) time.Duration { return 0 }
