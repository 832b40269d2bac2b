package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"etuservices/client/internal/api"
)

// sshService is "etu sshd", on a port that stays its own over restarts.
type sshService struct {
	t        *testing.T
	etu, dir string
	addr     string // where it listens
	args     []string
	cmd      *exec.Cmd
	log      *sshLog
}

func startSSHD(t *testing.T, args ...string) *sshService {
	t.Helper()
	etu, err := exec.LookPath("etu")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("ssh"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("ssh is missing: apt-get install openssh-client")
		}
		t.Skip("ssh is missing: apt-get install openssh-client")
	}
	d := &sshService{t: t, etu: etu, dir: t.TempDir(), addr: "127.0.0.1:0", args: args}
	t.Cleanup(func() { d.end(syscall.SIGKILL) })
	d.start()
	return d
}

func (d *sshService) start() {
	d.t.Helper()
	d.log = &sshLog{listening: make(chan string, 1)}
	d.cmd = exec.Command(d.etu, append([]string{"sshd", "--lang", "fr", "--listen", d.addr}, d.args...)...)
	d.cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+d.dir, "XDG_CONFIG_HOME="+d.dir, "ETU_PASSWORD=of-nobody")
	d.cmd.Stderr = d.log
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	select {
	case d.addr = <-d.log.listening:
	case <-time.After(patience):
		d.t.Fatalf("it does not listen:\n%s", d.log)
	}
}

// end ends it, and gives how long that took.
func (d *sshService) end(how syscall.Signal) time.Duration {
	if d.cmd == nil {
		return 0
	}
	began := time.Now()
	_ = d.cmd.Process.Signal(how) // it may have ended by itself
	_ = d.cmd.Wait()
	d.cmd = nil
	return time.Since(began)
}

// ssh is the command line of a client; options stand before the host.
func (d *sshService) ssh(user string, options ...string) []string {
	_, port, _ := net.SplitHostPort(d.addr)
	line := []string{
		"ssh", "-F", "/dev/null", "-p", port, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new", "-o", "LogLevel=ERROR",
		"-o", "UserKnownHostsFile=" + filepath.Join(d.dir, "known_hosts"),
	}
	return append(append(line, options...), user+"@127.0.0.1")
}

// sshLog keeps the log, and finds the address in it.
type sshLog struct {
	mu        sync.Mutex
	text      bytes.Buffer
	listening chan string
	found     bool
}

var sshListens = regexp.MustCompile(`écoute sur ([0-9.:]+)`)

func (l *sshLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if at := sshListens.FindSubmatch(l.text.Bytes()); at != nil && !l.found {
		l.found = true
		l.listening <- string(at[1])
	}
	return len(p), nil
}

