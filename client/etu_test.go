package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is far more than a server needs to listen or to end.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){"etu": main})
}

// tidy removes the built server after the last test.
type tidy struct{ m *testing.M }

func (t tidy) Run() int {
	defer func() { _ = os.RemoveAll(buildDir) }() // of no use to anybody if it stays
	return t.m.Run()
}

// TestScripts plays testdata/script with the real client and the real server
// on its embedded stores. "server start", "server kill" and "server stop" act
// on the script's own server; $ETU_ADDR is its address.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and starts servers")
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			for k, v := range map[string]string{
				"HOME": env.WorkDir, "XDG_STATE_HOME": filepath.Join(env.WorkDir, "state"),
				"XDG_CONFIG_HOME": filepath.Join(env.WorkDir, "config"), "LANG": "fr_FR.UTF-8", "TZ": "UTC",
			} {
				env.Setenv(k, v)
			}
			s := &server{t: t, data: filepath.Join(env.WorkDir, "data")}
			env.Values[serverKey] = s
			env.Defer(s.kill)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"server": serverCommand, "private": privateCommand,
		},
	})
}

const serverKey = "server"

func serverCommand(ts *testscript.TestScript, neg bool, args []string) {
	s, _ := ts.Value(serverKey).(*server)
	if neg || len(args) == 0 {
		ts.Fatalf("usage: server start [options]|kill|stop")
	}
	switch args[0] {
	case "start":
		s.start(args[1:]...)
		ts.Setenv("ETU_ADDR", s.addr)
	case "kill":
		s.kill()
	case "stop":
		s.stop()
	default:
		ts.Fatalf("server: %q", args[0])
	}
}

// privateCommand: "private DIR N" checks that a folder holds N files, all of
// mode 0600.
func privateCommand(ts *testscript.TestScript, _ bool, args []string) {
	var files []string
	err := filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files = append(files, path)
		if info, err := d.Info(); err != nil || info.Mode().Perm() != 0o600 {
			ts.Fatalf("%s: %v, %v", path, info.Mode(), err)
		}
		return nil
	})
	if err != nil && len(files) > 0 {
		ts.Fatalf("%v", err)
	}
	if want := args[1]; want != string(rune('0'+len(files))) {
		ts.Fatalf("%d files, not %s: %v", len(files), want, files)
	}
}

// server is the real one, on the embedded stores and a port that stays its own
// over restarts.
type server struct {
	t    testing.TB
	data string
	addr string
	cmd  *exec.Cmd
	done chan struct{}
}

var buildDir string

// binary builds the server once for all tests.
var binary = sync.OnceValues(func() (path string, err error) {
	if buildDir, err = os.MkdirTemp("", "etuservices"); err != nil {
		return "", err
	}
	path = filepath.Join(buildDir, "etuservices-server")
	cmd := exec.Command("go", "build", "-o", path, "etuservices/server")
	cmd.Stderr = os.Stderr
	return path, cmd.Run()
})

func (s *server) start(args ...string) {
	path, err := binary()
	if err != nil {
		s.t.Fatal(err)
	}
	if s.addr == "" {
		s.addr = "127.0.0.1:0"
	}
	s.cmd = exec.Command(path, append([]string{"--demo", "--data", s.data, "--addr", s.addr}, args...)...)
	listening := make(chan string, 1)
	log := &lineFinder{found: listening}
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.done = make(chan struct{})
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { _ = s.cmd.Wait(); close(s.done) }() // how it ended is told by what the scripts see
	select {
	case s.addr = <-listening:
	case <-s.done:
		s.t.Fatalf("the server ended:\n%s", log)
	case <-time.After(patience):
		s.t.Fatalf("the server does not listen:\n%s", log)
	}
}

func (s *server) kill() { s.end(syscall.SIGKILL) }
func (s *server) stop() { s.end(syscall.SIGTERM) }

func (s *server) end(sig syscall.Signal) {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(sig) // it may have ended by itself
	select {
	case <-s.done:
	case <-time.After(patience):
		s.t.Errorf("the server does not end")
	}
	s.cmd = nil
}

// lineFinder keeps a server's output and finds the address in it.
type lineFinder struct {
	mu    sync.Mutex
	text  bytes.Buffer
	found chan<- string
}

func (l *lineFinder) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if _, after, ok := strings.Cut(l.text.String(), " listening on "); ok && l.found != nil {
		if addr, _, whole := strings.Cut(after, "\n"); whole {
			l.found <- strings.TrimSpace(addr)
			l.found = nil
		}
	}
	return len(p), nil
}

func (l *lineFinder) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
