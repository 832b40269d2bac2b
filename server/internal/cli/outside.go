package cli

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"etuservices/server/internal/config"
)

const (
	// certificateSpare before the end of a certificate, to renew it.
	certificateSpare = 14 * 24 * time.Hour
	// greetTime for what holds a port to say what it is.
	greetTime = 2 * time.Second
)

// examineTLS looks at the certificate and its key.
func examineTLS(r *report, cfg config.Config) {
	if cfg.TLSAddr == "" {
		return
	}
	pair, err := tls.LoadX509KeyPair(cfg.TLSCert, cfg.TLSKey)
	if err != nil {
		r.say(false, "certificat TLS : "+err.Error(), "vérifiez ETU_TLS_CERT et ETU_TLS_KEY (make certs, pour essayer)")
		return
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		r.say(false, "certificat TLS : "+err.Error(), "vérifiez ETU_TLS_CERT")
		return
	}
	why, left := "", time.Until(leaf.NotAfter)
	switch {
	case time.Now().Before(leaf.NotBefore):
		why = " : pas encore valable"
	case left <= 0:
		why = " : il a expiré"
	case left <= certificateSpare:
		why = fmt.Sprintf(" : il expire dans %d jours", int(left.Hours()/24))
	}
	r.say(why == "", "certificat TLS, du "+leaf.NotBefore.Format(time.DateOnly)+" au "+leaf.NotAfter.Format(time.DateOnly)+why,
		"renouvelez-le ; le serveur relit les fichiers de lui-même")
	info, err := os.Stat(cfg.TLSKey)
	if err == nil && runtime.GOOS != "windows" {
		r.say(info.Mode().Perm()&0o077 == 0, "clé TLS, mode "+info.Mode().Perm().String(), "d'autres comptes la lisent : chmod 600 "+cfg.TLSKey)
	}
}

// examinePorts looks whether each address can be listened on, or is a server's of
// ours that runs.
func examinePorts(ctx context.Context, r *report, cfg config.Config) {
	for _, port := range []struct {
		name, addr string
		ours       func(context.Context, string) bool
	}{
		{"ETU_ADDR", cfg.Addr, greets},
		{"ETU_TLS_ADDR", cfg.TLSAddr, greetsTLS},
		{"ETU_METRICS_ADDR", cfg.MetricsAddr, healthy},
	} {
		if port.addr == "" {
			continue
		}
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", port.addr)
		switch {
		case err == nil:
			_ = l.Close()
			r.say(true, port.name+" "+port.addr+" est libre", "")
		case errors.Is(err, syscall.EADDRINUSE) && port.ours(ctx, port.addr):
			r.say(true, port.name+" "+port.addr+" : un serveur EtuServices y répond", "")
		case errors.Is(err, syscall.EADDRINUSE):
			r.say(false, port.name+" "+port.addr+" est déjà pris par un autre programme", "arrêtez-le (ss -ltnp), ou donnez une autre adresse")
		default:
			r.say(false, port.name+" "+port.addr+" : "+err.Error(), "donnez une adresse de cette machine et un port permis")
		}
	}
}

const greeting = "+OK ETUSERVICES "

func greets(ctx context.Context, addr string) bool {
	return firstLine(ctx, addr, "", func(c net.Conn) net.Conn { return c }, greeting)
}

func greetsTLS(ctx context.Context, addr string) bool {
	return firstLine(ctx, addr, "", func(c net.Conn) net.Conn {
		return tls.Client(c, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // only the greeting is read
	}, greeting)
}

func healthy(ctx context.Context, addr string) bool {
	ask := fmt.Sprintf("GET /healthz HTTP/1.0\r\nHost: %s\r\n\r\n", addr)
	return firstLine(ctx, addr, ask, func(c net.Conn) net.Conn { return c }, "HTTP/1.0 200 ")
}

// firstLine says whether what answers at an address begins so.
func firstLine(ctx context.Context, addr, ask string, wrap func(net.Conn) net.Conn, begins string) bool {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		addr = net.JoinHostPort("localhost", port)
	}
	ctx, cancel := context.WithTimeout(ctx, greetTime)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	defer func() { _ = raw.Close() }()
	_ = raw.SetDeadline(time.Now().Add(greetTime))
	conn := wrap(raw)
	if _, err := conn.Write([]byte(ask)); err != nil {
		return false
	}
	line, _ := bufio.NewReader(conn).ReadString('\n')
	return strings.HasPrefix(line, begins)
}
