package testenv

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// startTimeout: both servers need a tenth of a second on a quiet machine, but a
	// node of a Galera cluster fetches what it lacks from another, under load.
	startTimeout = 2 * time.Minute
	// stopTimeout, then the process is killed.
	stopTimeout = 10 * time.Second
	// pauseTimeout is for all threads of a server to stop, on a busy machine.
	pauseTimeout = 5 * time.Second
	// startPoll is short beside the 12 ms of a Redis start.
	startPoll = 2 * time.Millisecond
)

// errMissing is a program that is not installed.
var errMissing = errors.New("is missing: .ci/stores installs it")

// find looks for a program, also in the folders of services, which an ordinary
// user's PATH lacks. Its error is errMissing.
func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/sbin"} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 && !info.IsDir() {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s %w", name, errMissing)
}

// Program gives the path of an installed program. Where it is not installed the test is
// skipped, or fails where it must run.
func Program(t testing.TB, name string) (path string) {
	t.Helper()
	path, err := find(name)
	must(t, err)
	return path
}

// must ends a test that could not start what it needs. Where a program is not
// installed the test is skipped, or fails where it must run.
func must(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, errMissing) && os.Getenv("CI") != "true" && os.Getenv("ETU_TEST_REAL") != "1":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

// Process is a server that is stopped, killed, paused and started again.
type Process struct {
	path  string
	args  []string
	env   []string     // nil: ours
	ready func() error // nil error once the server answers
	attr  *syscall.SysProcAttr

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when cmd has ended
	out  Log
}

// NewProcess prepares an installed program; ready's error is nil once it
// answers. It is killed at the end of the test.
func NewProcess(t testing.TB, program string, ready func() error, args ...string) *Process {
	t.Helper()
	p, err := newProcess(program, ready, args...)
	must(t, err)
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	return p
}

// newProcess is NewProcess for a process that outlives its first test.
func newProcess(program string, ready func() error, args ...string) (*Process, error) {
	path, err := find(program)
	if err != nil {
		return nil, err
	}
	p := &Process{path: path, args: args, ready: ready, attr: dieWithParent()}
	atCleanUp(func() { p.end(syscall.SIGKILL) })
	return p, nil
}

// NewProgram prepares a program of ours that prints a line with "listening on
// ADDRESS"; env (NAME=value) is added to our environment.
func NewProgram(t testing.TB, path string, env []string, args ...string) *Process {
	t.Helper()
	p := NewProcess(t, path, nil, args...)
	p.env = append(os.Environ(), env...)
	p.ready = func() error {
		if p.Addr() == "" {
			return errors.New("it does not say where it listens")
		}
		return nil
	}
	return p
}

// Addr is where a program of ours said that it listens.
func (p *Process) Addr() string {
	_, after, _ := strings.Cut(p.out.String(), "listening on ")
	line, _, whole := strings.Cut(after, "\n")
	if !whole {
		return ""
	}
	return strings.TrimSpace(line)
}

// Output is what it printed since its start.
func (p *Process) Output() string { return p.out.String() }

// Pid is its number while it runs, 0 otherwise.
func (p *Process) Pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// Start starts the server and waits until it answers.
func (p *Process) Start(t testing.TB) {
	t.Helper()
	must(t, p.start())
}

// TryStart is Start for a program that may be missing.
func (p *Process) TryStart() error { return p.start() }

// Stop asks the server to end and waits for it.
func (p *Process) Stop(testing.TB) { p.end(syscall.SIGTERM) }

// Kill ends the server as a power cut of its process would.
func (p *Process) Kill(testing.TB) { p.end(syscall.SIGKILL) }

// Pause freezes the server: connections stay open and nothing answers, from when
// it returns.
func (p *Process) Pause(t testing.TB) {
	t.Helper()
	p.send(t, sigPause)
	for deadline := time.Now().Add(pauseTimeout); !frozen(p.Pid()); time.Sleep(startPoll) {
		if time.Now().After(deadline) {
			t.Fatalf("%s goes on", p.name())
		}
	}
}

// Resume ends a Pause.
func (p *Process) Resume(t testing.TB) {
	t.Helper()
	p.send(t, sigResume)
}

func (p *Process) send(t testing.TB, sig syscall.Signal) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		t.Fatalf("%s is not running", p.name())
	}
	must(t, p.cmd.Process.Signal(sig))
}

func (p *Process) name() string { return filepath.Base(p.path) }

func (p *Process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return nil
	}
	p.out.Reset()
	cmd := exec.Command(p.path, p.args...)
	cmd.Stdout, cmd.Stderr, cmd.Env = &p.out, &p.out, p.env
	cmd.SysProcAttr = p.attr
	if err := onKeptThread(cmd.Start); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	p.cmd, p.done = cmd, done

	for deadline := time.Now().Add(startTimeout); ; time.Sleep(startPoll) {
		err := p.ready()
		if err == nil {
			return nil
		}
		select {
		case <-done:
			p.cmd = nil
			return fmt.Errorf("%s ended at its start: %s", p.name(), p.out.String())
		default:
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not answer: %w", p.name(), err)
		}
	}
}

// end sends a signal that ends the server and waits for its end.
func (p *Process) end(sig syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(sig)
	_ = p.cmd.Process.Signal(sigResume) // a paused process would not hear SIGTERM
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
	p.cmd = nil
}

// runToEnd runs a command that ends by itself, and gives what it printed.
func runToEnd(attr *syscall.SysProcAttr, path string, args ...string) (output string, err error) {
	cmd := exec.Command(path, args...)
	cmd.SysProcAttr = attr
	var out []byte
	err = onKeptThread(func() (err error) { out, err = cmd.CombinedOutput(); return err })
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", path, err, out)
	}
	return string(out), err
}

// onKeptThread runs f on a thread that lives as long as the binary: Linux ends
// a child with the thread, not the process, that started it.
func onKeptThread(f func() error) error {
	starter.once.Do(func() {
		starter.jobs = make(chan func())
		go func() {
			runtime.LockOSThread()
			for job := range starter.jobs {
				job()
			}
		}()
	})
	result := make(chan error, 1)
	starter.jobs <- func() { result <- f() }
	return <-result
}

var starter struct {
	once sync.Once
	jobs chan func()
}
