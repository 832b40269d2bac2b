package lineserver

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestEventDuringHalfALine is delivered at once, and the half is kept.
func TestEventDuringHalfALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop, l := newShop(), newPipes()
		run(t, shop, shop.server(1), l)
		p := l.dial(t).greeted()
		for range 3 {
			p.writes("PI")
			synctest.Wait()
			shop.push("! X n=1")
			p.wants("! X n=1")
			p.writes("NG a")
			synctest.Wait()
			shop.push("! X n=2")
			shop.push("! X n=3")
			p.wants("! X n=2")
			p.wants("! X n=3")
			p.asks("b", "+OK PING quoi=ab")
		}
	})
}

// TestEventDuringARequest waits for its reply and follows it.
func TestEventDuringARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop, l := newShop(), newPipes()
		run(t, shop, shop.server(1), l)
		p := l.dial(t).greeted()
		p.says("WAIT")
		synctest.Wait()
		shop.push("! X")
		synctest.Wait()
		close(shop.resume)
		p.wants("+OK WAIT")
		p.wants("! X")
	})
}

// late is a connection on which a request arrives at the very moment of an
// event: the poller may then give the bytes and not the passed deadline.
type late struct {
	net.Conn
	event func()
}

func (l *late) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if l.event != nil && n > 0 {
		l.event()
		l.event = nil
	}
	return n, err
}

// TestEventBeforeARequest: what happened before a request was read is told
// before its reply, so that a client which knows of it finds it told.
func TestEventBeforeARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop, l := newShop(), newPipes()
		run(t, shop, shop.server(1), l)
		ours, theirs := net.Pipe()
		l.conns <- &late{Conn: theirs, event: func() { shop.push("! X") }}
		p := newPeer(t, ours).greeted()
		go p.says("PING")
		p.wants("! X")
		p.wants("+OK PING")
	})
}

// TestEventsThatNobodyReads are dropped beyond the box, oldest kept, and never
// wait for anybody.
func TestEventsThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop, l := newShop(), newPipes()
		run(t, shop, shop.server(1), l)
		p := l.dial(t).greeted()
		p.says("WAIT")
		synctest.Wait()
		for i := range 3 * shop.limits.Events {
			shop.push(fmt.Sprintf("! X n=%d", i))
		}
		close(shop.resume)
		p.wants("+OK WAIT")
		for i := range shop.limits.Events {
			p.wants(fmt.Sprintf("! X n=%d", i))
		}
		p.asks("PING", "+OK PING")
	})
}

// TestEventWaitsForTheReplyUnderWay: one that comes between two rows
// stands behind the reply, or before it.
func TestEventWaitsForTheReplyUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop, l := newShop(), newPipes()
		run(t, shop, shop.server(1), l)
		p := l.dial(t).greeted()
		p.says("HALF")
		synctest.Wait()
		shop.push("! X n=1")
		close(shop.resume)
		for _, want := range []string{"| rang=0", "| rang=1", "+OK HALF", "! X n=1"} {
			p.wants(want)
		}
	})
}

// TestEventNeverInsideAReply, for the race detector too: two clients read rows without pause while
// thousands of events rain on them.
func TestEventNeverInsideAReply(t *testing.T) {
	const (
		clients, replies, rows = 2, 100, 100
		events                 = 5000
	)
	shop := newShop()
	_, dial := serveTCP(t, shop, clients)
	peers := []*peer{dial().greeted(), dial().greeted()}
	var pushing, reading sync.WaitGroup
	pushing.Go(func() {
		for i := range events {
			shop.push(fmt.Sprintf("! X n=%d", i))
			if i%50 == 0 {
				time.Sleep(time.Millisecond) // spread over the replies
			}
		}
	})
	for _, p := range peers {
		p.writes(strings.Repeat(fmt.Sprintf("ROWS %d\n", rows), replies))
		reading.Go(func() {
			seen, told := 0, 0
			for told < replies {
				switch line := p.line(); {
				case strings.HasPrefix(line, "| "):
					if want := fmt.Sprintf("| rang=%d ", seen); !strings.HasPrefix(line, want) {
						t.Errorf("%q, want %q", line, want)
					}
					seen++
				case strings.HasPrefix(line, "! "):
					if seen > 0 {
						t.Errorf("event inside a reply, behind row %d", seen)
					}
				case strings.HasPrefix(line, "+OK ROWS"):
					if seen != rows {
						t.Errorf("%d rows", seen)
					}
					seen, told = 0, told+1
				default:
					t.Errorf("%q", line)
					return
				}
			}
		})
	}
	reading.Wait()
	pushing.Wait()
}
