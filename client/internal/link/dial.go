package link

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"

	"etuservices/protocol"
)

// Address completes what people write as a server's address: the port may be
// left out, an IPv6 address may stand without brackets.
func Address(s string) string {
	s = strings.TrimSpace(s)
	_, port, _ := net.SplitHostPort(protocol.DefaultAddr)
	if s == "" {
		return protocol.DefaultAddr
	}
	if ip := net.ParseIP(strings.Trim(s, "[]")); ip != nil {
		return net.JoinHostPort(ip.String(), port)
	}
	if _, _, err := net.SplitHostPort(s); err != nil {
		return net.JoinHostPort(s, port)
	}
	return s
}

// connect makes one connection, greeted and set up, its reader at work.
func (l *Link) connect() (*conn, error) {
	nc, err := l.dial(l.ctx)
	if err != nil {
		return nil, err
	}
	c := newConn(nc, l.opt.OnEvent)
	if err := c.greet(l.ctx); err != nil {
		c.end(err)
		return nil, err
	}
	c.running.Go(c.readAll)
	if l.opt.Setup == nil {
		return c, nil
	}
	ctx, cancel := context.WithTimeout(l.ctx, replyTimeout)
	defer cancel()
	if err := l.opt.Setup(ctx, c.do); err != nil {
		c.end(err)
		c.running.Wait()
		return nil, err
	}
	return c, nil
}

// dial opens the socket. Errors: ErrUnreachable, ErrTLS.
func (l *Link) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	dial := l.opt.Dial
	if dial == nil {
		d := net.Dialer{KeepAliveConfig: keepAlive}
		dial = func(ctx context.Context) (net.Conn, error) { return d.DialContext(ctx, "tcp", l.opt.Addr) }
	}
	nc, err := dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if l.opt.TLS == nil {
		return nc, nil
	}
	secure := tls.Client(nc, l.tlsConfig())
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = nc.Close() // the handshake's error is the one to tell
		return nil, fmt.Errorf("%w: %w", ErrTLS, err)
	}
	return secure, nil
}

func (l *Link) tlsConfig() *tls.Config {
	if l.opt.TLS.ServerName != "" {
		return l.opt.TLS
	}
	conf := l.opt.TLS.Clone()
	if conf.ServerName, _, _ = net.SplitHostPort(l.opt.Addr); conf.ServerName == "" {
		conf.ServerName = "localhost" // ":5890" dials this machine
	}
	return conf
}

// keepAlive notices within half a minute that an idle connection's other end
// is gone (a laptop asleep, a cable); the defaults take minutes.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}
