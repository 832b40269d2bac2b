package sshd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"etuservices/client/internal/config"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link/linktest"
)

// patience is far above what anything here takes.
const patience = 30 * time.Second

// running is a service before a server that only greets.
type running struct {
	t    *testing.T
	addr string
	log  *buffer
	stop context.CancelFunc
	done chan error
}

func start(t *testing.T, limits config.SSH, startTime time.Duration) *running {
	t.Helper()
	server := linktest.Listen(t, func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		c.Hold()
	})
	opt := Options{Config: config.Config{Addr: server, SSH: limits}, Dir: t.TempDir()}
	r := &running{t: t, log: &buffer{}, done: make(chan error, 1)}
	opt.Log = slog.New(slog.NewTextHandler(r.log, nil))
	key, err := hostKey(filepath.Join(opt.Dir, "key"), i18n.T{})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() { r.done <- serve(ctx, opt, listener, key, startTime) }()
	t.Cleanup(func() {
		stop()
		if err := <-r.done; err != nil {
			t.Error(err)
		}
	})
	return r
}

// dial connects from an address of this machine.
func (r *running) dial(from string) net.Conn {
	r.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	nc, err := d.Dial("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = nc.Close() })
	return nc
}

// client is an SSH client from there.
func (r *running) client(from string) (*gossh.Client, error) {
	nc := r.dial(from)
	c, chans, reqs, err := gossh.NewClientConn(nc, r.addr, &gossh.ClientConfig{User: "alice", HostKeyCallback: gossh.InsecureIgnoreHostKey()})
	if err != nil {
		return nil, err
	}
	return gossh.NewClient(c, chans, reqs), nil
}

// screen is a session on a terminal of that size.
type screen struct {
	*gossh.Session
	in  io.WriteCloser
	out *buffer
}

func (r *running) screen(from string, w, h int, ask func(*gossh.Session)) *screen {
	r.t.Helper()
	c, err := r.client(from)
	if err != nil {
		r.t.Fatal(err)
	}
	s, err := c.NewSession()
	if err != nil {
		r.t.Fatal(err)
	}
	x := &screen{Session: s, out: &buffer{}}
	s.Stdout, s.Stderr = x.out, x.out
	if x.in, err = s.StdinPipe(); err != nil {
		r.t.Fatal(err)
	}
	ask(s)
	if err := errors.Join(s.RequestPty("xterm-256color", h, w, nil), s.Shell()); err != nil {
		r.t.Fatal(err)
	}
	return x
}

// closed waits until the other end has closed a connection.
func closed(t *testing.T, nc net.Conn) {
	t.Helper()
	_ = nc.SetReadDeadline(time.Now().Add(patience))
	var late net.Error
	if _, err := io.Copy(io.Discard, nc); errors.As(err, &late) && late.Timeout() {
		t.Error("the connection stays open")
	}
}

func nothing(*gossh.Session) {}

var roomy = config.SSH{Max: 100, MaxPerAddress: 50, Idle: 15}

// TestConnectionsAreBounded: from one address and in all; who begins no session
// makes room, and nobody else pays for it.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, config.SSH{Max: 5, MaxPerAddress: 3, Idle: 15}, time.Second)
	var silent []net.Conn
	for range 3 {
		silent = append(silent, r.dial("127.0.0.66"))
	}
	closed(t, r.dial("127.0.0.66"))
	x := r.screen("127.0.0.1", 80, 24, nothing)
	x.out.shows(t, "Mot de passe")
	for _, nc := range silent {
		closed(t, nc) // their time is over
	}
	for _, from := range []string{"127.0.0.67", "127.0.0.68", "127.0.0.69", "127.0.0.70"} {
		r.dial(from)
	}
	closed(t, r.dial("127.0.0.71"))
	if _, err := x.in.Write([]byte("\x0c")); err != nil { // the other language
		t.Fatal(err)
	}
	x.out.shows(t, "Password")
}

// TestSessionOnly: one for each connection, and nothing of an agent, of windows or
// of other programs.
func TestSessionOnly(t *testing.T) {
	t.Parallel()
	r := start(t, roomy, time.Minute)
	x := r.screen("127.0.0.1", 80, 24, func(s *gossh.Session) {
		for _, request := range []string{"auth-agent-req@openssh.com", "x11-req"} {
			if ok, _ := s.SendRequest(request, true, nil); ok {
				t.Errorf("%s is granted", request)
			}
		}
		if err := s.Setenv("LD_PRELOAD", "x"); err == nil {
			t.Error("any variable is taken")
		}
		if err := s.Setenv("LANG", "en_GB.UTF-8"); err != nil {
			t.Error(err)
		}
	})
	x.out.shows(t, "Password")
	c, err := r.client("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.NewSession(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.NewSession(); err == nil {
		t.Error("a second session")
	}
	for _, kind := range []string{"direct-tcpip", "direct-streamlocal@openssh.com", "forwarded-tcpip", "x11"} {
		if _, _, err := c.OpenChannel(kind, nil); err == nil {
			t.Errorf("a channel %s", kind)
		}
	}
	for _, kind := range []string{"tcpip-forward", "streamlocal-forward@openssh.com"} {
		if ok, _, _ := c.SendRequest(kind, true, nil); ok {
			t.Errorf("%s is granted", kind)
		}
	}
}

