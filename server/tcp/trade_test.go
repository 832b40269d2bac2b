package tcp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/config"
)

// trade is a session that knows no trade: PING, ROWS n, IN (logs in), AGAIN
// (the time to log in starts again), BYE, PANIC, WAIT (until resume is closed),
// and NO to anything else.
type trade struct {
	*shop
	conn     *Conn
	loggedIn bool
	from     time.Time // of the deadline
}

// shop makes trades and remembers them.
type shop struct {
	limits config.Limits
	resume chan struct{}

	mu     sync.Mutex
	conns  []*Conn
	closed int
	panics string // the method that panics
}

func newShop() *shop { return &shop{limits: config.DefaultLimits, resume: make(chan struct{})} }

func (s *shop) open(c *Conn) Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = append(s.conns, c)
	s.breaks("open")
	return &trade{shop: s, conn: c, from: time.Now()}
}

func (s *shop) server(maxConns int) *Server {
	return New(maxConns, s.limits, s.open, slog.New(slog.DiscardHandler))
}

// push brings an event to every connection.
func (s *shop) push(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Push(line)
	}
}

// Closed is the number of sessions that were closed.
func (s *shop) Closed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

func (s *shop) breaks(method string) {
	if s.panics == method {
		panic("broken on purpose: " + method)
	}
}

func (t *trade) Greet(out *protocol.Out) {
	t.breaks("Greet")
	out.OK("ETUSERVICES").Int("proto", protocol.Version).End()
}

func (t *trade) Deadline() (time.Time, protocol.Code) {
	t.breaks("Deadline")
	if t.loggedIn {
		return t.from.Add(t.limits.Idle), protocol.INACTIF
	}
	return t.from.Add(t.limits.LoginTime), protocol.DELAI
}

func (t *trade) Line(_ context.Context, line []byte, out *protocol.Out) (closing bool) {
	word, rest, _ := strings.Cut(string(line), " ")
	defer func() {
		if t.loggedIn {
			t.from = time.Now()
		}
	}()
	switch word {
	case "":
		return false
	case "ROWS":
		n, _ := strconv.Atoi(rest)
		for i := range n {
			out.Row().Int("rang", int64(i)).Str("titre", "un titre").End()
		}
	case "IN":
		t.loggedIn = true
	case "AGAIN":
		t.from = time.Now()
	case "WAIT":
		<-t.resume
	case "PANIC":
		panic("broken on purpose: Line")
	case "PING", "BYE":
	default:
		out.Err(protocol.NO).Text("quoi ?")
		return false
	}
	line2 := out.OK(word)
	if rest != "" {
		line2 = line2.Str("quoi", rest)
	}
	line2.End()
	return word == "BYE"
}

func (t *trade) Close(context.Context) {
	t.mu.Lock()
	t.closed++
	t.mu.Unlock()
	t.breaks("Close")
}

// pipes is a listener whose connections are net.Pipes, for synctest: all waits
// are known to it, and its clock is exact. It hides what buffers do.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
	errs  int  // Accept fails so often first
	half  bool // writing can be closed, as TCP's can
}

// halfCloser is a connection whose CloseWrite the client does not notice.
type halfCloser struct{ net.Conn }

func (halfCloser) CloseWrite() error { return nil }

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

var errAccept = errors.New("no descriptor left, say")

func (p *pipes) Accept() (net.Conn, error) {
	if p.errs > 0 {
		p.errs--
		return nil, errAccept
	}
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// dial gives the client's end.
func (p *pipes) dial(t testing.TB) *peer {
	t.Helper()
	ours, theirs := net.Pipe()
	if p.half {
		theirs = halfCloser{theirs}
	}
	p.conns <- theirs
	return newPeer(t, ours)
}

// run serves until the test ends, which waits for everything that was begun.
func run(t testing.TB, s *Server, l net.Listener) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := s.Serve(ctx, l); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		serving.Wait()
		stopping, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.Stop(stopping); err != nil {
			t.Error(err)
		}
	})
}

// peer is a client's end of a connection.
type peer struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

func newPeer(t testing.TB, c net.Conn) *peer {
	t.Helper()
	p := &peer{Conn: c, t: t, r: bufio.NewReaderSize(c, 64<<10)}
	t.Cleanup(func() { _ = c.Close() })
	return p
}

// greeted reads the greeting.
func (p *peer) greeted() *peer {
	p.t.Helper()
	p.wants("+OK ETUSERVICES proto=1")
	return p
}

// says writes a line.
func (p *peer) says(line string) { p.t.Helper(); p.writes(line + "\r\n") }

func (p *peer) writes(s string) {
	p.t.Helper()
	if _, err := io.WriteString(p, s); err != nil {
		p.t.Errorf("write: %v", err)
	}
}

// line gives the next line, "" at the end of the stream.
func (p *peer) line() string {
	p.t.Helper()
	line, err := p.r.ReadString('\n')
	if err != nil {
		if line != "" || !errors.Is(err, io.EOF) {
			p.t.Errorf("read %q: %v", line, err)
		}
		return ""
	}
	body, ended := strings.CutSuffix(line, "\r\n")
	if !ended {
		p.t.Errorf("%q has no CRLF", line)
	}
	return body
}

// wants reads a line that begins so; "" is the end of the stream.
func (p *peer) wants(prefix string) {
	p.t.Helper()
	if line := p.line(); !strings.HasPrefix(line, prefix) || prefix == "" && line != "" {
		p.t.Fatalf("got %q, want %q", line, prefix)
	}
}

// asks says a line and reads one.
func (p *peer) asks(line, prefix string) { p.t.Helper(); p.says(line); p.wants(prefix) }
