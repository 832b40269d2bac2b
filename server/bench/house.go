package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/bench/site"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/cluster"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/market"
	"etuservices/server/internal/session"
	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
)

// house is the server's trade in this process, without its sockets: for
// counting what one request allocates, and what it asks of the stores.
type house struct {
	services *session.Deps
	boards   *stats.Boards
	quota    *ledger.Limiter
}

func newHouse(stores *store.Stores, rule ledger.Rule) *house {
	log := slog.New(slog.DiscardHandler)
	h := &house{boards: stats.New(stores, log), quota: ledger.New(stores, rule, log)}
	h.services = &session.Deps{
		Accounts: accounts.New(accounts.Options{
			Stores: stores, Quota: h.quota, Hasher: hashing.New(site.CheapHash, config.DefaultLimits.HashWait), Instance: "banc",
			VisitsTTL: 30 * time.Second, SessionTTL: 30 * time.Minute,
			OnLogin: stats.Login, OnRegister: stats.Register, Log: log,
		}),
		Market: market.New(market.Options{
			Stores: stores, Quota: h.quota, Instance: "banc", OnCall: stats.Call, Log: log,
		}),
		Quota: h.quota, Boards: h.boards, Instance: "banc",
		Hub:    &cluster.Hub{Options: cluster.Options{Sockets: func() int64 { return 1 }}},
		Limits: config.DefaultLimits, Sockets: func() int64 { return 1 }, Log: log,
	}
	return h
}

func (h *house) close() { h.quota.Close() }

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
func (h *house) login(ctx context.Context, login, password string) (*talk, error) {
	t := &talk{session: h.services.Open(nowhere{})}
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
