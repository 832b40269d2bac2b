package main

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"

	"etuservices/server/internal/testenv"
)

const proxyAddress = "127.0.0.2"

// proxyHeader is what a balancer writes for a client, in version 1 or 2.
func proxyHeader(t testing.TB, version byte, client string) string {
	t.Helper()
	h := proxyproto.HeaderProxyFromAddrs(version, &net.TCPAddr{IP: net.ParseIP(client), Port: 40000}, &net.TCPAddr{IP: net.ParseIP(client), Port: 5890})
	text, err := h.Format()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// viaBalancer connects from the address of a balancer and writes header.
func viaBalancer(t testing.TB, addr, header string) net.Conn {
	t.Helper()
	nc := connectFrom(t, proxyAddress, addr)
	t.Cleanup(func() { _ = nc.Close() })
	if _, err := io.WriteString(nc, header); err != nil {
		t.Fatal(err)
	}
	return nc
}

// TestProxyHeader: the address in the header is the client's from then on, in the
// list of sessions and in the limits; without TLS and with it.
func TestProxyHeader(t *testing.T) {
	t.Parallel()
	files := newPair(t)
	server := start(t, testenv.Embedded(t), "--proxy-nets", proxyAddress, "--failures-minute", "3",
		"--tls-addr", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key,
		"--admin-login", "chef", "--admin-password", password)
	register(t, server.Addr, "alice", "bob", "carl")
	through := func(header string, secure bool) *client {
		t.Helper()
		addr := server.Addr
		if secure {
			addr = server.tlsAddr()
		}
		nc := viaBalancer(t, addr, header)
		if secure {
			nc = tls.Client(nc, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // a test's own server
		}
		c := newClient(t, nc)
		c.Read()
		return c
	}
	local, err := (&proxyproto.Header{Version: 2, Command: proxyproto.LOCAL}).Format()
	if err != nil {
		t.Fatal(err)
	}
	chef := login(t, server.Addr, "chef") // from 127.0.0.1, which writes no header
	for _, c := range []struct {
		name, header, address string
		secure                bool
	}{
		{"alice", proxyHeader(t, 1, "203.0.113.7"), "203.0.113.7", false},
		{"bob", proxyHeader(t, 2, "2001:db8::7"), "2001:db8::7", false},
		{"alice", proxyHeader(t, 2, "203.0.113.8"), "203.0.113.8", true},
		{"carl", "PROXY UNKNOWN\r\n", proxyAddress, false},
		{"bob", string(local), proxyAddress, false},
	} {
		through(c.header, c.secure).Must("AUTH %s %s", c.name, password)
		found := false
		for _, row := range chef.Must("SESSIONS").Rows {
			found = found || row.Fields.Get("login") == c.name && row.Fields.Get("adresse") == c.address
		}
		if !found {
			t.Errorf("no session of %s from %s", c.name, c.address)
		}
	}
	guess := func(address string) string {
		return through(proxyHeader(t, 1, address), false).Do("AUTH alice mauvais-mot").Word
	}
	for _, want := range []string{"ECHEC", "ECHEC", "ECHEC", "DEBIT"} {
		if got := guess("198.51.100.1"); got != want {
			t.Errorf("guess: %s, want %s", got, want)
		}
	}
	through(proxyHeader(t, 1, "198.51.100.2"), false).Must("AUTH alice %s", password)
}

// TestWrongProxyHeader: a connection from a proxy's network that does not say whose
// it is is closed without a word, and holds up nobody.
func TestWrongProxyHeader(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), "--proxy-nets", proxyAddress, "--handshake-time", "2s")
	silent := viaBalancer(t, server.Addr, "PROXY TCP4 203.0.113.7")
	began := time.Now()
	v2 := proxyHeader(t, 2, "203.0.113.7")
	overUnix, err := proxyproto.HeaderProxyFromAddrs(2, &net.UnixAddr{Net: "unix", Name: "/a"}, &net.UnixAddr{Net: "unix", Name: "/b"}).Format()
	if err != nil {
		t.Fatal(err)
	}
	for name, header := range map[string]string{
		"none":            "AUTH alice motdepasse\r\n",
		"an empty line":   "\r\n",
		"too long":        "PROXY TCP4 203.0.113.7 203.0.113.7 1 2 " + strings.Repeat("x", 200) + "\r\n",
		"not an address":  "PROXY TCP4 ici la 1 2\r\n",
		"unknown version": v2[:12] + "\x31" + v2[13:],
		"no TCP":          string(overUnix),
	} {
		nc := viaBalancer(t, server.Addr, header)
		_ = nc.SetReadDeadline(time.Now().Add(answerTime))
		if said, _ := io.ReadAll(nc); len(said) > 0 {
			t.Errorf("%s: %q", name, said)
		}
	}
	_ = silent.SetReadDeadline(time.Now().Add(answerTime))
	if said, err := io.ReadAll(silent); len(said) > 0 || time.Since(began) < time.Second {
		t.Errorf("half a header: %q, %v after %v", said, err, time.Since(began))
	}
	dial(t, server.Addr).Must("PING")
}

// TestProxyHeaderFromElsewhere is a line like any other.
func TestProxyHeaderFromElsewhere(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), "--proxy-nets", proxyAddress)
	if r := dial(t, server.Addr).Do("PROXY TCP4 203.0.113.7 203.0.113.7 1 2"); r.Word != "NO" {
		t.Error(r.Line)
	}
}

// TestProxyHeaderAndFirstRequestTogether: what follows the header in the same segment
// is read.
func TestProxyHeaderAndFirstRequestTogether(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), "--proxy-nets", proxyAddress)
	nc := viaBalancer(t, server.Addr, proxyHeader(t, 2, "203.0.113.7")+"PING\r\nQUITTER\r\n")
	_ = nc.SetReadDeadline(time.Now().Add(answerTime))
	if said, err := io.ReadAll(nc); err != nil || !bytes.Contains(said, []byte("+OK PONG\r\n+OK QUITTER")) {
		t.Errorf("%q, %v", said, err)
	}
}
