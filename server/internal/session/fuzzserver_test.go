package session_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/config"
	"etuservices/server/internal/lineserver"
	"etuservices/server/internal/session"
	"etuservices/server/internal/testenv"
)

// patience with one reply. It may run out once: a process that was stopped by
// its user wakes with its deadlines over. (Under -fuzz Go itself ends an input
// that takes 10 s.)
const patience = 15 * time.Second

// fuzzServer is one server, with its connections, for all inputs: opening stores
// costs more than what the fuzzer does with them.
type fuzzServer struct {
	*testServer
	pipes   chan net.Conn
	tokens  map[state]string
	token   string // of the connection to come, "" for none
	entered chan bool
	closed  chan struct{}
}

func newFuzzServer(f *testing.F) *fuzzServer {
	keepCrash(f)
	h := &fuzzServer{
		testServer: newTestServer(f, testenv.Embedded(f), 1_000_000),
		pipes:      make(chan net.Conn), tokens: map[state]string{},
		entered: make(chan bool, 1), closed: make(chan struct{}, 1),
	}
	// No time-out of ours ends what hangs before the fuzzer says so.
	h.Sessions.Limits.LoginTime, h.Sessions.Limits.Idle, h.Sessions.Limits.WriteTimeout = time.Hour, time.Hour, time.Hour
	cfg := config.Config{MaxConns: 4, MaxConnsPerIP: 4, Limits: h.Sessions.Limits}
	server := lineserver.New(cfg, noObserver{}, slog.New(slog.NewTextHandler(h.logs, nil)))
	ctx, cancel := context.WithCancel(context.Background())
	f.Cleanup(cancel)
	go func() { _ = server.Serve(ctx, h, h.open) }()
	return h
}

// noObserver is told of requests and of connections, and counts nothing.
type noObserver struct{}

func (noObserver) Observe(*protocol.Verb, protocol.Code, time.Duration) {}
func (noObserver) ConnEnded(lineserver.Reason)                          {}

// crashVariable names a file for the last words of a fuzzing process that dies
// in a goroutine: Go's coordinator throws them away.
const crashVariable = "ETU_FUZZ_CRASH"

func keepCrash(f *testing.F) {
	path := os.Getenv(crashVariable)
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		err = debug.SetCrashOutput(file, debug.CrashOptions{})
	}
	if err != nil {
		f.Fatal(err)
	}
}

// Accept, Close and Addr make the server the listener of its own pipes.
func (h *fuzzServer) Accept() (net.Conn, error) {
	c, open := <-h.pipes
	if !open {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (h *fuzzServer) Close() error   { close(h.pipes); return nil }
func (h *fuzzServer) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// open gives a connection its session, in the state that is asked for.
func (h *fuzzServer) open(c *lineserver.Conn) lineserver.Session {
	s := &watched{h.Sessions.Open(c), h.closed}
	if h.token != "" {
		var out protocol.Writer
		s.Line(context.Background(), []byte("REPRENDRE "+h.token), &out)
		s.ForgetFailures()
	}
	h.entered <- h.token == "" || s.User() != nil
	return s
}

// watched tells when a session is closed: the next input begins after that.
type watched struct {
	*session.Session
	closed chan struct{}
}

func (w *watched) Close(ctx context.Context) {
	w.Session.Close(ctx)
	w.closed <- struct{}{}
}

// dial gives a connection in a state. A token costs no login; where the fuzzer
// killed it, a new user comes.
func (h *fuzzServer) dial(t testing.TB, s state) net.Conn {
	for {
		h.token = h.tokens[s]
		if s != anonymous && h.token == "" {
			role := accounts.Student
			if s == administrator {
				role = accounts.Admin
			}
			c := h.loginAs(t, h.newcomer(t, role))
			h.tokens[s] = c.s.User().Token
			c.s.Close(t.Context())
			continue
		}
		ours, theirs := net.Pipe()
		h.pipes <- theirs
		if <-h.entered {
			return ours
		}
		h.hangUp(ours)
		h.tokens[s] = ""
	}
}

// hangUp waits for the session's end; one that hangs leaves no server to go on
// in.
func (h *fuzzServer) hangUp(c net.Conn) {
	_ = c.Close()
	select {
	case <-h.closed:
	case <-time.After(2 * patience):
		panic(errHang)
	}
}

// pour writes a stream in pieces of the sizes given, over and over: a person
// types, a network cuts. A connection that ended takes no more.
func pour(c io.Writer, stream, cuts []byte) {
	for i := 0; len(stream) > 0; i++ {
		n := len(stream)
		if len(cuts) > 0 {
			n = min(n, 1+int(cuts[i%len(cuts)]))
		}
		if _, err := c.Write(stream[:n]); err != nil {
			return
		}
		stream = stream[n:]
	}
}
