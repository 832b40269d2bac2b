package hashing

import (
	"net/rpc"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
)

// helperVariable makes a process of this program a helper; its value is how
// many hashes it makes at once.
const helperVariable = "ETU_HASHERS"

// RunWorker turns a process that Run started into a helper, and says so once it is
// over; in any other it does nothing. A program that has a Hasher calls it first.
func RunWorker() (helped bool) {
	hashers, err := strconv.Atoi(os.Getenv(helperVariable))
	if err != nil {
		return false
	}
	// What ends the server on a terminal must not end its helper first: it goes
	// when the pipe ends.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	lowerPriority()
	runtime.GOMAXPROCS(hashers)
	server := rpc.NewServer()
	if err := server.Register(newArgon(hashers)); err != nil {
		panic(err) // the methods of Argon are what they are
	}
	// A read that blocks a thread would keep its turn at running Go code from the
	// hash for up to 10 ms; one that Go waits for does not.
	_ = syscall.SetNonblock(syscall.Stdin, true)
	in := os.NewFile(uintptr(syscall.Stdin), "stdin")
	server.ServeConn(pipes{in, os.Stdout})
	return true
}
