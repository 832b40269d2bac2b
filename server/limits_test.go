package main

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// nobodyExempt lets the limits per address hold on loopback too.
const nobodyExempt = "--exempt-nets=192.0.2.0/24"

// connectFrom connects from another loopback address.
func connectFrom(t testing.TB, from, addr string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	nc, err := d.Dial("tcp", addr)
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Skipf("this system has no %s", from)
	}
	if err != nil {
		t.Fatal(err)
	}
	return nc
}

// dialFrom is connectFrom that gives the first line, too: the greeting, or why there
// is none.
func dialFrom(t testing.TB, from, addr string) (*client, reply) {
	t.Helper()
	c := newClient(t, connectFrom(t, from, addr))
	return c, c.Read()
}

// leave ends a connection and waits until the server has let go of it.
func (c *client) leave() {
	c.t.Helper()
	c.Must("QUITTER")
	c.Closed()
	_ = c.nc.Close()
}

// wantFirst connects n times from an address and wants that first word.
func wantFirst(t testing.TB, from, addr string, n int, word string) (all []*client) {
	t.Helper()
	for i := range n {
		c, first := dialFrom(t, from, addr)
		if first.Word != word {
			t.Fatalf("connection %d from %s: %s, want %s", i+1, from, first.Line, word)
		}
		if word != "ETUSERVICES" {
			c.Closed()
		}
		all = append(all, c)
	}
	return all
}

// TestOpenPerAddress: the connection after the last one is refused, to that
// address alone, until another leaves. Trusted networks are not limited.
func TestOpenPerAddress(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), "--exempt-nets", "127.0.0.9", "--max-conns-per-ip", "3")
	in := wantFirst(t, "127.0.0.2", server.Addr, 3, "ETUSERVICES")
	wantFirst(t, "127.0.0.2", server.Addr, 2, "DEBIT")
	wantFirst(t, "127.0.0.3", server.Addr, 3, "ETUSERVICES")
	wantFirst(t, "127.0.0.9", server.Addr, 5, "ETUSERVICES")
	in[0].leave()
	testenv.Eventually(t, 5*time.Second, func() error {
		if _, first := dialFrom(t, "127.0.0.2", server.Addr); !first.OK() {
			return errors.New(first.Line)
		}
		return nil
	})
	in[1].Must("PING")
}

// TestNewPerAddress: connections that come and go are limited over a minute.
func TestNewPerAddress(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), nobodyExempt, "--new-per-minute", "3")
	for _, c := range wantFirst(t, "127.0.0.2", server.Addr, 3, "ETUSERVICES") {
		c.leave()
	}
	_, first := dialFrom(t, "127.0.0.2", server.Addr)
	if after := first.Fields.Int("apres"); first.Word != "DEBIT" || after < 1 || after > 20 {
		t.Errorf("4th: %s", first.Line)
	}
	wantFirst(t, "127.0.0.3", server.Addr, 3, "ETUSERVICES")
}

// TestStrangersPlaces: those who are not logged in have a quarter of the
// places, and a login frees one.
func TestStrangersPlaces(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), nobodyExempt, "--max-conns", "8")
	register(t, server.Addr, "alice")
	var in []*client
	testenv.Eventually(t, 5*time.Second, func() error { // who registered has left
		c, first := dialFrom(t, "127.0.0.2", server.Addr)
		if !first.OK() {
			return errors.New(first.Line)
		}
		in = append(in, c)
		if len(in) < 2 {
			return fmt.Errorf("%d are in", len(in))
		}
		return nil
	})
	wantFirst(t, "127.0.0.3", server.Addr, 1, "PLEIN")
	in[0].Must("AUTH alice %s", password)
	wantFirst(t, "127.0.0.3", server.Addr, 1, "ETUSERVICES")
	wantFirst(t, "127.0.0.3", server.Addr, 1, "PLEIN")
	in[0].Must("DECONNEXION") // it stays, not logged in again: the third of two
	wantFirst(t, "127.0.0.3", server.Addr, 1, "PLEIN")
	in[1].leave()
	in[0].leave()
	testenv.Eventually(t, 5*time.Second, func() error {
		if _, first := dialFrom(t, "127.0.0.3", server.Addr); !first.OK() {
			return errors.New(first.Line)
		}
		return nil
	})
}

// TestFloodIsSlowed: more verbs that reach a store than allowed are
// answered later, all of them and in order; PING, AIDE and QUI are not slowed.
func TestFloodIsSlowed(t *testing.T) {
	t.Parallel()
	const rate, burst = 50, 10
	server := start(t, testenv.Embedded(t), "--flood-rate", fmt.Sprint(rate), "--flood-burst", fmt.Sprint(burst))
	register(t, server.Addr, "alice", "bob")
	alice, bob := login(t, server.Addr, "alice"), login(t, server.Addr, "bob")
	pour := func(line, word string, n int) time.Duration {
		began := time.Now()
		for range n {
			alice.Send(line + "\r\n")
		}
		for i := range n {
			if r := alice.Read(); r.Word != word {
				t.Fatalf("%s %d: %s", line, i, r.Line)
			}
		}
		return time.Since(began)
	}
	const lines = 60
	if took := pour("ARTICLES", "ARTICLES", lines); took < (lines-burst-5)*time.Second/rate {
		t.Errorf("%d in %v: not slowed", lines, took)
	}
	for line, word := range map[string]string{"PING": "PONG", "AIDE PING": "AIDE", "QUI": "QUI"} {
		if took := pour(line, word, 10*lines); took > 10*lines*time.Second/rate/2 {
			t.Errorf("%d %s in %v: slowed", 10*lines, line, took)
		}
	}
	bob.Must("ARTICLES")
}
