package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"etuservices/server/internal/hashing"
	"etuservices/server/internal/testenv"
)

// hashersOf are the processes that hash for a server.
func hashersOf(t testing.TB, server *process) (hashers []int) {
	t.Helper()
	list, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range list {
		// What cannot be read ended meanwhile.
		name, _ := os.ReadFile(dir + "/cmdline")
		status, _ := os.ReadFile(dir + "/status")
		if !bytes.Contains(name, []byte(hashing.WorkerCommand)) || !bytes.Contains(status, fmt.Appendf(nil, "\nPPid:\t%d\n", server.cmd.Process.Pid)) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			t.Fatal(err)
		}
		hashers = append(hashers, pid)
	}
	return hashers
}

// TestHashingProcess: logins go on without it, another comes, and none outlives
// its server, however that ends.
func TestHashingProcess(t *testing.T) {
	t.Setenv(costVariable, "1")
	env := testenv.Embedded(t)
	for name, end := range map[string]func(*process){"SIGTERM": (*process).Stop, "SIGKILL": (*process).Kill} {
		server := start(t, env)
		var hashers []int
		one := func() bool {
			hashers = hashersOf(t, server)
			return len(hashers) == 1
		}
		testenv.WaitFor(t, startTime, "it hashes elsewhere", one)
		if err := syscall.Kill(hashers[0], syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		register(t, server.Addr, strings.ToLower(name))
		login(t, server.Addr, strings.ToLower(name))
		first := hashers[0]
		testenv.WaitFor(t, startTime, "another came", func() bool { return one() && hashers[0] != first })
		login(t, server.Addr, strings.ToLower(name))
		end(server)
		testenv.WaitFor(t, 5*time.Second, name+": it is gone too", func() bool { return syscall.Kill(hashers[0], 0) != nil })
	}
}
