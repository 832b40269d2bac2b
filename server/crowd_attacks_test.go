//go:build chaos

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/protocol"
	"etuservices/server/bench/load"
)

func init() {
	attacks["idle"] = obeying(crowdOfIdle)
	attacks["flood"] = obeying(flood)
	attacks["storm"] = obeying(authStorm)
}

const (
	crowdIdle    = 15_000
	crowdOpeners = 50 // connect at the same time
	flooders     = 8
	stormers     = 50 // connections that guess at the same time
)

// elsewhere is an address of loopback that is somebody else's: one alone has
// too few ports, and limits of its own.
func elsewhere(i int) *net.TCPAddr {
	return &net.TCPAddr{IP: net.IPv4(127, byte(1+i>>16%100), byte(i>>8), byte(1+i%250))}
}

// crowdOfIdle holds connections that say nothing.
func crowdOfIdle(ctx context.Context, addr string, begun func()) (string, error) {
	idle := make([]net.Conn, crowdIdle)
	defer func() {
		for _, nc := range idle {
			if nc != nil {
				_ = nc.Close()
			}
		}
	}()
	var failed atomic.Pointer[error]
	began := time.Now()
	storm(crowdOpeners, func(part int) {
		for i := part; i < crowdIdle && failed.Load() == nil; i += crowdOpeners {
			d := net.Dialer{LocalAddr: elsewhere(i % 3)}
			nc, err := d.Dial("tcp", addr)
			if err == nil {
				idle[i] = nc
				var line []byte
				if line, err = protocol.NewReader(nc).ReadLine(); err == nil && !strings.HasPrefix(string(line), "+OK ") {
					err = fmt.Errorf("%q", line)
				}
			}
			if err != nil {
				err = fmt.Errorf("connection %d: %w", i, err)
				failed.Store(&err)
			}
		}
	})
	if err := failed.Load(); err != nil {
		return "", *err
	}
	took := time.Since(began)
	begun()
	<-ctx.Done()
	return fmt.Sprintf("%d connections, open in %v", crowdIdle, took.Round(time.Millisecond)), nil
}

// flood asks without waiting, and reads the answers.
func flood(ctx context.Context, addr string, begun func()) (string, error) {
	many := []byte(strings.Repeat("ARTICLES n=100\r\nSTATS\r\nPING\r\n", 50))
	conns := make([]net.Conn, flooders)
	for i := range conns {
		c, err := load.Dial(addr)
		if err != nil {
			return "", err
		}
		defer c.Close()
		if _, err := c.Line(fmt.Sprintf("AUTH eve%d %s", i, password)); err != nil {
			return "", err
		}
		conns[i] = c.Socket()
	}
	var bytes atomic.Int64
	var all sync.WaitGroup
	for _, nc := range conns {
		_ = nc.SetDeadline(time.Time{})
		all.Go(func() {
			n, _ := io.Copy(io.Discard, nc)
			bytes.Add(n)
		})
		all.Go(func() {
			for {
				if _, err := nc.Write(many); err != nil {
					return
				}
			}
		})
	}
	begun()
	<-ctx.Done()
	for _, nc := range conns {
		_ = nc.Close()
	}
	all.Wait()
	return fmt.Sprintf("%d connections read %d MiB", flooders, bytes.Load()>>20), nil
}

// authStorm guesses at a login that exists and at others, on so many
// connections at once, each from a new address, and comes back at once when it
// is cut.
func authStorm(ctx context.Context, addr string, begun func()) (string, error) {
	var guesses, connections, refused atomic.Int64
	var all sync.WaitGroup
	for worker := range stormers {
		all.Go(func() {
			for i := worker; ctx.Err() == nil; i += stormers {
				d := net.Dialer{LocalAddr: elsewhere(rand.IntN(1 << 20)), Timeout: time.Second}
				nc, err := d.DialContext(ctx, "tcp", addr)
				if err != nil {
					refused.Add(1)
					continue
				}
				connections.Add(1)
				_ = nc.SetDeadline(time.Now().Add(time.Minute))
				stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
				guesses.Add(guessAll(nc, i%4 == 0))
				stop()
				_ = nc.Close()
			}
		})
	}
	begun()
	<-ctx.Done()
	all.Wait()
	return fmt.Sprintf("%d connections, %d guesses answered, %d not let in", connections.Load(), guesses.Load(), refused.Load()), nil
}

// guessAll guesses as often as the server takes it on one connection.
func guessAll(nc net.Conn, somebody bool) (answered int64) {
	reader := protocol.NewReader(nc)
	for {
		line, err := reader.ReadLine()
		if err != nil {
			return answered
		}
		if strings.HasPrefix(string(line), "-ERR E") {
			answered++
		}
		name := "bob"
		if !somebody {
			name = fmt.Sprintf("personne-%d", rand.IntN(1<<30))
		}
		_, _ = fmt.Fprintf(nc, "AUTH %s mauvais-mot\r\n", name)
	}
}
