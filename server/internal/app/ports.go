package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"

	"etuservices/server/internal/config"
	"etuservices/server/internal/lineserver"
)

// ports are what a server listens on.
type ports struct {
	lines       []net.Listener // unencrypted, then TLS
	certificate *lineserver.Certificate
	metrics     net.Listener // nil: off
}

func (p *ports) close() {
	for _, l := range append(p.lines, p.metrics) {
		if l != nil {
			_ = l.Close()
		}
	}
}

// takePorts opens every port that the settings ask for, or none.
func takePorts(ctx context.Context, cfg config.Config, log *slog.Logger) (_ *ports, err error) {
	p := &ports{}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	clear, err := listen(ctx, "écoute", cfg.Addr)
	if err != nil {
		return nil, err
	}
	withProxies := func(l net.Listener) net.Listener {
		return lineserver.WithProxies(l, cfg.ProxyNets, cfg.Limits.HandshakeTime)
	}
	p.lines = append(p.lines, withProxies(clear))
	if cfg.TLSAddr != "" {
		if p.certificate, err = lineserver.LoadCertificate(cfg.TLSCert, cfg.TLSKey, log); err != nil {
			return nil, err
		}
		secure, err := listen(ctx, "écoute TLS", cfg.TLSAddr)
		if err != nil {
			return nil, err
		}
		p.lines = append(p.lines, tls.NewListener(withProxies(secure), p.certificate.Config()))
	}
	if cfg.MetricsAddr != "" {
		if p.metrics, err = listen(ctx, "mesures", cfg.MetricsAddr); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// listen opens one port; what is its purpose, for the error message.
func listen(ctx context.Context, what, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s : le port de %s est déjà pris ; arrêtez le programme qui le tient (ss -ltnp le nomme), ou donnez une autre adresse", what, addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s : le port de %s n'est pas permis à ce compte ; donnez-en un au-dessus de 1023", what, addr)
	case err != nil:
		return nil, fmt.Errorf("%s : %s n'est pas une adresse de cette machine (hôte:port) : %w", what, addr, err)
	}
	return l, nil
}

// tryPorts fails where takePorts would, before anything is created. The ports are
// given back: clients wait for a server that is ready, not for one that starts.
func tryPorts(ctx context.Context, cfg config.Config) error {
	p, err := takePorts(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer p.close()
	if cfg.EmbeddedRedisAddr != "" && cfg.MySQLDSN == "" {
		l, err := listen(ctx, "Redis embarqué", cfg.EmbeddedRedisAddr)
		if err != nil {
			return err
		}
		return l.Close()
	}
	return nil
}
