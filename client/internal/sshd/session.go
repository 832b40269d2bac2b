package sshd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/ssh"
	"github.com/pires/go-proxyproto"
	gossh "golang.org/x/crypto/ssh"

	"etuservices/client/internal/api"
	"etuservices/client/internal/config"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/renderer"
)

// fewVariables bounds what a client may say of its terminal, and how often.
const fewVariables = 32

// variables are what a client may tell of its terminal and of its user's language.
var variables = []string{"LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "COLORTERM", "NO_COLOR"}

// openSession lets a connection have one session.
func (s *service) openSession(srv *ssh.Server, conn *gossh.ServerConn, asked gossh.NewChannel, ctx ssh.Context) {
	c := connectionOf(ctx)
	if c.taken.Swap(true) {
		_ = asked.Reject(gossh.ResourceShortage, i18n.T{Lang: s.Lang}.S(i18n.SSH.OneSession))
		return
	}
	ssh.DefaultSessionHandler(srv, conn, filtered{asked, c}, ctx)
}

func connectionOf(ctx ssh.Context) *connection {
	c, _ := ctx.Value(connectionKey{}).(*connection) // accept put it there
	return c
}

// filtered is a channel with only those requests that the screens need.
type filtered struct {
	gossh.NewChannel
	c *connection
}

func (f filtered) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	channel, asked, err := f.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	allowed := make(chan *gossh.Request)
	go func() {
		defer close(allowed)
		said := 0
		for r := range asked {
			switch r.Type {
			case "pty-req", "shell", "exec", "subsystem":
				allowed <- r
				continue
			case "env":
				var v struct{ Name, Value string }
				if said++; said <= fewVariables && gossh.Unmarshal(r.Payload, &v) == nil && slices.Contains(variables, v.Name) {
					allowed <- r
					continue
				}
			case "window-change":
				var size struct{ W, H, PixelsW, PixelsH uint32 }
				if gossh.Unmarshal(r.Payload, &size) == nil {
					f.c.resized(renderer.Size{W: int(size.W), H: int(size.H)})
				}
			}
			_ = r.Reply(false, nil) // it fails when the connection has ended
		}
	}()
	return channel, allowed, nil
}

// session shows the screens, or says what is wrong where something else is wanted.
func (s *service) session(sess ssh.Session) {
	c := connectionOf(sess.Context())
	defer c.deadline.Reset(leaveTime)
	defer func() {
		if fault := recover(); fault != nil { // of one session, not of the others
			s.Log.Error("panic", "fault", fault, "stack", string(debug.Stack()))
		}
	}()
	environ := map[string]string{}
	for _, v := range sess.Environ() {
		name, value, _ := strings.Cut(v, "=")
		environ[name] = value
	}
	cfg := s.configOf(sess.User(), environ)
	t := i18n.T{Lang: cfg.Lang}
	pty, _, terminal := sess.Pty()
	switch {
	case sess.RawCommand() != "" || sess.Subsystem() != "":
		end(sess, t.S(i18n.SSH.NoCommand))
	case !terminal || pty.Term == "dumb":
		end(sess, t.S(i18n.SSH.NoTerminal))
	default:
		size := renderer.Size{W: pty.Window.Width, H: pty.Window.Height}
		if size.W == 0 || size.H == 0 { // ssh -tt, with no terminal of its own
			size = renderer.Size{W: 80, H: 24}
		}
		select {
		case c.sizes <- size:
		default: // it has changed already
		}
		s.screens(sess, c, cfg, environ)
	}
}

// end ends a session with a sentence, in failure.
func end(sess ssh.Session, why string) {
	_, _ = io.WriteString(sess.Stderr(), why+"\n")
	_ = sess.Exit(1)
}

// configOf is the configuration of one session: the service's, the language and the
// signs as the user's own locale and terminal want them. The locale C, which says
// nothing of a language, and none at all leave the service's.
func (s *service) configOf(user string, environ map[string]string) config.Config {
	cfg := s.Config
	theirs, _ := config.Load(nil, func(name string) string { return environ[name] }) // without a home there is no file to go wrong
	cfg.UTF8, cfg.ASCII = theirs.UTF8, cfg.ASCII || theirs.ASCII
	locale, _, _ := strings.Cut(cmp.Or(environ["LC_ALL"], environ["LC_MESSAGES"], environ["LANG"], "C"), ".")
	if locale != "C" && locale != "POSIX" {
		cfg.Lang = theirs.Lang
	}
	cfg.Login = ""
	if _, bad := form.CheckLogin(user); !bad {
		cfg.Login = user
	}
	return cfg
}

// errIdle: no key came for too long. What it ends was given up.
var errIdle = fmt.Errorf("sshd: idle: %w", context.Canceled)

func (s *service) screens(sess ssh.Session, c *connection, cfg config.Config, environ map[string]string) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	defer context.AfterFunc(sess.Context(), func() { cancel(context.Canceled) })()
	// A terminal that takes nothing would keep the session from ending by itself.
	defer context.AfterFunc(ctx, func() { c.deadline.Reset(leaveTime) })()
	c.deadline.Stop()

	limit := time.Duration(cfg.SSH.Idle) * time.Minute
	idle := time.AfterFunc(limit, func() { cancel(errIdle) })
	defer idle.Stop()
	client := api.New(api.Options{Addr: cfg.Addr, TLS: s.TLS, Dial: s.dialer(c)})
	defer func() { _ = client.Close() }()
	began := time.Now()
	s.Log.Info("session", "from", sess.RemoteAddr())
	err := tui.Run(ctx, tui.Options{
		Config: cfg, API: client, Remote: true, Drafts: s.drafts, Program: s.Program, Debug: io.Discard,
		Terminal: renderer.OpenRemote(renderer.Remote{
			In: io.TeeReader(sess, onWrite(func() { idle.Reset(limit) })), Out: sess, Environ: environ, Sizes: c.sizes,
		}),
	})
	s.Log.Info("session ended", "from", sess.RemoteAddr(), "after", time.Since(began).Round(time.Second), "why", context.Cause(ctx))
	c.deadline.Reset(leaveTime)
	t := i18n.T{Lang: cfg.Lang}
	switch {
	case s.ctx.Err() != nil:
		end(sess, t.S(i18n.SSH.Stopped))
	case errors.Is(context.Cause(ctx), errIdle):
		end(sess, t.S(i18n.SSH.Idle, strconv.Itoa(cfg.SSH.Idle)))
	case err != nil:
		end(sess, err.Error())
	}
	_ = sess.Exit(0)
}

// onWrite is called at each write, and takes all of it.
type onWrite func()

func (f onWrite) Write(p []byte) (int, error) {
	f()
	return len(p), nil
}

// dialer connects a session to the server, which is told who is at its other end.
func (s *service) dialer(client net.Conn) func(context.Context) (net.Conn, error) {
	var d net.Dialer
	if s.SSH.From.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(s.SSH.From, 0))
	}
	return func(ctx context.Context) (net.Conn, error) {
		nc, err := d.DialContext(ctx, "tcp", s.Addr)
		if err != nil || d.LocalAddr == nil {
			return nc, err
		}
		if _, err := proxyproto.HeaderProxyFromAddrs(2, client.RemoteAddr(), client.LocalAddr()).WriteTo(nc); err != nil {
			_ = nc.Close() // the first error is the one to tell
			return nil, err
		}
		return nc, nil
	}
}
