package tcp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/protocol"
	"etuservices/server/config"
)

// Accept errors (no descriptor left, say) pause the loop, from net/http's
// first pause to its last.
const (
	acceptPause    = 5 * time.Millisecond
	acceptPauseMax = time.Second
)

// maxRefusing bounds the goroutines that tell a client PLEIN; beyond, it is
// closed without a word.
const maxRefusing = 64

// Server holds the connections of a process.
type Server struct {
	limits   config.Limits
	open     func(*Conn) Session
	log      *slog.Logger
	slots    chan struct{}
	refusing chan struct{}
	stopping atomic.Bool

	mu    sync.Mutex // also: nothing begins once stopping is set
	conns map[*Conn]struct{}
	done  sync.WaitGroup
	count atomic.Int64
}

// New makes a server that holds at most maxConns connections and opens a
// session for each.
func New(maxConns int, limits config.Limits, open func(*Conn) Session, log *slog.Logger) *Server {
	return &Server{
		limits: limits, open: open, log: log,
		slots:    make(chan struct{}, maxConns),
		refusing: make(chan struct{}, maxRefusing),
		conns:    make(map[*Conn]struct{}),
	}
}

// Count is the number of open connections.
func (s *Server) Count() int64 { return s.count.Load() }

// Serve accepts until the listener is closed or Stop is called. ctx is what
// requests run under.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	pause := acceptPause
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			pause = acceptPause
			s.take(ctx, nc)
		case s.stopping.Load() || ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return nil
		default:
			s.log.Error("accept", "erreur", err, "pause", pause)
			time.Sleep(pause)
			pause = min(2*pause, acceptPauseMax)
		}
	}
}

// take gives a connection its goroutine, if there is a slot.
func (s *Server) take(ctx context.Context, nc net.Conn) {
	select {
	case s.slots <- struct{}{}:
	default:
		s.refuse(nc)
		return
	}
	c := &Conn{nc: nc, server: s, reader: protocol.NewReader(nc), opened: time.Now()}
	c.box.max = s.limits.Events
	s.begin(nc, func() {
		s.add(c)
		defer func() {
			s.remove(c)
			_ = nc.Close()
			<-s.slots
		}()
		s.hold(ctx, c)
	})
}

// hold is the life of a connection. What panics outside of a verb, which its
// session answers for, ends this connection and no other.
func (s *Server) hold(ctx context.Context, c *Conn) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panique", "panique", p, "adresse", c.Address(), "pile", string(debug.Stack()))
		}
	}()
	c.session = s.open(c)
	reason := c.serve(ctx)
	if errors.Is(reason, errClosing) {
		c.linger()
	}
	s.log.Debug("connexion finie", "adresse", c.Address(), "raison", fmt.Sprint(reason),
		"lignes", c.lines, "evenements_perdus", c.box.dropped, "duree", time.Since(c.opened))
}

// begin runs f for a connection, or closes it where the server stops: what
// Stop waits for must not grow while it waits.
func (s *Server) begin(nc net.Conn, f func()) {
	s.mu.Lock()
	stopping := s.stopping.Load()
	if !stopping {
		s.done.Go(f)
	}
	s.mu.Unlock()
	if stopping {
		_ = nc.Close()
	}
}

// refuse tells a client that there is no room.
func (s *Server) refuse(nc net.Conn) {
	select {
	case s.refusing <- struct{}{}:
	default:
		_ = nc.Close()
		return
	}
	s.begin(nc, func() {
		defer func() { <-s.refusing }()
		defer nc.Close()
		c := &Conn{nc: nc, server: s}
		c.out.Err(protocol.PLEIN).Text(text(protocol.PLEIN))
		if c.flush() == nil {
			c.linger()
		}
	})
}

func (s *Server) add(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	s.count.Add(1)
}

func (s *Server) remove(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.count.Add(-1)
}

func (s *Server) each(f func(*Conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		f(c)
	}
}

// Stop says goodbye to everybody, lets running requests end until ctx does,
// and then cuts what is left. The listener is the caller's to close.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.stopping.Store(true)
	s.mu.Unlock()
	s.each((*Conn).wake)
	ended := make(chan struct{})
	go func() {
		s.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		s.each(func(c *Conn) { _ = c.nc.Close() })
		return fmt.Errorf("tcp: stop: %w", ctx.Err())
	}
}
