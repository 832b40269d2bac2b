package link

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http/httptest"
	"testing"

	"etuservices/client/internal/link/linktest"
)

func TestTLS(t *testing.T) {
	maker := httptest.NewUnstartedServer(nil) // for its certificate of 127.0.0.1
	maker.StartTLS()
	defer maker.Close()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: maker.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			go func(nc net.Conn) { _, _ = nc.Write([]byte(linktest.Greeting + "\r\n")) }(nc)
		}
	}()
	trusted := x509.NewCertPool()
	trusted.AddCert(maker.Certificate())
	l := open(t, Options{Addr: ln.Addr().String(), TLS: &tls.Config{RootCAs: trusted}})
	for l.State().Phase != Online {
		if s := <-l.Changes(); s.Err != nil {
			t.Fatal(s.Err)
		}
	}
	for name, addr := range map[string]string{
		"unknown authority": ln.Addr().String(),
		"plain port":        linktest.Listen(t, func(c *linktest.Conn) { c.Say(linktest.Greeting) }),
	} {
		l := open(t, Options{Addr: addr, TLS: &tls.Config{}, Once: true})
		if _, err := l.Do(t.Context(), Request{Line: "PING"}); !errors.Is(err, ErrTLS) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
