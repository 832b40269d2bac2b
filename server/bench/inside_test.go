package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/bench/bare"
	"etuservices/server/internal/app"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/session"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// BenchmarkAllocs is one request without its socket: what the server allocates
// beside what the bare driver does.
func BenchmarkAllocs(b *testing.B) {
	p := newPlace(b, testenv.Real(b), 8)
	d, err := bare.New(b.Context(), p.stores, oneUser, false)
	check(b, err)
	t := enter(b, p, oneUser)
	for _, c := range []struct {
		name, line string
		bare       func() error
	}{
		{"PING", "PING", nil},
		{"QUOTA", "QUOTA", func() error { return d.Quota(b.Context(), p.users[0]) }},
		{"STATS", "STATS", func() error { return d.Stats(b.Context()) }},
		{"VENTE", sale(0), func() error { return d.Sell(b.Context(), p.users[0], offers[0]) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.Run("side=server", func(b *testing.B) {
				_, err := t.say(b.Context(), c.line)
				check(b, err)
				request, ctx := []byte(c.line), b.Context()
				b.ReportAllocs()
				for b.Loop() {
					t.do(ctx, request)
				}
			})
			if c.bare == nil {
				return
			}
			b.Run("side=bare", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					check(b, c.bare())
				}
			})
		})
	}
}

// oneUser keeps some ten calls in the window of one user who makes a thousand
// a second.
var oneUser = ledger.Rule{Max: unlimited, Window: 10 * time.Millisecond}

var errRefused = errors.New("refused")

// enter logs the first user in, in this process.
func enter(t testing.TB, p *place, rule ledger.Rule) *talk {
	t.Helper()
	h := newInProcess(p.stores, rule)
	t.Cleanup(h.close)
	talk, err := h.login(t.Context(), p.users[0].Login, password)
	check(t, err)
	return talk
}

// inProcess is the server in this process, without its sockets: for counting what one
// request allocates, and what it asks of the stores.
type inProcess struct{ app *app.App }

func newInProcess(stores *store.Stores, rule ledger.Rule) *inProcess {
	cfg := config.Config{
		Instance: "banc", QuotaMax: rule.Max, QuotaWindow: rule.Window, MaxConns: 1,
		VisitsTTL: 30 * time.Second, SessionTTL: 30 * time.Minute, Limits: config.DefaultLimits,
	}
	return &inProcess{app.New(cfg, hashing.Options{Cost: cheapHash}, stores, slog.New(slog.DiscardHandler))}
}

func (h *inProcess) close() { h.app.Close() }

// talk is one connection that nobody carries.
type talk struct {
	session *session.Session
	out     protocol.Writer
}

type nowhere struct{}

func (nowhere) Exempt() bool                                { return true }
func (nowhere) SetAuthenticated(bool)                       {}
func (nowhere) Send(string, func())                         {}
func (nowhere) SendFeed(string, int, int, func(int) string) {}
func (nowhere) ClearFeed()                                  {}
func (nowhere) SendAndClose(string)                         {}
func (nowhere) Interrupt()                                  {}
func (nowhere) Address() string                             { return "127.0.0.1" }

// login opens a session and logs it in.
func (h *inProcess) login(ctx context.Context, login, password string) (*talk, error) {
	t := &talk{session: h.app.Sessions.Open(nowhere{})}
	_, err := t.say(ctx, "AUTH "+login+" "+password)
	return t, err
}

// say does one request and gives its reply.
func (t *talk) say(ctx context.Context, line string) (string, error) {
	t.do(ctx, []byte(line))
	reply := string(t.out.Bytes())
	if strings.Contains("\n"+reply, "\n-ERR") {
		return reply, fmt.Errorf("%w : %s", errRefused, reply)
	}
	return reply, nil
}

// do does one request as a connection does, its buffer at hand.
func (t *talk) do(ctx context.Context, line []byte) {
	t.out.Reset()
	t.session.Line(ctx, line, &t.out)
}
