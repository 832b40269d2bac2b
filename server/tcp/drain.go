package tcp

import (
	"context"
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
	s.mu.Unlock()
	s.each(func(c *Conn) {
		c.leaveAt.Store(s.leaveBy().UnixNano())
		c.wake()
	})
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

// drain tells a connection once that the server goes away, and says until when
// it is served; late is true when that is over.
func (c *Conn) drain(until time.Time) (earlier time.Time, late bool) {
	at := c.leaveAt.Load()
	if at == 0 {
		return until, false
	}
	if !c.told {
		c.told = true
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
	c.out.Err(protocol.ARRET).Text(text(protocol.ARRET))
	return c.closed(Reason(protocol.ARRET))
}
