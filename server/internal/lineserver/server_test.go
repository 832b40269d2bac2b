package lineserver

import (
	"context"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// waitFor polls what other goroutines bring about.
func waitFor(t testing.TB, what func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !what(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came")
		}
	}
}

// TestFull has n-1, n and n+1 connections: the last gets PLEIN, and a place
// that is freed is taken again.
func TestFull(t *testing.T) {
	const most = 3
	s, dial := serveTCP(t, newShop(), most)
	var in []*peer
	for range most {
		in = append(in, dial().greeted())
	}
	for range 2 {
		p := dial()
		_, _ = p.Write([]byte("PING\n")) // unread input does not lose the sentence
		p.ends("PLEIN")
		if n := s.Count(); n != most {
			t.Errorf("%d connections", n)
		}
	}
	for _, p := range in {
		p.asks("PING", "+OK PING")
	}
	_ = in[0].Close()
	waitFor(t, func() bool { return s.Count() == most-1 && len(s.slots) == most-1 })
	dial().greeted().asks("PING", "+OK PING")
}

// TestPanics end one connection, and leave its place to others, wherever they
// come from. (A verb's own is answered by the session.)
func TestPanics(t *testing.T) {
	for _, method := range []string{"open", "Greet", "Line", "Deadline", "Close"} {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop, l := newShop(), newPipes()
				s := shop.server(2)
				run(t, shop, s, l)
				other := l.dial(t).greeted()
				shop.mu.Lock()
				shop.panics = method
				shop.mu.Unlock()
				p := l.dial(t)
				switch method {
				case "Line":
					p.greeted().says("PANIC")
				case "Close":
					p.greeted().asks("BYE", "+OK BYE")
				}
				p.wants("")
				synctest.Wait()
				shop.mu.Lock()
				shop.panics = ""
				shop.mu.Unlock()
				if n := s.Count(); n != 1 {
					t.Errorf("%d connections", n)
				}
				if want := 1; method != "open" && shop.Closed() != want {
					t.Errorf("%d sessions closed, want %d", shop.Closed(), want)
				}
				other.asks("PING", "+OK PING")
				l.dial(t).greeted().asks("PING", "+OK PING")
			})
		})
	}
}

// TestAcceptErrors pause the loop, longer each time, and end nothing.
func TestAcceptErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop, l := newShop(), newPipes()
		l.errs = 10
		start := time.Now()
		run(t, shop, shop.server(1), l)
		l.dial(t).greeted()
		// 5, 10, 20 … 640 ms, then a second each.
		after(t, start, (5+10+20+40+80+160+320+640)*time.Millisecond+2*time.Second)
	})
}

// TestStop says goodbye to those who wait, lets a running request end, and cuts
// what does not.
func TestStop(t *testing.T) {
	stop := func(s *Server, patience time.Duration) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return s.Stop(ctx, 0)
	}
	t.Run("ends", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			shop, l := newShop(), newPipes()
			s := shop.server(3)
			run(t, shop, s, l)
			idle, half, busy := l.dial(t).greeted(), l.dial(t).greeted(), l.dial(t).greeted()
			half.writes("PIN")
			go busy.writes("WAIT\nPING not done\n")
			synctest.Wait()
			stopped := make(chan error, 1)
			go func() { stopped <- stop(s, time.Minute) }()
			for _, p := range []*peer{idle, half} {
				p.wants("! ARRET apres=0 :")
				p.wants("-ERR ARRET :")
				p.wants("")
			}
			close(shop.resume)
			busy.wants("+OK WAIT")
			busy.wants("! ARRET apres=0 :")
			busy.wants("-ERR ARRET :")
			busy.wants("")
			if err := <-stopped; err != nil || s.Count() != 0 || shop.Closed() != 3 {
				t.Errorf("%v, %d connections, %d sessions closed", err, s.Count(), shop.Closed())
			}
		})
	})
	t.Run("cuts", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			shop, l := newShop(), newPipes()
			s := shop.server(1)
			run(t, shop, s, l)
			p := l.dial(t).greeted()
			p.says("WAIT")
			start := time.Now()
			if err := stop(s, 5*time.Second); err == nil {
				t.Error("no error")
			}
			after(t, start, 5*time.Second)
			p.wants("")
			close(shop.resume)
		})
	})
}

// TestStopDuringALinger: the last sentence arrives all the same.
func TestStopDuringALinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop := newShop()
		l := &pipes{conns: make(chan net.Conn), done: make(chan struct{}), half: true}
		s := shop.server(1)
		run(t, shop, s, l)
		p := l.dial(t).greeted()
		start := time.Now()
		p.asks("BYE", "+OK BYE")
		synctest.Wait() // the server reads and throws away
		if err := s.Stop(t.Context(), 0); err != nil {
			t.Error(err)
		}
		after(t, start, time.Second)
	})
}

// TestStopWhileOthersConnect is for the race detector.
func TestStopWhileOthersConnect(t *testing.T) {
	for range 100 {
		shop, l := newShop(), listen(t)
		shop.limits.LingerTime = time.Millisecond
		s := shop.server(2)
		served := make(chan error, 1)
		go func() { served <- s.Serve(context.Background(), l, shop.open) }()
		for range 4 {
			go func() {
				if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
					_ = c.Close()
				}
			}()
		}
		if err := s.Stop(t.Context(), 0); err != nil {
			t.Error(err)
		}
		_ = l.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}

// TestNothingLeaks: however clients leave, sessions are closed and
// goroutines end.
func TestNothingLeaks(t *testing.T) {
	shop := newShop()
	s, dial := serveTCP(t, shop, 100)
	dial().greeted().asks("PING", "+OK PING")
	before := runtime.NumGoroutine()
	const each = 20
	for range each {
		ways := []func(p *peer){
			func(p *peer) { _ = p.Conn.(*net.TCPConn).SetLinger(0) }, // a reset
			func(*peer) {},
			func(p *peer) { p.writes("PIN") },
			func(p *peer) { p.writes(strings.Repeat("ROWS 100\n", 20)) }, // and never reads
		}
		for _, way := range ways {
			p := dial().greeted()
			way(p)
			_ = p.Close()
		}
	}
	waitFor(t, func() bool { return s.Count() == 1 && shop.Closed() == 4*each && runtime.NumGoroutine() <= before })
}
