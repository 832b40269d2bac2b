package tui

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"
)

// tty is the program in a process of its own, on a pseudo-terminal that
// answers nothing.
type tty struct {
	t      testing.TB
	cmd    *exec.Cmd
	master *os.File
	slave  *os.File
	before unix.Termios
	ended  chan error

	mu   sync.Mutex
	vt   vt10x.Terminal
	raw  strings.Builder
	news chan struct{} // something was written
}

// launch starts the program against a server, with more of its environment.
func launch(t testing.TB, addr string, env ...string) *tty {
	t.Helper()
	return launchCommand(t, exec.Command(os.Args[0]), append(env, childEnv+"="+addr)...)
}

func launchCommand(t testing.TB, cmd *exec.Cmd, env ...string) *tty {
	t.Helper()
	master, slave := openPty(t, 80, 24)
	p := &tty{
		t: t, master: master, slave: slave, vt: vt10x.New(vt10x.WithSize(80, 24)),
		ended: make(chan error, 1), news: make(chan struct{}, 1),
	}
	p.before = p.modes()
	p.cmd = cmd
	// termenv shows no colours where CI is set.
	p.cmd.Env = append(os.Environ(), append([]string{"TERM=xterm-256color", "LC_ALL=C.UTF-8", "CI="}, env...)...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, slave
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	go p.read()
	go func() { p.ended <- p.cmd.Wait() }()
	return p
}

func openPty(t testing.TB, w, h uint16) (master, slave *os.File) {
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
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: h, Col: w}); err != nil {
		t.Fatal(err)
	}
	return master, slave
}

func (p *tty) modes() unix.Termios {
	p.t.Helper()
	m, err := unix.IoctlGetTermios(int(p.slave.Fd()), unix.TCGETS)
	if err != nil {
		p.t.Fatal(err)
	}
	return *m
}

func (p *tty) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := p.master.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		_, _ = p.vt.Write(buf[:n])
		p.raw.Write(buf[:n])
		p.mu.Unlock()
		select {
		case p.news <- struct{}{}:
		default:
		}
	}
}

func (p *tty) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.ReplaceAll(p.vt.String(), "\u00a0", " ")
}

// see waits until the screen shows every text.
func (p *tty) see(texts ...string) {
	p.t.Helper()
	timeout := time.After(patience)
	for {
		missing := ""
		v := p.text()
		for _, want := range texts {
			if !strings.Contains(v, want) {
				missing = want
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-p.news:
		case err := <-p.ended:
			p.t.Fatalf("ended (%v) without %q:\n%s", err, missing, p.text())
		case <-timeout:
			p.t.Fatalf("no %q in\n%s", missing, p.text())
		}
	}
}

// press writes what a keyboard would.
func (p *tty) press(keys string) {
	p.t.Helper()
	if _, err := p.master.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

// over waits for the end and checks that the terminal is as it was.
func (p *tty) over(code int) {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("does not end:\n%s", p.text())
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("exit code %d, want %d:\n%s", got, code, p.text())
	}
	if after := p.modes(); after != p.before {
		p.t.Errorf("the terminal's modes are not what they were:\n%+v\n%+v", p.before, after)
	}
	last := func(seq string) int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return strings.LastIndex(p.raw.String(), seq)
	}
	timeout := time.After(patience)
	for last("\x1b[?1049l") < last("\x1b[?1049h") || last("\x1b[?25h") < last("\x1b[?25l") {
		select { // the last bytes may still be on their way
		case <-p.news:
		case <-timeout:
			p.t.Fatal("the program left the other screen on, or no cursor")
		}
	}
}

// firstFrame starts a program on a mute terminal and gives the time to the fields of its
// login page, and the terminal.
func firstFrame(t testing.TB, bin string, env []string) (time.Duration, *os.File) {
	t.Helper()
	master, slave := openPty(t, 80, 24)
	cmd := exec.Command(bin, "--lang", "fr")
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var seen strings.Builder
	buf := make([]byte, 1<<16)
	for !strings.Contains(seen.String(), "Identifiant") {
		n, err := master.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(buf[:n])
	}
	return time.Since(began), master
}
