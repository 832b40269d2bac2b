package lineserver

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/server/internal/wait"
)

// certificateAge is how often the files of a certificate are looked at: a
// renewed one is taken without a restart.
const certificateAge = 5 * time.Second

// Certificate is a pair of PEM files that are read again when they change.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	pair              atomic.Pointer[tls.Certificate]

	mu   sync.Mutex        // one reading at a time
	seen string            // what stood in the files when they were last read
	said *x509.Certificate // the log knows that its dates are wrong
}

// LoadCertificate reads a certificate and its key.
func LoadCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log}
	if _, err := c.read(true); err != nil {
		return nil, fmt.Errorf("certificat TLS : %w", err)
	}
	c.checkDates()
	return c, nil
}

// Config gives the settings of a TLS listener: 1.2 at least.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.pair.Load(), nil },
	}
}

// Watch reads the files when they change, until ctx ends.
func (c *Certificate) Watch(ctx context.Context) {
	wait.Every(ctx, certificateAge, func() {
		c.again(false)
		c.checkDates()
	})
}

// Reload reads the files now, and says in the log what came of it.
func (c *Certificate) Reload() { c.again(true) }

// again reads the files; a pair that cannot be used leaves the last one.
func (c *Certificate) again(always bool) {
	switch read, err := c.read(always); {
	case err != nil:
		c.log.Error("certificat TLS renouvelé inutilisable, l'ancien reste en service ; corrigez les fichiers, ils sont relus dans les secondes qui suivent",
			"certificat", c.certFile, "cle", c.keyFile, "erreur", err)
	case read:
		c.checkDates()
		c.log.Info("certificat TLS relu", "certificat", c.certFile, "expire", c.pair.Load().Leaf.NotAfter)
	}
}

// read takes the pair that stands in the files. Files that are as they were at
// the last reading are read only where always is set, so that each fault is
// said once.
func (c *Certificate) read(always bool) (read bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cert, certErr := os.ReadFile(c.certFile)
	key, keyErr := os.ReadFile(c.keyFile)
	err = errors.Join(certErr, keyErr)
	now := fmt.Sprintf("%x %x %v", sha256.Sum256(cert), sha256.Sum256(key), err)
	if now == c.seen && !always {
		return false, nil
	}
	c.seen = now
	if err != nil {
		return false, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return false, err
	}
	c.pair.Store(&pair)
	if info, err := os.Stat(c.keyFile); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&othersMay != 0 {
		c.log.Warn("la clé privée TLS est ouverte à tous sur cette machine : chmod 600",
			"cle", c.keyFile, "droits", info.Mode().Perm().String())
	}
	return true, nil
}

// checkDates warns once of a certificate that clients refuse for its dates.
func (c *Certificate) checkDates() {
	c.mu.Lock()
	defer c.mu.Unlock()
	leaf, now := c.pair.Load().Leaf, time.Now()
	if c.said != leaf && (now.After(leaf.NotAfter) || now.Before(leaf.NotBefore)) {
		c.said = leaf
		c.log.Warn("le certificat TLS n'est pas valable aujourd'hui : les clients le refuseront ; renouvelez-le",
			"certificat", c.certFile, "debut", leaf.NotBefore, "expire", leaf.NotAfter)
	}
}

// othersMay are the rights of everybody on a file.
const othersMay = 0o007

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
