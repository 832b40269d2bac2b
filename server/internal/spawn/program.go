package spawn

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
)

// Program is a program of ours that prints a line with "listening on ADDRESS".
type Program struct{ *Process }

// errSilent is a program that has not said yet where it listens.
var errSilent = errors.New("it does not say where it listens")

// NewProgram prepares a run of the file path; env (NAME=value) is added to our
// environment. It is killed at CleanUp at the latest.
func NewProgram(path string, env []string, args ...string) *Program {
	p := &Program{&Process{path: path, args: args, env: append(os.Environ(), env...)}}
	p.ready = func() error {
		if addressIn(p.out.String()) == "" {
			return errSilent
		}
		return nil
	}
	AtCleanUp(func() { p.End(syscall.SIGKILL) })
	return p
}

// Addr is where it listens, once started.
func (p *Program) Addr() string { return addressIn(p.out.String()) }

// Output is what it printed so far.
func (p *Program) Output() string { return p.out.String() }

func addressIn(text string) string {
	_, after, found := strings.Cut(text, "listening on ")
	line, _, whole := strings.Cut(after, "\n")
	if !found || !whole {
		return ""
	}
	return strings.TrimSpace(line)
}

// output is written by a process and read by us meanwhile.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
