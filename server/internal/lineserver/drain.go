package lineserver

import (
	"context"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"time"

	"etuservices/protocol"
)

// Stop says to everybody that this server goes away (`! ARRET`), lets clients
// leave over spread, each closed at a moment of its own and served until then,
// gives running requests until ctx ends, and then cuts what is left. The
// listener is the caller's to close, before. Without connections it returns at
// once.
func (s *Server) Stop(ctx context.Context, spread time.Duration) error {
	now := time.Now()
	s.mu.Lock()
	s.leaveBy = func() time.Time { return now.Add(time.Duration(rand.Int64N(int64(spread) + 1))) }
	s.stopping.Store(true)
	for _, c := range s.refused { // they have read why, or never will
		c.cut()
	}
	s.mu.Unlock()
	s.goAway()
	ended := make(chan struct{})
	go func() {
		s.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		s.each((*Conn).cut)
		return fmt.Errorf("tcp: stop: %w", ctx.Err())
	}
}

// Hurry ends the spread of a Stop under way: everybody leaves now.
func (s *Server) Hurry() {
	now := time.Now()
	s.mu.Lock()
	s.leaveBy = func() time.Time { return now }
	s.mu.Unlock()
	s.goAway()
}

// goAway gives each connection its moment to leave.
func (s *Server) goAway() {
	s.each(func(c *Conn) {
		c.leaveAt.Store(s.leaveBy().UnixNano())
		c.Interrupt()
	})
}

// cut closes the connection without waiting for its client. Closing a tls.Conn
// would first wait up to 5 s to write an alert to one that reads nothing.
func (c *Conn) cut() {
	nc := c.nc
	if secure, ok := nc.(*tls.Conn); ok {
		nc = secure.NetConn()
	}
	_ = nc.Close()
}

// drain tells a connection once that the server goes away, and says until when
// it is served; late is true when that is over.
func (c *Conn) drain(until time.Time) (earlier time.Time, late bool) {
	at := c.leaveAt.Load()
	if at == 0 {
		return until, false
	}
	if !c.drained {
		c.drained = true
		c.out.Event("ARRET").Int("apres", 0).Text("Ce serveur s'en va ; reconnectez-vous.")
	}
	leave := time.Unix(0, at)
	if !time.Now().Before(leave) {
		return until, true
	}
	if leave.Before(until) {
		until = leave
	}
	return until, false
}

// goodbye ends a connection that is drained.
func (c *Conn) goodbye() error {
	c.out.Err(protocol.ARRET).Text(protocol.ARRET.Text())
	return c.closed(Reason(protocol.ARRET))
}
