package hashing

import (
	"os"
	"runtime"
	"syscall"
)

// niceBy is how much nicer than its server a helper is: p99 is 1.9 times at 5,
// 1.3 to 1.8 at 8, 1.5 at 10. More would leave too little to those who log in where
// all cores are busy: at 10 it is some 4 hashes a second of two cores.
const niceBy = 10

// politeVariable says that a process is polite already.
const politeVariable = "ETU_HASHERS_POLIS"

// lowerPriority lowers the priority of all threads of this process: of the one that
// calls it, which then starts the program anew in its place. Where that cannot be
// done, a helper is as good as any other process.
func lowerPriority() {
	self, err := os.Executable()
	if err != nil || os.Getenv(politeVariable) != "" {
		return
	}
	runtime.LockOSThread()
	const none = 20 // what Linux gives for a niceness of 0, minus the niceness
	priority, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	if err != nil || syscall.Setpriority(syscall.PRIO_PROCESS, 0, none-priority+niceBy) != nil {
		return
	}
	_ = syscall.Exec(self, os.Args, append(os.Environ(), politeVariable+"=1"))
}
