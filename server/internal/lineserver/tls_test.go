package lineserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// selfSigned are the settings of a TLS listener with a certificate of its own.
func selfSigned(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1)}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}}}
}

// secure is the same client behind a TLS handshake, which it has not begun.
func (p *peer) secure() *peer {
	return newPeer(p.t, tls.Client(p.Conn, &tls.Config{InsecureSkipVerify: true})) //nolint:gosec // a test's own server
}

// TestCutWaitsForNobody: not for the last word of TLS to a client that reads
// nothing.
func TestCutWaitsForNobody(t *testing.T) {
	config := selfSigned(t)
	config.SessionTicketsDisabled = true // they would be written to a client that reads nothing
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		client, secure := tls.Client(far, &tls.Config{InsecureSkipVerify: true}), tls.Server(near, config) //nolint:gosec // a test's own server
		hand := make(chan error, 1)
		go func() { hand <- client.HandshakeContext(t.Context()) }()
		if err := errors.Join(secure.HandshakeContext(t.Context()), <-hand); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		(&Conn{nc: secure}).cut()
		if took := time.Since(began); took > 0 {
			t.Errorf("it waited %v", took)
		}
	})
}

// TestHandshakeTime has the exact instant: whoever does not shake hands
// is cut, however he spends the time, and frees his place; whoever does in the
// last nanosecond is let in, and nothing of that limit is left behind.
func TestHandshakeTime(t *testing.T) {
	config := selfSigned(t)
	const patience = 7 * time.Second // not the default
	begin := func(t *testing.T) (*Server, *peer, time.Time) {
		shop, l := newShop(), newPipes()
		shop.limits.HandshakeTime = patience
		s := shop.server(1)
		run(t, shop, s, tls.NewListener(l, config))
		start := time.Now()
		return s, l.dial(t), start
	}
	for _, c := range []struct {
		name string
		talk func(p *peer)
	}{
		{"silence", func(*peer) {}},
		{"a hello that never ends", func(p *peer) {
			p.writes("\x16\x03\x01\x02\x00") // a record of 512 bytes
			for range int(patience/time.Second) - 1 {
				time.Sleep(time.Second)
				p.writes("\x01")
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, p, start := begin(t)
				c.talk(p)
				if heard, err := io.ReadAll(p); err != nil || len(heard) > 0 {
					t.Errorf("heard %q, %v", heard, err)
				}
				after(t, start, patience)
				synctest.Wait()
				if n := s.Count(); n != 0 || len(s.slots) != 0 {
					t.Errorf("%d connections, %d places taken", n, len(s.slots))
				}
			})
		})
	}
	t.Run("just in time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			_, p, start := begin(t)
			time.Sleep(patience - time.Nanosecond)
			p = p.secure().greeted()
			after(t, start, patience-time.Nanosecond)
			time.Sleep(patience)
			p.asks("PING", "+OK PING")
			p.asks("BYE", "+OK BYE")
			p.wants("")
		})
	})
}
