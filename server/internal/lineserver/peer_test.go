package lineserver

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// pipes is a listener whose connections are net.Pipes, for synctest: all waits
// are known to it, and its clock is exact. It hides what buffers do.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
	errs  int      // Accept fails so often first
	half  bool     // writing can be closed, as TCP's can
	from  net.Addr // where clients come from, nil for nowhere: no limit holds
}

// halfCloser is a connection whose CloseWrite the client does not notice.
type halfCloser struct{ net.Conn }

func (halfCloser) CloseWrite() error { return nil }

// addressed is a connection from somewhere.
type addressed struct {
	net.Conn
	from net.Addr
}

func (a addressed) RemoteAddr() net.Addr { return a.from }

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
	if p.from != nil {
		theirs = addressed{theirs, p.from}
	}
	p.conns <- theirs
	return newPeer(t, ours)
}

// run serves until the test ends, which waits for everything that was begun.
func run(t testing.TB, shop *shop, s *Server, l net.Listener) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := s.Serve(ctx, l, shop.open); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		serving.Wait()
		stopping, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.Stop(stopping, 0); err != nil {
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
