// Package app is the one place where the server is put together, started and
// stopped. The program, the tests and the benchmarks use it alike.
package app

import (
	"log/slog"
	"sync/atomic"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
	"etuservices/server/internal/cluster"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/inbox"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/lineserver"
	"etuservices/server/internal/market"
	"etuservices/server/internal/metrics"
	"etuservices/server/internal/monitor"
	"etuservices/server/internal/session"
	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
)

// App is a server: its parts, each made with all that it works with.
type App struct {
	Stores   *store.Stores
	Quota    *ledger.Limiter
	Boards   *stats.Boards
	Accounts *accounts.Accounts
	Market   *market.Market
	Inbox    *inbox.Inbox
	Hub      *cluster.Hub
	Monitor  *monitor.Monitor
	Admin    *admin.Admin
	Sessions *session.Deps

	cfg     config.Config
	hash    hashing.Options
	lines   *lineserver.Server
	metrics *metrics.Metrics // nil: off
	leaving atomic.Bool
	log     *slog.Logger
}

// New puts a server together on open stores. It starts nothing; Close must be
// called at the end.
//
// Two cycles are broken by making one half first: the registry of sessions before the
// hub, which ends sessions in it, and the hub before the accounts, which end them through
// it; the recorder before the hub, which reports its figures, and the hub before the
// monitor, which reads what all instances reported.
func New(cfg config.Config, hash hashing.Options, stores *store.Stores, log *slog.Logger) *App {
	a := &App{Stores: stores, cfg: cfg, hash: hash, log: log}

	var observer observer = noMetrics{}
	if cfg.MetricsAddr != "" {
		a.metrics = metrics.New(stores, cfg.Instance)
		observer = a.metrics
	}
	a.lines = lineserver.New(cfg, observer, log)
	a.Boards = stats.New(stores, log)
	a.Quota = ledger.New(stores, ledger.Rule{Max: cfg.QuotaMax, Window: cfg.QuotaWindow}, log)
	a.Market = market.New(market.Options{
		Stores: stores, Quota: a.Quota, Instance: cfg.Instance, Stats: a.Boards, Log: log,
	})

	a.Inbox = inbox.New(stores.SQL)

	registry := accounts.NewRegistry(stores.SQL)
	recorder := monitor.NewRecorder()
	a.Hub = cluster.New(cluster.Options{
		DB: stores.Redis.DB0, Channel: stores.Redis.Channel(), Instance: cfg.Instance,
		Rule: cfg.Rule(), Version: protocol.BuildVersion(), Health: &stores.Health, Sockets: a.lines,
		Registry: registry, Notices: session.Notices{Market: a.Market}, Local: recorder, Log: log,
	})
	a.Monitor = monitor.New(a.Hub, recorder, a.Boards, stores.SQL, log)
	a.Accounts = accounts.New(accounts.Options{
		Stores: stores, Quota: a.Quota, Hasher: hashing.New(hash.Cost, cfg.Limits.HashWait), Instance: cfg.Instance,
		VisitsTTL: cfg.VisitsTTL, SessionTTL: cfg.SessionTTL, Attempts: cfg.Limits.Attempts, PreAuth: cfg.Limits.PreAuthQueries,
		Registry: registry, Revoker: a.Hub, Stats: a.Boards, Log: log,
	})
	a.Admin = admin.New(admin.Options{
		Stores: stores, Accounts: a.Accounts, Quota: a.Quota, Stats: a.Boards, Notifier: a.Hub, Instance: cfg.Instance, Log: log,
	})
	a.Sessions = &session.Deps{
		Accounts: a.Accounts, Market: a.Market, Inbox: a.Inbox, Quota: a.Quota, Boards: a.Boards, Hub: a.Hub, Monitor: a.Monitor, Admin: a.Admin,
		Health: &stores.Health, Instance: cfg.Instance, Limits: cfg.Limits, Flood: cfg.FloodRate, Observer: observer, Log: log,
	}
	if a.metrics != nil {
		a.metrics.Register(a.lines, a.Hub, a.Monitor)
	}
	return a
}

// Close ends what works in the background of an App that does not serve.
func (a *App) Close() { a.Quota.Close() }

// Connections is the number of open connections.
func (a *App) Connections() int64 { return a.lines.Count() }

// open begins the session of a connection.
func (a *App) open(c *lineserver.Conn) lineserver.Session { return a.Sessions.Open(c) }

// observer is told of every request and of every connection that ended.
type observer interface {
	session.Observer
	lineserver.Observer
}

// noMetrics is the observer of a server without metrics.
type noMetrics struct{}

func (noMetrics) Observe(*protocol.Verb, protocol.Code, time.Duration) {}
func (noMetrics) ConnEnded(lineserver.Reason)                          {}
