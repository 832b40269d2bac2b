package lineserver

import (
	"io"
	"maps"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/protocol"
)

// TestReasons: each end of a connection is counted once, under what it was.
func TestReasons(t *testing.T) {
	for want, ends := range map[Reason]func(s *Server, shop *shop, l *pipes, p *peer){
		Quit:     func(_ *Server, _ *shop, _ *pipes, p *peer) { p.greeted().says("BYE") },
		Expelled: func(_ *Server, shop *shop, _ *pipes, p *peer) { p.greeted(); shop.conns[0].SendAndClose("! EXPULSE") },
		Foreign:  func(_ *Server, _ *shop, _ *pipes, p *peer) { p.greeted().says("GET / HTTP/1.1") },
		Left:     func(_ *Server, _ *shop, _ *pipes, p *peer) { _ = p.greeted().Close() },
		Slow:     func(*Server, *shop, *pipes, *peer) {}, // it never reads the greeting
		Reason(protocol.DELAI): func(_ *Server, _ *shop, _ *pipes, p *peer) {
			p.greeted() // and nothing more
		},
		Reason(protocol.INACTIF): func(_ *Server, _ *shop, _ *pipes, p *peer) { p.greeted().says("IN") },
		Reason(protocol.LIGNE): func(_ *Server, shop *shop, _ *pipes, p *peer) {
			p.greeted().writes(string(make([]byte, protocol.MaxLine)))
		},
		Reason(protocol.INTERNE): func(_ *Server, _ *shop, _ *pipes, p *peer) { p.greeted().says("PANIC") },
		Reason(protocol.ARRET):   func(s *Server, _ *shop, _ *pipes, p *peer) { p.greeted(); go s.Stop(p.t.Context(), 0) },
		Reason(protocol.PLEIN): func(_ *Server, _ *shop, l *pipes, p *peer) {
			p.greeted()
			go io.Copy(io.Discard, l.dial(p.t)) // one too many
		},
	} {
		t.Run(string(want), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop, l := newShop(), newPipes()
				s := shop.server(1)
				run(t, shop, s, l)
				p := l.dial(t)
				ends(s, shop, l, p)
				if want != Slow && want != Left {
					go io.Copy(io.Discard, p)
				}
				if want == Reason(protocol.PLEIN) {
					synctest.Wait()
				} else {
					time.Sleep(shop.limits.Idle + shop.limits.LoginTime)
				}
				shop.mu.Lock()
				defer shop.mu.Unlock()
				if got := map[Reason]int{want: 1}; !maps.Equal(shop.ended, got) {
					t.Errorf("counted %v", shop.ended)
				}
			})
		})
	}
}

// TestCutReason: what is neither an end nor a time that is over.
func TestCutReason(t *testing.T) {
	for err, want := range map[error]Reason{net.ErrClosed: Cut, io.ErrUnexpectedEOF: Cut, io.EOF: Left} {
		if got, said := reasonOf(err); got != want || said {
			t.Errorf("%v: %v, said: %v", err, got, said)
		}
	}
}
