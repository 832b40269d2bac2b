// Command etu is the client of EtuServices: screens on a terminal, lines for a screen reader
// or a pipe (--simple), the bare protocol for scripts (exec), the screens over SSH (sshd).
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"etuservices/client/internal/api"
	"etuservices/client/internal/config"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/linemode"
	"etuservices/client/internal/prompt"
	"etuservices/client/internal/script"
	"etuservices/client/internal/sshd"
	"etuservices/client/internal/tokens"
	"etuservices/client/internal/tui"
	"etuservices/client/internal/tui/renderer"
	"etuservices/protocol"
)

// exitUsage is the exit code for an invalid command line.
const exitUsage = 2

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	cfg, err := config.Load(args, os.Getenv)
	t := i18n.T{Lang: cfg.Lang}
	switch {
	case cfg.Manual().Write(os.Stdout, append([]string{cfg.Command}, cfg.Lines...)):
		return 0
	case cfg.Help:
		fmt.Print(cfg.Usage())
		return 0
	case cfg.Version:
		fmt.Println("etu", protocol.BuildVersion())
		return 0
	case err != nil:
		return fail(exitUsage, err, t.S(i18n.Config.Hint))
	}
	if cfg.Forget {
		return forget(cfg, t)
	}
	opt := api.Options{Addr: cfg.Addr, Tokens: tokens.Store{Dir: config.StateDir(os.Getenv)}}
	if opt.TLS, err = tlsConfig(cfg); err != nil {
		return fail(exitUsage, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	switch {
	case cfg.Command == "exec":
		return runExec(ctx, cfg, t, opt)
	case cfg.Command == "sshd":
		return runSSHD(ctx, cfg, opt)
	case cfg.Simple || !onTerminal():
		return runSimple(ctx, cfg, t, opt)
	}
	return runScreens(ctx, cfg, opt)
}

func runExec(ctx context.Context, cfg config.Config, t i18n.T, opt api.Options) int {
	return script.Run(ctx, script.Options{
		API: opt, T: t, Login: cfg.Login, Lines: cfg.Lines, In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Password: func(ctx context.Context) (string, error) {
			if p := os.Getenv("ETU_PASSWORD"); p != "" {
				return p, nil
			}
			if ask := prompt.New(os.Stdin, os.Stderr); ask.Interactive() {
				return ask.Secret(ctx, t.S(i18n.Prompt.Password))
			}
			return "", prompt.ErrNobody
		},
	})
}

func runSimple(ctx context.Context, cfg config.Config, t i18n.T, opt api.Options) int {
	var out io.Writer = os.Stdout
	if !cfg.UTF8 && term.IsTerminal(int(os.Stdout.Fd())) {
		out = i18n.Plain(out)
	}
	return linemode.Run(ctx, linemode.Options{
		API: opt, T: t, Login: cfg.Login, Password: os.Getenv("ETU_PASSWORD"), Prompt: prompt.New(os.Stdin, out), Out: out,
	})
}

func runScreens(ctx context.Context, cfg config.Config, opt api.Options) int {
	debug := io.Writer(io.Discard)
	if path := os.Getenv("ETU_DEBUG"); path != "" {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return fail(exitUsage, fmt.Errorf("ETU_DEBUG: %w", err))
		}
		defer func() { _ = f.Close() }()
		debug = f
	}
	client := api.New(opt)
	defer func() { _ = client.Close() }() // only the socket ends; the session goes on
	err := tui.Run(ctx, tui.Options{
		Config: cfg, API: client, Terminal: renderer.Open(os.Stdin, os.Stdout), Password: os.Getenv("ETU_PASSWORD"), Program: protocol.BuildVersion(),
		Settings: config.File{Dir: config.Dir(os.Getenv)}, Debug: debug,
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		return fail(1, err)
	}
	return 0
}

// runSSHD keeps no session: whoever comes by SSH logs in on the screen.
func runSSHD(ctx context.Context, cfg config.Config, opt api.Options) int {
	dir := config.StateDir(os.Getenv)
	if dir == "" {
		return fail(exitUsage, errors.New("HOME, XDG_STATE_HOME ?"))
	}
	err := sshd.Run(ctx, sshd.Options{
		Config: cfg, Dir: dir, TLS: opt.TLS, Program: protocol.BuildVersion(), Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return fail(1, err)
	}
	return 0
}

func forget(cfg config.Config, t i18n.T) int {
	kept := tokens.Store{Dir: config.StateDir(os.Getenv)}
	var err error
	for _, encrypted := range []bool{false, true} {
		server := api.TokenKey(cfg.Addr, encrypted)
		if cfg.Login == "" {
			err = errors.Join(err, kept.Forget(server))
		} else {
			err = errors.Join(err, kept.Delete(server, cfg.Login))
		}
	}
	if err != nil {
		return fail(1, err)
	}
	fmt.Println(t.S(i18n.Config.Forgotten, cfg.Addr))
	return 0
}

// onTerminal says whether screens can be drawn. TERM=dumb cannot move a cursor.
func onTerminal() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("TERM") != "dumb"
}

func fail(code int, err error, more ...string) int {
	fmt.Fprintln(os.Stderr, "etu:", err)
	for _, m := range more {
		fmt.Fprintln(os.Stderr, m)
	}
	return code
}

// tlsConfig trusts the authority of --ca alone, or the system's; nil without --tls.
func tlsConfig(cfg config.Config) (*tls.Config, error) {
	if !cfg.TLS {
		return nil, nil
	}
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
		return nil, errors.New(t.S(i18n.Config.BadCA, cfg.CA))
	}
	return conf, nil
}
