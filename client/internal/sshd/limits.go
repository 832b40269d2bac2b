package sshd

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/ssh"
	"golang.org/x/time/rate"

	"etuservices/client/internal/config"
	"etuservices/client/internal/tui/renderer"
)

const (
	// A client that sends more than this is cut off: typing takes some kilobytes a
	// minute, a handshake four, the longest paste that is taken sixteen.
	bytesPerSecond = 8 << 10
	bytesBurst     = 64 << 10
	// connectsPerSecond is how fast an address gets back, after a burst of as many
	// connections as it may hold, what it may open: each costs a handshake.
	connectsPerSecond = 1
	// manyAddresses is from how many remembered addresses the idle ones are forgotten.
	manyAddresses = 4096
	// refusalLog bounds the lines about refused connections.
	refusalLog = 10 * time.Second
)

// admission counts connections, in all and by address.
type admission struct {
	config.SSH // Max, MaxPerAddress
	mu         sync.Mutex
	open       int
	visitors   map[netip.Prefix]*visitor
	told       rate.Sometimes
}

// visitor is an address: of IPv6 its /64, of which one user has all.
type visitor struct {
	open int
	rate *rate.Limiter
}

// enter says whether one more connection may come from there.
func (a *admission) enter(from netip.Prefix) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.visitors) >= manyAddresses {
		for p, v := range a.visitors {
			if v.open == 0 && v.rate.Tokens() >= float64(a.MaxPerAddress) {
				delete(a.visitors, p)
			}
		}
	}
	v := a.visitors[from]
	if v == nil {
		v = &visitor{rate: rate.NewLimiter(connectsPerSecond, a.MaxPerAddress)}
		a.visitors[from] = v
	}
	if a.open >= a.Max || v.open >= a.MaxPerAddress || !v.rate.Allow() {
		return false
	}
	a.open++
	v.open++
	return true
}

func (a *admission) leave(from netip.Prefix) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open--
	a.visitors[from].open--
}

// visitorOf is the network that an address counts for.
func visitorOf(addr net.Addr) netip.Prefix {
	ap, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return netip.Prefix{}
	}
	ip, bits := ap.Addr().Unmap().WithZone(""), 32
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits) // the bits fit
	return p
}

// connection is a client's, within its limits.
type connection struct {
	net.Conn
	service *service
	bytes   *rate.Limiter
	// deadline closes it: while it has no session yet, and when that is over.
	deadline *time.Timer
	sizes    chan renderer.Size // of its terminal, newest wins
	taken    atomic.Bool        // it has had its session
	once     sync.Once          // it was taken from the count
}

// errFlood: the client sent more than anybody types.
var errFlood = errors.New("sshd: too much input")

type connectionKey struct{}

// accept is called for each new connection; nil refuses it.
func (s *service) accept(ctx ssh.Context, nc net.Conn) net.Conn {
	from := visitorOf(nc.RemoteAddr())
	if !s.admission.enter(from) {
		s.admission.told.Do(func() { s.Log.Warn("too many connections", "from", from) })
		return nil
	}
	c := &connection{Conn: nc, service: s, bytes: rate.NewLimiter(bytesPerSecond, bytesBurst), sizes: make(chan renderer.Size, 1)}
	c.deadline = time.AfterFunc(s.startTime, func() { _ = nc.Close() })
	ctx.SetValue(connectionKey{}, c)
	return c
}

// Read cuts a client off that sends too much.
func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.bytes.AllowN(time.Now(), n) {
		c.service.Log.Warn("cut off: too much input", "from", c.RemoteAddr())
		_ = c.Close()
		return 0, errFlood
	}
	return n, err
}

// Close ends the connection, once.
func (c *connection) Close() error {
	c.once.Do(func() { c.service.admission.leave(visitorOf(c.RemoteAddr())) })
	c.deadline.Stop()
	return c.Conn.Close()
}

// resized keeps the newest size.
func (c *connection) resized(s renderer.Size) {
	select {
	case <-c.sizes:
	default:
	}
	c.sizes <- s // only the reader of the session's requests writes
}
