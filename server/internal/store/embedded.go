package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"golang.org/x/net/netutil"

	"etuservices/server/internal/wait"
)

const (
	// embeddedTick is how often the embedded Redis's TTLs move on. Its own clock
	// mode walks every key at every command (19 GET/s at 100 000 keys, measured).
	embeddedTick = time.Second
	// redisSocketFile stands in the data folder.
	redisSocketFile = "redis.sock"
)

// embeddedRedis is an in-process Redis. The server reaches it over a Unix socket
// in the data folder, which is its owner's alone; a TCP port, for redis-cli, is
// opened on request only, and guarded.
type embeddedRedis struct {
	srv       *miniredis.Miniredis
	dir       string
	password  string
	listeners []net.Listener
	port      net.Listener // nil: none
	stop      context.CancelFunc
	work      sync.WaitGroup
}

// startEmbeddedRedis listens on the folder's socket, and on addr, loopback only,
// unless it is empty.
func startEmbeddedRedis(dir *dataDir, addr string) (_ *embeddedRedis, err error) {
	if addr != "" {
		if err := mustBeLoopback(addr); err != nil {
			return nil, err
		}
	}
	password, err := readOrMakePassword(dir.file(redisPasswordFile))
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	e := &embeddedRedis{srv: miniredis.NewMiniRedis(), dir: dir.path, password: password, stop: stop}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	e.srv.RequireAuth(password) // before anyone can connect
	// The first Dial is miniredis's way to start without a port of its own.
	first, err := e.srv.Dial()
	if err != nil {
		return nil, err
	}
	if err := first.Close(); err != nil {
		return nil, err
	}
	own, err := ListenSocket(dir.path, redisSocketFile)
	if err != nil {
		return nil, err
	}
	e.serve(ctx, own, func(c net.Conn) net.Conn { return &patientConn{Conn: c} })
	if addr != "" {
		if e.port, err = net.Listen("tcp", addr); err != nil {
			return nil, err
		}
		e.serve(ctx, netutil.LimitListener(e.port, portConns), func(c net.Conn) net.Conn { return guardRedis(c, password) })
	}
	e.work.Go(func() { e.tick(ctx) })
	return e, nil
}

// serve gives miniredis the connections of a listener.
func (e *embeddedRedis) serve(ctx context.Context, l net.Listener, wrap func(net.Conn) net.Conn) {
	e.listeners = append(e.listeners, l)
	server := e.srv.Server()
	e.work.Go(func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // no file left for it, for example: others close theirs
				if wait.For(ctx, acceptPause) != nil {
					return
				}
				continue
			}
			server.ServeConn(wrap(conn))
		}
	})
}

// acceptPause after a connection that could not be accepted.
const acceptPause = 50 * time.Millisecond

// tick lets keys expire. It measures with the monotonic clock, so that neither
// a late tick nor a change of the wall clock shortens or lengthens a TTL.
func (e *embeddedRedis) tick(ctx context.Context) {
	last := time.Now()
	wait.Every(ctx, embeddedTick, func() {
		now := time.Now()
		e.srv.FastForward(now.Sub(last))
		last = now
	})
}

// addr is the TCP port's address, "" without one.
func (e *embeddedRedis) addr() string {
	if e.port == nil {
		return ""
	}
	return e.port.Addr().String()
}

func (e *embeddedRedis) connect() *Redis {
	return newSingle(&redis.Options{
		Network: "unix", Addr: redisSocketFile, Password: e.password,
		Dialer: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return DialSocket(ctx, e.dir, redisSocketFile)
		},
	})
}

func (e *embeddedRedis) close() error {
	e.stop()
	var errs []error
	for _, l := range e.listeners {
		errs = append(errs, l.Close())
	}
	e.work.Wait()
	e.srv.Close()
	return errors.Join(errs...)
}

var errNotLoopback = errors.New("the embedded Redis listens on loopback only")

func mustBeLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%q: %w", addr, err)
	}
	// A name, even localhost, may stand for any address.
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%q: %w", addr, errNotLoopback)
	}
	return nil
}

// patientConn is miniredis's side of a connection. A Unix socket holds far fewer
// unread answers than a TCP one, and miniredis stops reading while it writes: a
// long pipeline, which is read only once it is written, would wait for ever. What
// does not fit is kept and written beside.
type patientConn struct {
	net.Conn
	mu   sync.Mutex
	late []byte
	busy bool // somebody writes what is late
	err  error
}

// directWrite is how long a write may take before it is done beside.
const directWrite = time.Millisecond

func (c *patientConn) Write(p []byte) (n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	if !c.busy {
		if err := c.SetWriteDeadline(time.Now().Add(directWrite)); err != nil {
			return 0, err
		}
		n, err = c.Conn.Write(p)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		c.busy = true
		go c.writeLate()
	}
	c.late = append(c.late, p[n:]...)
	return len(p), nil
}

func (c *patientConn) writeLate() {
	_ = c.SetWriteDeadline(time.Time{})
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.late) > 0 && c.err == nil {
		late := c.late
		c.late = nil
		c.mu.Unlock()
		_, err := c.Conn.Write(late) // ends with the connection at the latest
		c.mu.Lock()
		c.err = err
	}
	c.busy = false
}
