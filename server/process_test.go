package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// startTime is far more than a server needs to listen, race detector included.
const startTime = 60 * time.Second

// process is a running server.
type process struct {
	t    testing.TB
	Addr string
	cmd  *exec.Cmd
	logs *testenv.Log
	done chan struct{} // closed once the process has ended
	err  error         // how, after done
}

// start runs a server on the stores of env and waits until it listens. args are
// further options. It is stopped when the test ends.
func start(t testing.TB, env *testenv.Env, args ...string) *process {
	t.Helper()
	return launch(t, env, args...).Listens()
}

func launch(t testing.TB, env *testenv.Env, args ...string) *process {
	t.Helper()
	p := prepare(t, env, args...)
	p.begin()
	return p
}

// storeFlags are the options of a server, or of a command, on the stores of env.
func storeFlags(env *testenv.Env) []string {
	o := env.Options()
	if o.MySQLDSN == "" {
		return []string{"--data", o.DataDir}
	}
	return []string{"--mysql-dsn", o.MySQLDSN, "--redis-url", o.RedisURL}
}

// prepare is a server that the test begins, after it changed how.
func prepare(t testing.TB, env *testenv.Env, args ...string) *process {
	t.Helper()
	own := append(storeFlags(env), "--addr", "127.0.0.1:0", "--drain-time", "0")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, logs: &testenv.Log{}, done: make(chan struct{})}
	p.cmd = exec.Command(self, append(own, args...)...)
	p.cmd.Env = append(os.Environ(), serveVariable+"=1")
	p.cmd.Stderr, p.cmd.Stdout = p.logs, p.logs
	return p
}

// begin starts it, and ends it with the test.
func (p *process) begin() {
	t := p.t
	t.Helper()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-p.done
		if strings.Contains(p.logs.String(), "DATA RACE") {
			t.Errorf("data race in the server:\n%s", p.logs)
		}
	})
}

// Listens waits until it does.
func (p *process) Listens() *process {
	p.t.Helper()
	select {
	case p.Addr = <-p.listening():
	case <-p.done:
		p.t.Fatalf("server did not start: %v\n%s", p.err, p.logs)
	case <-time.After(startTime):
		p.t.Fatalf("server does not listen\n%s", p.logs)
	}
	return p
}

// logged waits until one line of the log has all the words: what a server does can
// be seen before the line that tells of it is written.
func (p *process) logged(words ...string) {
	p.t.Helper()
	testenv.Eventually(p.t, startTime, func() error {
		for line := range strings.Lines(p.logs.String()) {
			if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(line, word) }) {
				return nil
			}
		}
		return fmt.Errorf("no line says %q:\n%s", words, p.logs)
	})
}

// Fails waits until it has ended at its start, without having said that it
// listens, and gives what it said.
func (p *process) Fails() (said string) {
	p.t.Helper()
	err := p.wait()
	said = p.logs.String()
	if err == nil || strings.Contains(said, "listening") {
		p.t.Errorf("ended with %v\n%s", err, said)
	}
	return said
}

// listening gives the address once the server says it.
func (p *process) listening() <-chan string {
	found := make(chan string, 1)
	go func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-p.done:
				return
			case <-tick.C:
			}
			lines := bufio.NewScanner(strings.NewReader(p.logs.String()))
			for lines.Scan() {
				if _, addr, ok := strings.Cut(lines.Text(), " listening on "); ok {
					found <- addr
					return
				}
			}
		}
	}()
	return found
}

func (p *process) signal(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) }

// Kill ends the server as a power cut would, and waits until it is gone.
func (p *process) Kill() {
	p.t.Helper()
	p.signal(syscall.SIGKILL)
	p.wait()
}

// Stop asks the server to end and fails the test unless it does so with code 0.
func (p *process) Stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	if err := p.wait(); err != nil {
		p.t.Errorf("server ended with %v\n%s", err, p.logs)
	}
}

func (p *process) wait() error {
	p.t.Helper()
	select {
	case <-p.done:
		return p.err
	case <-time.After(startTime):
		p.t.Fatalf("server does not end\n%s", p.logs)
		return nil
	}
}
