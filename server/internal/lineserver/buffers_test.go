package lineserver

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"etuservices/protocol"
)

// The tests of this file use real sockets: net.Pipe hands every write to a
// read, and so hides what buffers do.

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// serveTCP runs a server and gives a way to connect to it.
func serveTCP(t testing.TB, shop *shop, maxConns int) (s *Server, dial func() *peer) {
	t.Helper()
	l := listen(t)
	s = shop.server(maxConns)
	run(t, shop, s, l)
	return s, func() *peer {
		t.Helper()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return newPeer(t, c)
	}
}

// TestThousandsOfRequestsInOneWrite: all are answered, in order, by a
// client that writes everything before it reads.
func TestThousandsOfRequestsInOneWrite(t *testing.T) {
	const n = 5000
	_, dial := serveTCP(t, newShop(), 1)
	p := dial().greeted()
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "PING %d\n", i)
	}
	p.writes(all.String())
	for i := range n {
		p.wants(fmt.Sprintf("+OK PING quoi=%d", i))
	}
}

// TestLineCutAtEveryByte: however a request is cut, it is one. The
// pipe's write returns when the server has read, so every cut is a read's.
func TestLineCutAtEveryByte(t *testing.T) {
	const line = "PING \"é\" \xf0\x9f\x8e\xb8 fin\r\nPING suite\r\n"
	shop, l := newShop(), newPipes()
	run(t, shop, shop.server(1), l)
	p := l.dial(t).greeted()
	for first := range len(line) {
		for second := first; second < len(line); second++ {
			go func() {
				p.writes(line[:first])
				p.writes(line[first:second])
				p.writes(line[second:])
			}()
			p.wants(`+OK PING quoi="\"é\" 🎸 fin"`)
			p.wants("+OK PING quoi=suite")
		}
	}
}

// TestLineTooLong: a line of MaxLine bytes with its end passes, one
// more does not; the requests before it are answered first, those behind it not
// at all, and what the client still sends does not lose the sentence.
func TestLineTooLong(t *testing.T) {
	_, dial := serveTCP(t, newShop(), 10)
	for _, end := range []string{"\n", "\r\n"} {
		for _, n := range []int{protocol.MaxLine - 1, protocol.MaxLine, protocol.MaxLine + 1} {
			p := dial().greeted()
			word := strings.Repeat("A", n-len("PING ")-len(end))
			p.writes("PING 1" + end + "PING 2" + end + "PING " + word + end + "PING 3" + end)
			p.wants("+OK PING quoi=1")
			p.wants("+OK PING quoi=2")
			if n <= protocol.MaxLine {
				p.wants("+OK PING quoi=" + word)
				p.wants("+OK PING quoi=3")
				continue
			}
			p.wants("-ERR LIGNE max=2048 :")
			p.wants("")
		}
	}
	p := dial().greeted()
	p.writes("PING 1\n" + strings.Repeat("A", protocol.MaxLine)) // no end, and silence
	p.wants("+OK PING quoi=1")
	p.ends("LIGNE max=2048")
}

// TestLastSentenceArrives: a closing reply reaches a client that has sent more
// than the server will ever read. Closing at once would reset the connection
// and lose it half of the time.
func TestLastSentenceArrives(t *testing.T) {
	shop := newShop()
	shop.limits.LingerTime = time.Minute // a loaded machine is not what is tested
	_, dial := serveTCP(t, shop, 100)
	unread := strings.Repeat("PING après\n", 20_000)
	for i := range 50 {
		p := dial().greeted()
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			if i%2 == 0 {
				_, _ = io.WriteString(p, "BYE\n"+unread)
			} else {
				_, _ = io.WriteString(p, "PING avant\n"+strings.Repeat("A", 3*protocol.MaxLine)+unread)
			}
		}()
		if i%2 == 0 {
			p.wants("+OK BYE")
		} else {
			p.wants("+OK PING quoi=avant")
			p.wants("-ERR LIGNE")
		}
		p.wants("")
		<-sent
		_ = p.Close()
	}
}

// TestReaderThatFillsAllBuffers asks for more than the kernel keeps for
// it and reads nothing: it is cut, and others are answered all the while.
func TestReaderThatFillsAllBuffers(t *testing.T) {
	shop := newShop()
	shop.limits.WriteTimeout = 300 * time.Millisecond
	s, dial := serveTCP(t, shop, 2)
	other, p := dial().greeted(), dial().greeted()
	p.writes(strings.Repeat("ROWS 100000\n", 10)) // some 30 MB
	waitFor(t, func() bool {
		other.asks("PING", "+OK PING")
		return s.Count() == 1 && shop.Closed() == 1
	})
	// What was sent before the cut is whole lines but for the last one.
	for {
		line, err := p.r.ReadString('\n')
		if err != nil {
			break
		}
		if !strings.HasPrefix(line, "| rang=") && !strings.HasPrefix(line, "+OK ROWS") {
			t.Fatalf("%q", line)
		}
	}
}

// TestEndOfInputAfterRequests answers them all, as `printf … | nc` expects; a
// last line without an end is no request.
func TestEndOfInputAfterRequests(t *testing.T) {
	_, dial := serveTCP(t, newShop(), 100)
	for range 50 {
		p := dial().greeted()
		p.writes(strings.Repeat("PING\n", 200) + "ROWS 300\nPING fin\nPING sans fin")
		if err := p.Conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		for range 200 {
			p.wants("+OK PING")
		}
		for range 300 {
			p.wants("| rang=")
		}
		p.wants("+OK ROWS")
		p.wants("+OK PING quoi=fin")
		p.wants("")
	}
}
