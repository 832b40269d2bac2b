package main

import (
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"etuservices/server/internal/testenv"
)

// openTerminal makes a pseudo-terminal; closing the master is its end.
func openTerminal(t testing.TB) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slave.Close() })
	return master, slave
}

// onTerminal begins a server whose controlling terminal is a new one, which
// hangUp ends. shell, when not empty, is a command of sh that begins it: "$@".
func onTerminal(t testing.TB, shell string, args ...string) (server *process, hangUp func()) {
	t.Helper()
	server = prepare(t, testenv.Embedded(t), args...)
	if shell != "" {
		env := server.cmd.Env
		server.cmd = exec.Command("sh", append([]string{"-c", shell, "sh"}, server.cmd.Args...)...)
		server.cmd.Env, server.cmd.Stdout, server.cmd.Stderr = env, server.logs, server.logs
	}
	master, slave := openTerminal(t)
	server.cmd.Stdin = slave
	server.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP) // a test under nohup would hand down that it is ignored
	server.begin()
	signal.Stop(caught)
	t.Cleanup(func() { _ = syscall.Kill(-server.cmd.Process.Pid, syscall.SIGKILL) }) // a shell's child, too
	server.Listens()
	_ = slave.Close()
	return server, func() { _ = master.Close() }
}

// TestSIGHUPWithoutItsTerminal is a stop like any other: those who are connected
// are told.
func TestSIGHUPWithoutItsTerminal(t *testing.T) {
	t.Parallel()
	for name, shell := range map[string]string{"the session's first": "", "a shell's": `"$@"; exit $?`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, hangUp := onTerminal(t, shell)
			c := dial(t, server.Addr)
			hangUp()
			if err := c.drained(); err != nil {
				t.Errorf("%v\n%s", err, server.logs)
			}
			if err := server.wait(); err != nil && shell == "" { // the shell dies of the signal
				t.Errorf("ended with %v\n%s", err, server.logs)
			}
		})
	}
}

// TestSIGHUPUnderNohup: the server outlives its terminal.
func TestSIGHUPUnderNohup(t *testing.T) {
	t.Parallel()
	server, hangUp := onTerminal(t, `trap "" HUP; exec "$@"`, "--metrics-addr", "127.0.0.1:0")
	c := dial(t, server.Addr)
	hangUp()
	server.signal(syscall.SIGHUP)
	server.says(`msg="SIGHUP`, 1)
	c.Must("PING")
	dial(t, server.Addr).Must("PING")
	server.Stop()
}

// says waits until the log says something so often.
func (p *process) says(what string, times int) {
	p.t.Helper()
	testenv.Eventually(p.t, 10*time.Second, func() error {
		if n := strings.Count(p.logs.String(), what); n < times {
			return fmt.Errorf("%q stands %d times in the log, want %d at least:\n%s", what, n, times, p.logs)
		}
		return nil
	})
}

// TestSIGHUPReadsTheCertificateAgain, as often as it is sent, with its terminal
// there; one that cannot be read is an error and leaves the last in service.
func TestSIGHUPReadsTheCertificateAgain(t *testing.T) {
	t.Parallel()
	files := newPair(t)
	server, _ := onTerminal(t, "", "--tls-addr", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key)
	addr := server.tlsAddr()
	c := dial(t, server.Addr)
	shows := func(want int64) {
		t.Helper()
		testenv.Eventually(t, 10*time.Second, func() error {
			if n, err := serial(addr, tls.VersionTLS13); n != want {
				return fmt.Errorf("serial %d, want %d (%w)", n, want, err)
			}
			return nil
		})
	}
	const read, refused = `msg="certificat TLS relu"`, "level=ERROR"
	for n := range int64(3) {
		files.write(t, 10+n)
		server.signal(syscall.SIGHUP)
		server.says(read, int(n)+1)
		shows(10 + n)
	}
	count := func(what string) int { return strings.Count(server.logs.String(), what) }
	said := count(read)
	server.signal(syscall.SIGHUP) // nothing new
	server.says(read, said+1)
	for _, spoil := range []func(){
		func() { _ = os.WriteFile(files.cert, []byte("half a file"), 0o600) },
		func() { _ = os.Remove(files.key) },
		func() { files.write(t, 20); (pairFiles{t.TempDir() + "/other", files.key}).write(t, 21) }, // another's key
		func() { _ = os.WriteFile(files.cert, nil, 0o600) },
	} {
		spoil()
		for range 2 { // said again at each
			said := count(refused)
			server.signal(syscall.SIGHUP)
			server.says(refused, said+1)
		}
		shows(12)
	}
	files.write(t, 30)
	server.signal(syscall.SIGHUP)
	shows(30)
	c.Must("PING")
	server.Stop()
}

// TestSIGHUPDuringADrain changes nothing.
func TestSIGHUPDuringADrain(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	start(t, env) // another, so that the goodbyes are spread
	server := start(t, env, "--drain-time", "2s")
	c := dial(t, server.Addr)
	time.AfterFunc(100*time.Millisecond, func() { server.signal(syscall.SIGHUP) })
	server.signal(syscall.SIGTERM)
	server.signal(syscall.SIGHUP)
	if err := c.drained(); err != nil {
		t.Error(err)
	}
	if err := server.wait(); err != nil {
		t.Errorf("ended with %v\n%s", err, server.logs)
	}
}

// TestLogThatNobodyReads: a server goes on, and stops as it should, when what
// reads its output has gone.
func TestLogThatNobodyReads(t *testing.T) {
	t.Parallel()
	server := prepare(t, testenv.Embedded(t), "--debug")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	server.cmd.Stderr = w
	server.begin()
	_, _ = w.Close(), r.Close()
	server.Listens()
	c := dial(t, server.Addr)
	for range 3 { // each is a line of the log
		dial(t, server.Addr).leave()
	}
	c.Must("PING")
	server.Stop()
}
