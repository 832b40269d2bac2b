// Package lineserver carries lines over TCP and TLS: it accepts, counts, times,
// writes and closes, and knows nothing of the application. Four rules, after mox
// and Ergo:
//
//  1. One request at a time per connection; parallelism is more connections.
//  2. Never write to a socket while holding a lock.
//  3. Only the connection's own goroutine may wait for its socket; others put
//     events into its send queue.
//  4. Every wait has a deadline.
package lineserver

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/config"
)

// Accept errors (no descriptor left, say) pause the loop, from net/http's
// first pause to its last.
const (
	acceptPause    = 5 * time.Millisecond
	acceptPauseMax = time.Second
)

// maxRefusing bounds the connections that are being told why there is no place
// for them; one more cuts the oldest.
const maxRefusing = 64

// Server holds the connections of a process.
type Server struct {
	limits   config.Limits
	observer Observer
	log      *slog.Logger
	slots    chan struct{}
	stopping atomic.Bool

	mu      sync.Mutex // also: nothing begins once stopping is set
	conns   map[*Conn]struct{}
	refused []*Conn // being told why there is no place for them, the oldest first
	done    sync.WaitGroup
	count   atomic.Int64
	total   atomic.Int64 // since the start, refused ones included

	leaveBy            func() time.Time // once stopping: when a connection is closed
	addresses          addresses
	unauthenticated    atomic.Int64 // not logged in, and not exempt
	maxUnauthenticated int64
}

// Observer is told of each connection that ended.
type Observer interface{ ConnEnded(Reason) }

// New makes a server that holds the connections that cfg allows.
func New(cfg config.Config, observer Observer, log *slog.Logger) *Server {
	return &Server{
		limits: cfg.Limits, observer: observer, log: log,
		slots: make(chan struct{}, cfg.MaxConns),
		conns: make(map[*Conn]struct{}),
		addresses: addresses{
			maxOpen: cfg.MaxConnsPerIP, perMinute: cfg.Limits.NewPerMinute, exempt: cfg.ExemptNets,
			all: make(map[netip.Addr]*address),
		},
		maxUnauthenticated: max(1, int64(cfg.MaxConns/cfg.Limits.UnauthenticatedShare)),
	}
}

// Count is the number of open connections.
func (s *Server) Count() int64 { return s.count.Load() }

// Total is the number of connections since the start, refused ones included.
func (s *Server) Total() int64 { return s.total.Load() }

// Serve accepts until the listener is closed or Stop is called, and opens a session
// for each connection. ctx is what requests run under.
func (s *Server) Serve(ctx context.Context, l net.Listener, open func(*Conn) Session) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	pause := acceptPause
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			pause = acceptPause
			s.total.Add(1)
			if proxy, ok := proxied(nc); ok {
				s.acceptProxied(ctx, nc, proxy, open)
			} else {
				s.accept(ctx, nc, open)
			}
		case s.stopping.Load() || ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return nil
		default:
			s.log.Error("accept", "erreur", err, "pause", pause)
			time.Sleep(pause)
			pause = min(2*pause, acceptPauseMax)
		}
	}
}

// accept gives a connection its goroutine, if there is a place for it.
func (s *Server) accept(ctx context.Context, nc net.Conn, open func(*Conn) Session) {
	c := &Conn{nc: nc, server: s, reader: protocol.NewReader(nc), opened: time.Now()}
	ip, ok := ipOf(nc.RemoteAddr())
	c.exempt, c.network = !ok || contains(s.addresses.exempt, ip), config.Network(ip)
	if code, wait := s.admit(c); code != "" {
		s.refuse(ctx, nc, code, wait)
		return
	}
	c.queue.max = s.limits.Events
	s.spawn(nc, func() { s.handleConn(ctx, c, open) })
}

//go:noinline
func (c *Conn) remove() {
	c.server.remove(c)
	_ = c.nc.Close()
	c.SetAuthenticated(true) // no longer one of those who are limited
	if !c.exempt {
		c.server.addresses.leave(c.network)
	}
	<-c.server.slots
}

