package lineserver

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/config"
)

// trade is a session that knows no trade: PING, ROWS n, IN and OUT (of a login), AGAIN
// (the time to log in starts again), BYE, PANIC, WAIT (until resume is closed),
// HALF (a WAIT between two rows), and NO to anything else.
type trade struct {
	*shop
	conn     *Conn
	loggedIn bool
	from     time.Time // of the deadline
}

// shop makes trades and remembers them.
type shop struct {
	limits config.Limits
	resume chan struct{}

	mu     sync.Mutex
	conns  []*Conn
	closed int
	ended  map[Reason]int
	panics string // the method that panics
}

func newShop() *shop {
	return &shop{limits: config.DefaultLimits, resume: make(chan struct{}), ended: make(map[Reason]int)}
}

// ConnEnded counts the connections that ended.
func (s *shop) ConnEnded(r Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended[r]++
}

func (s *shop) open(c *Conn) Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = append(s.conns, c)
	s.breaks("open")
	return &trade{shop: s, conn: c, from: time.Now()}
}

func (s *shop) server(maxConns int) *Server {
	return New(config.Config{MaxConns: maxConns, MaxConnsPerIP: maxConns, ExemptNets: config.LoopbackNets, Limits: s.limits}, s, slog.New(slog.DiscardHandler))
}

// push brings an event to every connection.
func (s *shop) push(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Send(line, nil)
	}
}

// Closed is the number of sessions that were closed.
func (s *shop) Closed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

func (s *shop) breaks(method string) {
	if s.panics == method {
		panic("broken on purpose: " + method)
	}
}

func (t *trade) Greet(out *protocol.Writer) {
	t.breaks("Greet")
	out.OK("ETUSERVICES").Int("proto", protocol.Version).End()
}

func (t *trade) Deadline() (time.Time, protocol.Code) {
	t.breaks("Deadline")
	if t.loggedIn {
		return t.from.Add(t.limits.Idle), protocol.INACTIF
	}
	return t.from.Add(t.limits.LoginTime), protocol.DELAI
}

func (t *trade) Line(_ context.Context, line []byte, out *protocol.Writer) (closing bool) {
	word, rest, _ := strings.Cut(string(line), " ")
	defer func() {
		if t.loggedIn {
			t.from = time.Now()
		}
	}()
	switch word {
	case "":
		return false
	case "ROWS":
		n, _ := strconv.Atoi(rest)
		for i := range n {
			out.Row().Int("rang", int64(i)).Str("titre", "un titre").End()
		}
	case "IN", "OUT":
		t.loggedIn = word == "IN"
		t.conn.SetAuthenticated(t.loggedIn)
	case "AGAIN":
		t.from = time.Now()
	case "WAIT":
		<-t.resume
	case "HALF": // a row, WAIT, a row
		out.Row().Int("rang", 0).End()
		<-t.resume
		out.Row().Int("rang", 1).End()
	case "PANIC":
		panic("broken on purpose: Line")
	case "PING", "BYE":
	default:
		out.Err(protocol.NO).Text("quoi ?")
		return false
	}
	ok := out.OK(word)
	if rest != "" {
		ok = ok.Str("quoi", rest)
	}
	ok.End()
	return word == "BYE"
}

func (t *trade) Close(context.Context) {
	t.mu.Lock()
	t.closed++
	t.mu.Unlock()
	t.breaks("Close")
}
