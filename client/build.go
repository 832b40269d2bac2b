package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"etuservices/client/config"
	"etuservices/client/i18n"
)

// tlsConfig trusts the authority of --ca alone, or the system's.
func tlsConfig(cfg config.Config) (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.CA == "" {
		return conf, nil
	}
	pem, err := os.ReadFile(cfg.CA)
	if err != nil {
		return nil, fmt.Errorf("--ca: %w", err)
	}
	conf.RootCAs = x509.NewCertPool()
	if !conf.RootCAs.AppendCertsFromPEM(pem) {
		t := i18n.T{Lang: cfg.Lang}
		return nil, errors.New(t.S(i18n.ConfigBadCA, cfg.CA))
	}
	return conf, nil
}
