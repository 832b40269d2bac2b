package store

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// embeddedTick is how often the embedded Redis's TTLs move on. Its own clock
// mode walks every key at every command (19 GET/s at 100 000 keys, measured).
const embeddedTick = time.Second

// embeddedRedis is an in-process Redis on a loopback port, behind a password:
// other users of the machine reach the port, not the password's file.
type embeddedRedis struct {
	srv      *miniredis.Miniredis
	password string
	stop     chan struct{}
	ticking  sync.WaitGroup
}

// startEmbeddedRedis listens on addr ("" is a free port), loopback only.
func startEmbeddedRedis(addr, passwordPath string) (*embeddedRedis, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	if err := mustBeLoopback(addr); err != nil {
		return nil, err
	}
	password, err := readOrMakePassword(passwordPath)
	if err != nil {
		return nil, err
	}
	e := &embeddedRedis{srv: miniredis.NewMiniRedis(), password: password, stop: make(chan struct{})}
	e.srv.RequireAuth(password) // before anyone can connect
	if err := e.srv.StartAddr(addr); err != nil {
		return nil, err
	}
	e.ticking.Go(e.tick)
	return e, nil
}

// tick lets keys expire. It measures with the monotonic clock, so that neither
// a late tick nor a change of the wall clock shortens or lengthens a TTL.
func (e *embeddedRedis) tick() {
	ticker := time.NewTicker(embeddedTick)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-e.stop:
			return
		case <-ticker.C:
			now := time.Now()
			e.srv.FastForward(now.Sub(last))
			last = now
		}
	}
}

func (e *embeddedRedis) addr() string { return e.srv.Addr() }

func (e *embeddedRedis) connect() *Redis {
	return newSingle(&redis.Options{Network: "tcp", Addr: e.addr(), Password: e.password})
}

func (e *embeddedRedis) close() error {
	close(e.stop)
	e.ticking.Wait()
	e.srv.Close()
	return nil
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
