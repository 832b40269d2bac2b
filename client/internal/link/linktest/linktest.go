// Package linktest is a scripted server for tests of what stands on package
// link: each connection is played by the next script, over loopback sockets
// or, where a test turns the clock, over in-memory pipes.
package linktest

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
)

// Greeting is what a healthy server says first.
const Greeting = "+OK ETUSERVICES proto=1 serveur=essai :Bienvenue"

// Script plays one connection; the connection is closed when it returns.
type Script func(c *Conn)

// Conn is the server's end of a connection.
type Conn struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

// Say sends lines.
func (c *Conn) Say(lines ...string) {
	for _, l := range lines {
		if _, err := c.Write([]byte(l + "\r\n")); err != nil {
			return // the client went: its script says whether that is right
		}
	}
}

// Next gives the next request; ok is false when the client hung up.
func (c *Conn) Next() (line string, ok bool) {
	s, err := c.r.ReadString('\n')
	return strings.TrimRight(s, "\r\n"), err == nil
}

// Expect reads one request, which must be the one given, and answers it.
func (c *Conn) Expect(request string, reply ...string) bool {
	c.t.Helper()
	got, ok := c.Next()
	if !ok || got != request {
		c.t.Errorf("server got %q (%v), expected %q", got, ok, request)
		return false
	}
	c.Say(reply...)
	return true
}

// Hold waits until the client hangs up, reading nothing into the script.
func (c *Conn) Hold() {
	c.Answer(func(string) []string { return nil })
}

// Answer replies to whatever comes, by the function given, until the client hangs up.
func (c *Conn) Answer(reply func(request string) []string) {
	for {
		line, ok := c.Next()
		if !ok {
			return
		}
		c.Say(reply(line)...)
	}
}

// Encrypt goes on over TLS.
func (c *Conn) Encrypt(certificates []tls.Certificate) {
	c.Conn = tls.Server(c.Conn, &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12})
	c.r = bufio.NewReader(c.Conn)
}

// player hands connections to scripts; the last script plays all that follow.
type player struct {
	t       testing.TB
	mu      sync.Mutex
	scripts []Script
	count   int
	running sync.WaitGroup
}

// next is the script of the next connection.
func (p *player) next() Script {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	return p.scripts[min(p.count, len(p.scripts))-1]
}

func (p *player) play(nc net.Conn, script Script) {
	p.running.Go(func() {
		defer func() { _ = nc.Close() }() // the client may have been first
		script(&Conn{Conn: nc, t: p.t, r: bufio.NewReader(nc)})
	})
}

// Listen plays scripts on a loopback socket until the test ends; it gives the address.
func Listen(t testing.TB, scripts ...Script) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, scripts: scripts}
	p.running.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			p.play(nc, p.next())
		}
	})
	t.Cleanup(func() { _ = ln.Close(); p.running.Wait() })
	return ln.Addr().String()
}

// ErrRefused is what Pipe's dial answers while the script is Refuse.
var ErrRefused = errors.New("linktest: connection refused")

// Refuse in place of a script is a server that is not there.
var Refuse Script

// Pipe gives a dial function for link.Options, for use in a synctest bubble:
// scripts play on in-memory pipes. A nil script (Refuse) refuses.
func Pipe(t testing.TB, scripts ...Script) func(context.Context) (net.Conn, error) {
	p := &player{t: t, scripts: scripts}
	t.Cleanup(p.running.Wait) // a bubble's clock stands still once the test has returned
	return func(context.Context) (net.Conn, error) {
		script := p.next()
		if script == nil {
			return nil, ErrRefused
		}
		client, server := net.Pipe()
		p.play(server, script)
		return client, nil
	}
}
