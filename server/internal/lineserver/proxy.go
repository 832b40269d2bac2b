package lineserver

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pires/go-proxyproto"
)

// WithProxies gives a listener whose connections from the networks of nets begin
// with a header of the PROXY protocol (PROTOCOL.md §2): it names the client's
// address. The header, whole, has timeout to come.
func WithProxies(l net.Listener, nets []netip.Prefix, timeout time.Duration) net.Listener {
	if len(nets) == 0 {
		return l
	}
	return proxyListener{l, nets, timeout}
}

type proxyListener struct {
	net.Listener
	nets    []netip.Prefix
	timeout time.Duration
}

// Accept does not read: a proxy that is slow to write its header holds up its own
// connection only.
func (l proxyListener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if ip, ok := ipOf(nc.RemoteAddr()); !ok || !contains(l.nets, ip) {
		return nc, nil
	}
	return proxiedConn{proxyproto.NewConn(nc,
		proxyproto.WithPolicy(proxyproto.REQUIRE),
		proxyproto.SetReadHeaderTimeout(l.timeout),
		proxyproto.ValidateHeader(checkProxyHeader))}, nil
}

// checkProxyHeader refuses a client's address that limits by address could not count.
// LOCAL and UNKNOWN name none: the proxy speaks for itself, as in a health check.
func checkProxyHeader(h *proxyproto.Header) error {
	if h.Command.IsLocal() || h.TransportProtocol == proxyproto.UNSPEC || h.TransportProtocol.IsStream() && !h.TransportProtocol.IsUnix() {
		return nil
	}
	return fmt.Errorf("proxy: transport protocol %#x is not TCP", byte(h.TransportProtocol))
}

// proxiedConn is a connection through a proxy. Its first Read, Write or RemoteAddr
// waits for the header.
type proxiedConn struct{ *proxyproto.Conn }

// CloseWrite ends what is sent, and leaves what is received.
func (c proxiedConn) CloseWrite() error {
	if half, ok := c.Raw().(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return net.ErrClosed
}

// proxied gives the proxied connection below nc, where it is one.
func proxied(nc net.Conn) (proxiedConn, bool) {
	if secure, ok := nc.(*tls.Conn); ok {
		nc = secure.NetConn()
	}
	c, ok := nc.(proxiedConn)
	return c, ok
}

// acceptProxied is accept for a connection that has yet to say whose it is.
func (s *Server) acceptProxied(ctx context.Context, nc net.Conn, proxy proxiedConn, open func(*Conn) Session) {
	s.spawn(nc, func() {
		if proxy.ProxyHeader() == nil {
			s.log.Debug("en-tête PROXY absent ou faux", "adresse", proxy.Raw().RemoteAddr().String())
			s.observer.ConnEnded(NoProxy)
			_ = proxy.Close()
			return
		}
		s.accept(ctx, nc, open)
	})
}
