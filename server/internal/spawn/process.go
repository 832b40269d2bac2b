package spawn

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const (
	// startTimeout: both servers need a tenth of a second on a quiet machine.
	startTimeout = 30 * time.Second
	// stopTimeout, then the process is killed.
	stopTimeout = 10 * time.Second
	// pauseTimeout is for all threads of a server to stop, on a busy machine.
	pauseTimeout = 5 * time.Second
	// startPoll is short beside the 12 ms of a Redis start.
	startPoll = 2 * time.Millisecond
)

// Process is a server that is stopped, killed, paused and started again.
type Process struct {
	path  string
	args  []string
	env   []string     // nil: ours
	ready func() error // nil error once the server answers

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when cmd has ended
	out  *output
}

// Server prepares a process of an installed program; ready's error is nil once
// it answers. Errors: ErrMissing. It is killed at CleanUp at the latest.
func Server(program string, ready func() error, args ...string) (*Process, error) {
	path, err := find(program)
	if err != nil {
		return nil, err
	}
	p := &Process{path: path, args: args, ready: ready}
	AtCleanUp(func() { p.End(syscall.SIGKILL) })
	return p, nil
}

// Pid is its number while it runs, 0 otherwise.
func (p *Process) Pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

func (p *Process) name() string { return filepath.Base(p.path) }

// Pause freezes the server: connections stay open and nothing answers, from when
// it returns.
func (p *Process) Pause() error {
	if err := p.send(sigPause); err != nil {
		return err
	}
	for deadline := time.Now().Add(pauseTimeout); !frozen(p.Pid()); time.Sleep(startPoll) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%s goes on", p.name())
		}
	}
	return nil
}

// Resume ends a Pause.
func (p *Process) Resume() error { return p.send(sigResume) }

func (p *Process) send(sig syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return fmt.Errorf("%s is not running", p.name())
	}
	return p.cmd.Process.Signal(sig)
}

// Start starts the server and waits until it answers.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return nil
	}
	cmd, out := exec.Command(p.path, p.args...), &output{}
	cmd.Stdout, cmd.Stderr, cmd.Env = out, out, p.env
	cmd.SysProcAttr = dieWithParent()
	if err := onKeptThread(cmd.Start); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	p.cmd, p.done, p.out = cmd, done, out

	for deadline := time.Now().Add(startTimeout); ; time.Sleep(startPoll) {
		err := p.ready()
		if err == nil {
			return nil
		}
		select {
		case <-done:
			p.cmd = nil
			return fmt.Errorf("%s ended at its start: %s", p.name(), out)
		default:
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not answer: %w", p.name(), err)
		}
	}
}

// End sends a signal that ends the server and waits for its end.
func (p *Process) End(sig syscall.Signal) {
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

// runToEnd runs a command that ends by itself.
func runToEnd(path string, args ...string) error {
	cmd := exec.Command(path, args...)
	cmd.SysProcAttr = dieWithParent()
	var out []byte
	err := onKeptThread(func() (err error) { out, err = cmd.CombinedOutput(); return err })
	if err != nil {
		return fmt.Errorf("%s: %w: %s", path, err, out)
	}
	return nil
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

var errNotYet = errors.New("no answer yet")

func exists(path string) error {
	if _, err := os.Stat(path); err != nil {
		return errNotYet
	}
	return nil
}
