package testenv

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// startTimeout: both servers need a tenth of a second on a quiet machine.
	startTimeout = 30 * time.Second
	// stopTimeout, then the process is killed.
	stopTimeout = 10 * time.Second
	// startPoll is short beside the 12 ms of a Redis start.
	startPoll = 2 * time.Millisecond
)

// process is a server that a test stops, kills, pauses and starts again.
type process struct {
	path  string
	args  []string
	ready func() error // nil error once the server answers

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when cmd has ended
	out  *bytes.Buffer // read only after done
}

// Start starts the server and waits until it answers.
func (p *process) Start(t testing.TB) {
	t.Helper()
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
}

// Stop asks the server to end and waits for it.
func (p *process) Stop(t testing.TB) {
	t.Helper()
	p.end(syscall.SIGTERM)
}

// Kill ends the server as a power cut of its process would.
func (p *process) Kill(t testing.TB) {
	t.Helper()
	p.end(syscall.SIGKILL)
}

// Pause freezes the server: connections stay open and nothing answers.
func (p *process) Pause(t testing.TB) {
	t.Helper()
	p.send(t, sigPause)
}

// Resume ends a Pause.
func (p *process) Resume(t testing.TB) {
	t.Helper()
	p.send(t, sigResume)
}

func (p *process) send(t testing.TB, sig syscall.Signal) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		t.Fatalf("%s is not running", p.path)
	}
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return nil
	}
	cmd, out := exec.Command(p.path, p.args...), &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
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
			return fmt.Errorf("%s ended at its start: %s", p.path, out)
		default:
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not answer: %w", p.path, err)
		}
	}
}

func (p *process) end(sig syscall.Signal) {
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