func (l *sshLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// open gives a real client in a real terminal, logged in as user.
func (d *sshService) open(user string, options ...string) *terminal {
	d.t.Helper()
	line := d.ssh(user, append([]string{"-o", "SetEnv=LANG=fr_FR.UTF-8"}, options...)...)
	x := openTerminal(d.t, []string{"LC_ALL=C.UTF-8"}, append([]string{"sh", "-c", `"$@"; echo "code $?"; exec sleep 1000`, "sh"}, line...)...)
	x.Shows("Mot de passe", user)
	x.Type("motdepasse")
	x.Press("Enter")
	return x
}

// TestOnlyTheScreensOverSSH: whatever else a client asks for is refused, with a
// sentence in its language and an exit code; the server knows the address that the
// client has, and no session is remembered.
func TestOnlyTheScreensOverSSH(t *testing.T) {
	t.Parallel()
	s := startServer(t, "--proxy-nets", "127.0.0.2")
	d := startSSHD(t, "--addr", s.addr, "--from", "127.0.0.2")
	french, english := []string{"-o", "SetEnv=LANG=fr_FR.UTF-8"}, []string{"-o", "SetEnv=LANG=en_GB.UTF-8"}
	for _, c := range []struct {
		options, command []string
		says             string
		code             int
	}{
		{french, []string{"ls", "/"}, "ni commande", 1},
		{english, []string{"cat", "/etc/passwd"}, "no command", 1},
		{append(french, "-T"), nil, "ssh -t", 1},
		{append(english, "-T"), nil, "need a terminal", 1},
		{append(french, "-tt"), []string{"sh"}, "ni commande", 1},
		{[]string{"-s"}, []string{"sftp"}, "ni commande", 1},
		{[]string{"-W", s.addr}, nil, "forwarding failed", 255},
		{[]string{"-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:" + s.addr}, nil, "forwarding failed", 255},
	} {
		line := append(d.ssh("alice", c.options...), c.command...)
		cmd := exec.Command(line[0], line[1:]...)
		out, _ := cmd.CombinedOutput() // its code is looked at
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(string(out), c.says) {
			t.Errorf("%q %q: code %d, %q; want %d, %q", c.options, c.command, code, out, c.code, c.says)
		}
	}
	x := d.open("alice", "-b", "127.0.0.3", "-A")
	x.Shows("Bonjour Alice")
	admin := loggedIn(t, s, "admin") // plain TCP works beside it
	eventually(t, "the server has both addresses", func() bool {
		all, err := admin.Sessions(t.Context()) // by login
		return err == nil && len(all) == 2 && all[0].Address == "127.0.0.1" && all[1].Address == "127.0.0.3"
	})
	x.Press("C-z") // nothing stops
	x.Press("2")
	x.Shows("Chercher")
	if took := d.end(syscall.SIGTERM); took > 10*time.Second {
		t.Errorf("it took %v to end", took)
	}
	x.Shows("Le service s'arrête", "code 1")
	if kept, _ := filepath.Glob(filepath.Join(d.dir, "etuservices", "sessions", "*")); len(kept) > 0 {
		t.Errorf("sessions are remembered: %q", kept)
	}
	key := filepath.Join(d.dir, "etuservices", "ssh_host_ed25519_key")
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	d.start() // with the same key: the client would refuse another
	d.open("alice").Shows("Bonjour Alice")
}

// TestUnfinishedComesBackOverSSH: the service is killed while a sale and a purchase
// wait for their answers, which never come. Both come back to whoever began them,
// and are made once; nobody else sees them.
func TestUnfinishedComesBackOverSSH(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	line := throttle(t, s.addr)
	d := startSSHD(t, "--addr", line.addr)
	bob := loggedIn(t, s, "bob")
	title := "Poulie de rechange"
	alice, chloe, david := d.open("alice"), d.open("chloe"), d.open("david")
	for _, x := range []*terminal{alice, david} {
		x.Shows("Bonjour")
		x.Press("3", "Tab")
	}
	alice.Type(title)
	alice.Press("Tab")
	alice.Type("4,50")
	david.Type("Brouillon de David")
	david.Shows("Brouillon de David")
	chloe.Shows("Bonjour")
	chloe.Press("2", "/")
	chloe.Type("matrix")
	chloe.Press("Enter")
	chloe.Shows("1 sur 1")
	chloe.Press("a")
	chloe.Shows("Confirmer")

	line.shut.Store(true)
	alice.Press("C-s")
	chloe.Press("o")
	found := func(q string) int {
		t.Helper()
		page, err := bob.Articles(t.Context(), api.Query{Words: q})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Rows)
	}
	eventually(t, "both are done", func() bool { return found("poulie") == 1 && found("matrix") == 0 })
	draft := func(login string) string {
		text, _ := os.ReadFile(filepath.Join(d.dir, "etuservices", "drafts", strings.ReplaceAll(line.addr, ":", "_"), login+".json"))
		return string(text)
	}
	eventually(t, "the drafts are kept", func() bool {
		return strings.Contains(draft("alice"), title) && strings.Contains(draft("chloe"), "Ref") && strings.Contains(draft("david"), "Brouillon de David")
	})
	if strings.Contains(draft("bob")+draft("david"), title) {
		t.Error("a draft in another account's file")
	}
	private(t, d.dir)

	d.end(syscall.SIGKILL)
	line.shut.Store(false)
	d.start()
	other := d.open("bob")
	other.Shows("Bonjour Bob")
	other.Press("3")
	other.Shows("Aperçu")
	other.Lacks("Poulie")

	alice, chloe, david = d.open("alice"), d.open("chloe"), d.open("david")
	alice.Shows("Votre brouillon vous attend")
	alice.Press("3")
	alice.Shows(title, "4,50")
	alice.Press("C-s")
	alice.Shows("en vente")
	chloe.Shows("Résultat inconnu")
	chloe.Press("o")
	chloe.Shows("Acheté")
	david.Shows("Votre brouillon vous attend")
	david.Press("3")
	david.Shows("Brouillon de David")
	if n := found("poulie"); n != 1 {
		t.Errorf("%d articles for one sale", n)
	}
	eventually(t, "what is answered is no longer kept", func() bool { return draft("alice")+draft("chloe") == "" })
}

// private checks that nobody else on the machine reads the drafts.
func private(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "etuservices", "drafts", "*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info, err)
		}
		if info, err := os.Stat(filepath.Dir(f)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", filepath.Dir(f), info, err)
		}
	}
}

// valve is a line to a server whose answers can be kept back.
type valve struct {
	addr string
	shut atomic.Bool
}

func throttle(t *testing.T, to string) *valve {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	v := &valve{addr: ln.Addr().String()}
	go func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			go func() {
				_, _ = io.Copy(far, near)
				_ = far.Close()
			}()
			go func() {
				_, _ = io.Copy(answers{near, v}, far)
				_ = near.Close()
			}()
		}
	}()
	return v
}

// answers passes on what the valve lets through.
type answers struct {
	net.Conn
	v *valve
}

func (a answers) Write(p []byte) (int, error) {
	if a.v.shut.Load() {
		return len(p), nil
	}
	return a.Conn.Write(p)
}

func eventually(t *testing.T, what string, met func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(look) {
		if met() {
			return
		}
	}
	t.Fatalf("not in time: %s", what)
}