// TestFloodIsCutOff: more bytes than anybody types end the connection.
func TestFloodIsCutOff(t *testing.T) {
	t.Parallel()
	r := start(t, roomy, time.Minute)
	x := r.screen("127.0.0.1", 80, 24, nothing)
	x.out.shows(t, "Mot de passe")
	line := bytes.Repeat([]byte("x"), 1024)
	for range 4 * bytesBurst / len(line) {
		if _, err := x.in.Write(line); err != nil {
			break
		}
	}
	if err := x.Wait(); err == nil {
		t.Error("it ended in good order")
	}
	r.log.shows(t, "too much input")
}

// TestSizesAreBounded: a terminal that says that it is huge gets a frame that is not.
func TestSizesAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, roomy, time.Minute)
	x := r.screen("127.0.0.1", 1<<31-1, 1<<31-1, nothing)
	x.out.shows(t, "Mot de passe")
	for range 20 {
		_ = x.WindowChange(1<<31-1, 1<<31-1)
	}
	_ = x.WindowChange(20, 61)
	x.out.shows(t, "\x1b[20;")
	if n := x.out.len(); n > 2<<20 {
		t.Errorf("%d bytes", n)
	}
}

// TestIdleSessionEnds, with a sentence, and one at work when the service stops too.
func TestIdleSessionEnds(t *testing.T) {
	t.Parallel()
	limits := roomy
	limits.Idle = 0
	r := start(t, limits, time.Minute)
	x := r.screen("127.0.0.1", 80, 24, nothing)
	var status *gossh.ExitError
	if err := x.Wait(); !errors.As(err, &status) || status.ExitStatus() != 1 {
		t.Errorf("%v", err)
	}
	x.out.shows(t, "aucune touche")

	r = start(t, roomy, time.Minute)
	x = r.screen("127.0.0.1", 80, 24, nothing)
	x.out.shows(t, "Mot de passe")
	r.stop()
	if err := x.Wait(); !errors.As(err, &status) || status.ExitStatus() != 1 {
		t.Errorf("%v", err)
	}
	x.out.shows(t, "s'arrête")
}

// TestStuckTerminalEnds: one that takes nothing is cut off when the service stops.
func TestStuckTerminalEnds(t *testing.T) {
	t.Parallel()
	r := start(t, roomy, time.Minute)
	c, err := r.client("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	channel, requests, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	go gossh.DiscardRequests(requests)
	pty := struct {
		Term       string
		W, H, X, Y uint32
		Modes      string
	}{"xterm", 500, 200, 0, 0, "\x00"}
	for request, payload := range map[string][]byte{"pty-req": gossh.Marshal(pty)} {
		if ok, err := channel.SendRequest(request, true, payload); !ok || err != nil {
			t.Fatal(request, err)
		}
	}
	if ok, err := channel.SendRequest("shell", true, nil); !ok || err != nil {
		t.Fatal(err)
	}
	for range 200 { // each a new frame, until the window is full
		_, _ = channel.Write([]byte("\x0c"))
	}
	r.stop()
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("it is still there")
	}
}

// TestHostKey is made once, for its owner only; one that others can read is refused, and
// where it was taken away there is another one.
func TestHostKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "not", "yet", "key")
	var keys [2][]byte
	for i := range keys {
		var srv ssh.Server
		key, err := hostKey(path, i18n.T{})
		if err == nil {
			err = key(&srv)
		}
		if err != nil {
			t.Fatal(err)
		}
		keys[i] = srv.HostSigners[0].PublicKey().Marshal()
	}
	if !bytes.Equal(keys[0], keys[1]) {
		t.Error("another key")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := hostKey(path, i18n.T{}); err == nil {
		t.Error("a key that everybody can read is used")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	key, err := hostKey(path, i18n.T{})
	if err == nil {
		err = key(&ssh.Server{})
	}
	if err != nil {
		t.Errorf("after the key was taken away: %v", err)
	}
}

// buffer is written and read by different goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Len()
}

// shows waits for a text.
func (b *buffer) shows(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		found := strings.Contains(b.b.String(), text)
		b.mu.Unlock()
		if found {
			return
		}
	}
	t.Fatalf("no %q in %q", text, b.b.String())
}
