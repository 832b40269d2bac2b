package lineserver

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// after fails the test unless exactly d has passed: synctest's clock is exact.
func after(t *testing.T, start time.Time, d time.Duration) {
	t.Helper()
	if passed := time.Since(start); passed != d {
		t.Errorf("after %v, want %v", passed, d)
	}
}

// ends reads the last line and the end.
func (p *peer) ends(code string) {
	p.t.Helper()
	p.wants("-ERR " + code + " :")
	p.wants("")
}

// TestLoginTime has the exact instant, also against one byte a second.
func TestLoginTime(t *testing.T) {
	for _, c := range []struct {
		name string
		talk func(p *peer)
		ends time.Duration
	}{
		{"silence", func(*peer) {}, 180 * time.Second},
		{"requests do not move it", func(p *peer) {
			for range 17 {
				time.Sleep(10 * time.Second)
				p.asks("PING", "+OK PING")
				p.asks("QUOI", "-ERR NO")
			}
		}, 180 * time.Second},
		{"INSCRIPTION and DECONNEXION start it again", func(p *peer) {
			time.Sleep(100 * time.Second)
			p.asks("AGAIN", "+OK AGAIN")
		}, 280 * time.Second},
		{"one byte a second", func(p *peer) {
			for range 179 {
				time.Sleep(time.Second)
				p.writes("A")
			}
		}, 180 * time.Second},
		{"empty lines", func(p *peer) {
			for range 179 {
				time.Sleep(time.Second)
				p.writes("\n")
			}
		}, 180 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop, l := newShop(), newPipes()
				run(t, shop, shop.server(1), l)
				start := time.Now()
				p := l.dial(t).greeted()
				c.talk(p)
				p.ends("DELAI")
				after(t, start, c.ends)
			})
		})
	}
}

// TestIdleTime has the exact instant.
func TestIdleTime(t *testing.T) {
	const idle = 5 * time.Minute
	for _, c := range []struct {
		name string
		talk func(s *shop, p *peer)
		ends time.Duration // after the login
	}{
		{"silence", func(*shop, *peer) {}, idle},
		{"moves with requests", func(_ *shop, p *peer) {
			for range 10 {
				time.Sleep(idle - time.Second)
				p.asks("QUOI", "-ERR NO")
			}
		}, 10*(idle-time.Second) + idle},
		{"does not move with bytes", func(_ *shop, p *peer) {
			for range 299 {
				time.Sleep(time.Second)
				p.writes("A")
			}
		}, idle},
		{"does not move with events", func(s *shop, p *peer) {
			for range 9 {
				time.Sleep(30 * time.Second)
				s.push("! X")
				p.wants("! X")
			}
		}, idle},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop, l := newShop(), newPipes()
				run(t, shop, shop.server(1), l)
				p := l.dial(t).greeted()
				time.Sleep(time.Minute)
				start := time.Now()
				p.asks("IN", "+OK IN")
				c.talk(shop, p)
				p.ends("INACTIF")
				after(t, start, c.ends)
			})
		})
	}
}

// TestReaderThatNeverReads is cut after WriteTimeout, whether a reply or
// an event waits for it, and nobody else notices.
func TestReaderThatNeverReads(t *testing.T) {
	for _, c := range []struct {
		name  string
		block func(s *shop, p *peer)
	}{
		{"reply", func(_ *shop, p *peer) { p.says("PING") }},
		{"event", func(s *shop, _ *peer) { s.push("! X") }},
		{"closing reply", func(_ *shop, p *peer) { p.says("BYE") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop, l := newShop(), newPipes()
				s := shop.server(2)
				run(t, shop, s, l)
				p := l.dial(t).greeted()
				start := time.Now()
				c.block(shop, p)
				other := l.dial(t).greeted()
				other.asks("PING", "+OK PING")
				after(t, start, 0)
				time.Sleep(10*time.Second - time.Nanosecond)
				synctest.Wait()
				if n := s.Count(); n != 2 {
					t.Errorf("%d connections before the deadline", n)
				}
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				if n := s.Count(); n != 1 || shop.Closed() != 1 {
					t.Errorf("%d connections, %d sessions closed", n, shop.Closed())
				}
				other.asks("PING", "+OK PING")
			})
		})
	}
}

// TestLingerEnds: whoever goes on sending behind a closing reply is cut after
// LingerTime or LingerBytes.
func TestLingerEnds(t *testing.T) {
	for _, c := range []struct {
		name  string
		pause time.Duration // between two writes
		bytes int           // of each
		ends  time.Duration
	}{
		{"time", 100 * time.Millisecond, 1, time.Second},
		{"bytes", time.Millisecond, 128 << 10, 8 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop, l := newShop(), &pipes{conns: make(chan net.Conn), done: make(chan struct{}), half: true}
				s := shop.server(1)
				run(t, shop, s, l)
				p := l.dial(t).greeted()
				start := time.Now()
				p.asks("BYE", "+OK BYE")
				chunk := strings.Repeat("A", c.bytes)
				for {
					time.Sleep(c.pause)
					if _, err := io.WriteString(p, chunk); err != nil {
						if !errors.Is(err, io.ErrClosedPipe) {
							t.Error(err)
						}
						break
					}
				}
				if passed := time.Since(start); passed < c.ends || passed > c.ends+c.pause {
					t.Errorf("cut after %v, want %v", passed, c.ends)
				}
			})
		})
	}
}
