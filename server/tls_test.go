package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// pairFiles are a certificate and its key, as the server reads them.
type pairFiles struct{ cert, key string }

// write makes a new self-signed pair of that serial number.
func (f pairFiles) write(t testing.TB, serial int64) {
	t.Helper()
	f.writeUntil(t, serial, time.Now().Add(time.Hour))
}

// writeUntil is write of one that ends then.
func (f pairFiles) writeUntil(t testing.TB, serial int64, end time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: end.Add(-2 * time.Hour), NotAfter: end,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		f.cert: {Type: "CERTIFICATE", Bytes: cert}, f.key: {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// newPair writes a first one.
func newPair(t testing.TB) pairFiles {
	t.Helper()
	dir := t.TempDir()
	files := pairFiles{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	files.write(t, 1)
	return files
}

// startTLS runs a server with both ports and gives the one of TLS.
func startTLS(t *testing.T) (server *process, addr string, files pairFiles) {
	t.Helper()
	files = newPair(t)
	server = start(t, testenv.Embedded(t), "--tls-addr", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key)
	return server, server.tlsAddr(), files
}

// tlsAddr is where the server listens for TLS.
func (p *process) tlsAddr() (addr string) {
	p.t.Helper()
	testenv.Eventually(p.t, 5*time.Second, func() error {
		_, after, _ := strings.Cut(p.logs.String(), `"en écoute TLS" adresse=`)
		addr, _, _ = strings.Cut(after, "\n")
		if addr == "" {
			return errors.New(p.logs.String())
		}
		return nil
	})
	return addr
}

// serial is the number of the certificate that the server shows, at a version
// of TLS.
func serial(addr string, version uint16) (int64, error) {
	c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version}) //nolint:gosec // a test's own server
	if err != nil {
		return 0, err
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}

// TestTLS: the whole dialogue over 1.2 and 1.3, nothing older.
func TestTLS(t *testing.T) {
	t.Parallel()
	server, addr, _ := startTLS(t)
	register(t, server.Addr, "alice")
	for version, ok := range map[uint16]bool{
		tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true,
	} {
		if _, err := serial(addr, version); (err == nil) != ok {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	nc, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, nc)
	if g := c.Read(); g.Word != "ETUSERVICES" {
		t.Fatalf("%s", g.Line)
	}
	c.Must("AUTH alice %s", password)
	c.Must("VENTE livre 1 Réseaux")
	c.Must("QUITTER")
	c.Closed()
}

// TestCertificateIsReadAgain without a restart; one that cannot be read leaves
// the last.
func TestCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	server, addr, files := startTLS(t)
	wait := func(want int64) {
		t.Helper()
		testenv.Eventually(t, 20*time.Second, func() error {
			n, err := serial(addr, tls.VersionTLS13)
			if err != nil {
				t.Fatal(err)
			}
			if n != want {
				return errors.New("still the old one")
			}
			return nil
		})
	}
	wait(1)
	info, err := os.Stat(files.cert)
	if err != nil {
		t.Fatal(err)
	}
	files.write(t, 2)
	for _, file := range []string{files.cert, files.key} { // as cp -p writes it
		if err := os.Chtimes(file, info.ModTime(), info.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
	wait(2)
	if err := os.WriteFile(files.cert, []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	testenv.WaitFor(t, 20*time.Second, "an error in the log", func() bool { return strings.Contains(server.logs.String(), "level=ERROR") })
	if n, err := serial(addr, tls.VersionTLS13); n != 2 {
		t.Fatalf("serial %d, %v", n, err)
	}
	files.write(t, 3)
	wait(3)
}

// TestWrongPort: plain text on the TLS port, TLS and HTTP on the plain
// one, and who says nothing to TLS, are each let go, in time.
func TestWrongPort(t *testing.T) {
	t.Parallel()
	server, addr, _ := startTLS(t)
	for name, c := range map[string]struct {
		addr, says, hears string
		least             time.Duration
	}{
		"plain text on TLS": {addr, "PING\r\n", "", 0},
		"silence on TLS":    {addr, "", "", 4 * time.Second},
		"TLS on plain":      {server.Addr, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "\r\n-ERR NO :Ce port parle en clair", 0},
		"HTTP on plain":     {server.Addr, "POST / HTTP/1.1\r\nHost: x\r\n\r\nAUTH alice x\r\n", "\r\n-ERR NO :Ce n'est pas un serveur web", 0},
		"HTTP without path": {server.Addr, "GET HTTP/1.0\n\n", "\r\n-ERR NO :Ce n'est pas un serveur web", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nc, err := net.Dial("tcp", c.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			began := time.Now()
			if _, err := io.WriteString(nc, c.says); err != nil {
				t.Fatal(err)
			}
			_ = nc.SetReadDeadline(began.Add(answerTime))
			heard, err := io.ReadAll(nc)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("still open after %v: %q", answerTime, heard)
			}
			if !strings.Contains(string(heard), c.hears) || strings.Count(string(heard), "-ERR") > 1 {
				t.Errorf("heard %q", heard)
			}
			if took := time.Since(began); took < c.least || took > 10*time.Second {
				t.Errorf("after %v", took)
			}
		})
	}
	dial(t, server.Addr).Must("PING")
}

// TestDangersAreSaid at the start, each with a warning of its own, and only
// where they are.
func TestDangersAreSaid(t *testing.T) {
	t.Parallel()
	files := newPair(t)
	secure := []string{"--tls-addr", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key, "--metrics-addr", "127.0.0.1:0"}
	server := start(t, testenv.Embedded(t), secure...)
	if logs := server.logs.String(); strings.Contains(logs, "level=WARN") {
		t.Errorf("warned of nothing:\n%s", logs)
	}
	server.Stop()
	files.writeUntil(t, 2, time.Now().Add(-time.Minute))
	if err := os.Chmod(files.key, 0o644); err != nil {
		t.Fatal(err)
	}
	server = start(t, testenv.Embedded(t), append(secure, "--metrics-addr", "0.0.0.0:0")...)
	testenv.WaitFor(t, 5*time.Second, "three warnings", func() bool { return strings.Count(server.logs.String(), "level=WARN") == 3 })
	says(t, server.logs.String(), "valable", "chmod 600", "mesures", files.key)
	if n, err := serial(server.tlsAddr(), tls.VersionTLS13); n != 2 {
		t.Errorf("serial %d, %v", n, err)
	}
}

// TestSilentClientsWhereThereIsNoPlace: however many say nothing to TLS while
// the server is full, others are told PLEIN on both ports, the silent ones are
// let go, and Ctrl+C is quick.
func TestSilentClientsWhereThereIsNoPlace(t *testing.T) {
	t.Parallel()
	const silent = 80 // more than are told why at a time
	files := newPair(t)
	server := start(t, testenv.Embedded(t), "--max-conns", "1", "--tls-addr", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key,
		"--handshake-time", "20s", "--stop-time", "20s")
	dial(t, server.Addr)
	addr := server.tlsAddr()
	var held []net.Conn
	for range silent {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		held = append(held, nc)
	}
	for name, connect := range map[string]func() (net.Conn, error){
		"in clear": func() (net.Conn, error) { return net.Dial("tcp", server.Addr) },
		"over TLS": func() (net.Conn, error) { return tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true}) }, //nolint:gosec // a test's own server
	} {
		nc, err := connect()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_ = nc.SetReadDeadline(time.Now().Add(10 * time.Second))
		if heard, err := io.ReadAll(nc); !strings.HasPrefix(string(heard), "-ERR PLEIN") {
			t.Errorf("%s: heard %q, %v", name, heard, err)
		}
		_ = nc.Close()
	}
	began := time.Now()
	server.signal(syscall.SIGINT)
	if err := server.wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("out %v after Ctrl+C", took)
	}
	for _, nc := range held {
		_ = nc.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := io.ReadAll(nc); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("a silent one is still held")
		}
	}
}

// TestCtrlCDuringHandshakes is quick: those who have a place and say nothing, and
// those who read nothing, hold nobody up.
func TestCtrlCDuringHandshakes(t *testing.T) {
	t.Parallel()
	files := newPair(t)
	server := start(t, testenv.Embedded(t), "--tls-addr", "127.0.0.1:0", "--tls-cert", files.cert, "--tls-key", files.key,
		"--handshake-time", "20s", "--stop-time", "1s", "--flood-rate", "0")
	for range 20 {
		nc, err := net.Dial("tcp", server.tlsAddr())
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
	}
	for range 4 { // read nothing
		nc, err := tls.Dial("tcp", server.tlsAddr(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // a test's own server
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		_ = nc.SetWriteDeadline(time.Now().Add(2 * time.Second)) // until every buffer is full
		for err == nil {
			_, err = nc.Write([]byte(strings.Repeat("AIDE\r\n", 100)))
		}
	}
	began := time.Now()
	server.signal(syscall.SIGINT)
	if err := server.wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("out %v after Ctrl+C", took)
	}
}
