package tcp

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificateAge is how long a certificate is used before its files are looked
// at again: a renewed one is taken without a restart.
const certificateAge = 5 * time.Second

// Certificate reads a pair of PEM files again when they change.
type Certificate struct {
	certFile, keyFile string

	mu      sync.Mutex
	checked time.Time
	changed time.Time
	pair    *tls.Certificate
}

// LoadCertificate reads a certificate and its key.
func LoadCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile}
	if _, err := c.get(nil); err != nil {
		return nil, err
	}
	return c, nil
}

// Config gives the settings of a TLS listener: 1.2 at least.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
}

// get gives the pair of the day; one that cannot be read leaves the last one.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pair != nil && time.Since(c.checked) < certificateAge {
		return c.pair, nil
	}
	c.checked = time.Now()
	changed, err := c.modified()
	if err == nil && !changed.Equal(c.changed) {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(c.certFile, c.keyFile); err == nil {
			c.pair, c.changed = &pair, changed
		}
	}
	if c.pair == nil {
		return nil, fmt.Errorf("certificat TLS : %w", err)
	}
	return c.pair, nil
}

// modified is when the later of the two files was written.
func (c *Certificate) modified() (latest time.Time, err error) {
	for _, file := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return latest, err
		}
		if info.ModTime().After(latest) {
			latest = info.ModTime()
		}
	}
	return latest, nil
}

// handshake does TLS's, where the connection has one, in the connection's own
// goroutine.
func (c *Conn) handshake(ctx context.Context) error {
	secure, ok := c.nc.(*tls.Conn)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.server.limits.HandshakeTime)
	defer cancel()
	return secure.HandshakeContext(ctx)
}
