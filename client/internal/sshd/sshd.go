// Package sshd serves the screens over SSH: each session has its own program, its
// own renderer and its own connection to the server. There is nothing else: no
// shell, no command, no file transfer, no forwarding.
//
// Nobody is asked for a password by SSH. An account is one of the server's, which
// alone knows the passwords and counts the logins and the failures, address by
// address: one logs in on the screen, as over TCP.
package sshd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/charmbracelet/ssh"
	"github.com/charmbracelet/wish"
	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/time/rate"

	"etuservices/client/internal/config"
	"etuservices/client/internal/drafts"
	"etuservices/client/internal/i18n"
)

const (
	// startTime is how long a connection may take to begin its session: time to
	// compare the host key, which people are asked about at their first connection.
	startTime = time.Minute
	// leaveTime is how long a connection may outlive its session.
	leaveTime = 3 * time.Second
	// stopTime is how long the sessions have to leave when the service stops.
	stopTime = 2 * leaveTime
	// authTries is how many methods a client may try: the first one, "none", does.
	authTries = 3
)

// Options are what main decided.
type Options struct {
	config.Config             // of every session, and of the service (SSH)
	Dir           string      // of the host key and the drafts
	TLS           *tls.Config // of the connections to the server
	Program       string      // its version
	Log           *slog.Logger
}

// service is what all sessions share.
type service struct {
	Options
	ctx       context.Context // ends all sessions
	drafts    drafts.Store
	admission *admission
	startTime time.Duration
}

// Run serves until ctx ends; then the sessions are told, and ended.
func Run(ctx context.Context, opt Options) error {
	key, err := hostKey(filepath.Join(opt.Dir, "ssh_host_ed25519_key"), i18n.T{Lang: opt.Lang})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", opt.SSH.Listen)
	if err != nil {
		return fmt.Errorf("sshd: %w", err)
	}
	return serve(ctx, opt, listener, key, startTime)
}

func serve(ctx context.Context, opt Options, listener net.Listener, key ssh.Option, start time.Duration) error {
	s := &service{
		Options: opt, ctx: ctx, drafts: drafts.Store{Dir: opt.Dir}, startTime: start,
		admission: &admission{SSH: opt.SSH, visitors: map[netip.Prefix]*visitor{}, told: rate.Sometimes{Interval: refusalLog}},
	}
	srv, err := wish.NewServer(key, wish.WithVersion("EtuServices"))
	if err != nil {
		return fmt.Errorf("sshd: %w", err)
	}
	srv.ConnCallback = s.accept
	srv.ServerConfigCallback = func(ssh.Context) *gossh.ServerConfig { return &gossh.ServerConfig{MaxAuthTries: authTries} }
	srv.ChannelHandlers = map[string]ssh.ChannelHandler{"session": s.openSession}
	srv.Handler = s.session
	srv.SubsystemHandlers = map[string]ssh.SubsystemHandler{"default": s.session} // which refuses it with a sentence
	t := i18n.T{Lang: opt.Lang}
	opt.Log.Info(t.S(i18n.SSH.Listening, listener.Addr(), gossh.FingerprintSHA256(srv.HostSigners[0].PublicKey())))

	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("sshd: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if srv.Shutdown(end) != nil {
		_ = srv.Close() // whoever does not leave is cut off
	}
	return nil
}

// hostKey is the private key of this host, made at the first start.
func hostKey(path string, t i18n.T) (ssh.Option, error) {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		_ = os.Remove(path + ".pub") // of a key that was taken away: wish makes none beside it
	case err == nil && info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows":
		return nil, errors.New(t.S(i18n.SSH.LooseKey, path))
	}
	return wish.WithHostKeyPath(path), nil
}