// handleConn is the life of a connection. What panics outside of a verb, which its
// session answers for, ends this connection and no other.
func (s *Server) handleConn(ctx context.Context, c *Conn, open func(*Conn) Session) {
	s.add(c)
	defer c.remove()
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panique", "panique", p, "adresse", c.Address(), "pile", string(debug.Stack()))
			s.observer.ConnEnded(Reason(protocol.INTERNE))
		}
	}()
	if c.open(ctx, open) {
		c.finish(c.serve(ctx))
	}
}

// What a connection does once is kept out of the frames that stand on its
// goroutine's stack while it waits: below about 1,200 bytes of them the
// collector takes the stack from 8 KiB back to 4. An idle connection takes 11.8 kB
// instead of 13.9 (BenchmarkIdle).

//go:noinline
func (c *Conn) open(ctx context.Context, open func(*Conn) Session) bool {
	if err := c.handshake(ctx); err != nil {
		c.server.log.Debug("poignée de main TLS manquée", "adresse", c.Address(), "erreur", err)
		c.server.observer.ConnEnded(NoTLS)
		return false
	}
	c.session = open(c)
	return true
}

//go:noinline
func (c *Conn) finish(err error) {
	reason, said := reasonOf(err)
	if said {
		c.linger()
	}
	c.server.log.Debug("connexion finie", "adresse", c.Address(), "raison", string(reason), "erreur", err,
		"lignes", c.lines, "evenements_perdus", c.queue.dropped, "duree", time.Since(c.opened))
	c.server.observer.ConnEnded(reason)
}

// spawn runs f for a connection, or closes it where the server stops: what
// Stop waits for must not grow while it waits.
func (s *Server) spawn(nc net.Conn, f func()) {
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

// admit takes a connection's places, which remove gives back, or says why there are
// none and, for DEBIT, how long to wait.
func (s *Server) admit(c *Conn) (code protocol.Code, wait time.Duration) {
	select {
	case s.slots <- struct{}{}:
	default:
		return protocol.PLEIN, 0
	}
	if c.exempt {
		return "", 0
	}
	c.unauthenticated = true
	if s.unauthenticated.Add(1) > s.maxUnauthenticated {
		code = protocol.PLEIN
	} else if wait = s.addresses.enter(c.network); wait > 0 {
		code = protocol.DEBIT
	}
	if code != "" {
		c.SetAuthenticated(true)
		<-s.slots
	}
	return code, wait
}

// refuse tells a client why there is no place for it. Over TLS that needs a
// handshake, which a silent client would never end: it has HandshakeTime, and
// less where many others are being refused.
func (s *Server) refuse(ctx context.Context, nc net.Conn, code protocol.Code, wait time.Duration) {
	s.observer.ConnEnded(Reason(code))
	s.spawn(nc, func() {
		c := &Conn{nc: nc, server: s}
		defer nc.Close()
		if !s.addRefused(c) {
			return
		}
		defer s.removeRefused(c)
		if c.handshake(ctx) != nil {
			return
		}
		line := c.out.Err(code)
		if code == protocol.DEBIT {
			line = line.Int("apres", protocol.Seconds(wait))
		}
		line.Text(code.Text())
		if c.flush() == nil {
			c.linger()
		}
	})
}

// addRefused notes a connection that is being refused, so that Stop and those
// refused after it can cut it; false where the server stops.
func (s *Server) addRefused(c *Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping.Load() {
		return false
	}
	if len(s.refused) >= maxRefusing {
		s.refused[0].cut()
		s.refused = slices.Delete(s.refused, 0, 1)
	}
	s.refused = append(s.refused, c)
	return true
}

func (s *Server) removeRefused(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.refused, c); i >= 0 {
		s.refused = slices.Delete(s.refused, i, i+1)
	}
}

//go:noinline
func (s *Server) add(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	if s.leaveBy != nil { // accepted while Stop began
		c.leaveAt.Store(s.leaveBy().UnixNano())
	}
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
