package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/lineserver"
	"etuservices/server/internal/metrics"
	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

// ErrInterrupted is the cause of a context that a person ended (Ctrl+C): clients are
// then not let go one after the other.
var ErrInterrupted = errors.New("interruption au clavier")

// Run is the whole life of a server: it ends when ctx does, or with the error
// that keeps it from starting. It reads its certificate again whenever reload
// receives. The line that programs wait for goes to out.
func Run(ctx context.Context, cfg config.Config, hash hashing.Options, reload <-chan struct{}, out io.Writer, log *slog.Logger) error {
	warnUnknown(log)
	if err := tryPorts(ctx, cfg); err != nil {
		return err
	}
	stores, err := openStores(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer stores.Close()
	a := New(cfg, hash, stores, log)
	defer a.Close()
	if err := a.Prepare(ctx); err != nil {
		return err
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if err := a.serveControl(working); err != nil {
		return err
	}
	return a.Serve(ctx, reload, out)
}

// GOGC, unless the environment sets it.
const (
	usualGC = 100
	// embeddedGC is for the embedded stores: each script of the in-process Redis
	// makes a Lua state. VENTE of 64 connections takes 0.78 ms, and 1.4 ms at 100
	// (BenchmarkEmbedded).
	embeddedGC = 300
	// crowdedGC is for more than crowd connections, most of which are idle: one takes
	// a fifth less memory than at 100 (BenchmarkIdle).
	crowdedGC, crowd = 50, 2000
	tuneEvery        = 5 * time.Second
)

// tuneMemory sets GOGC by the number of connections.
func (a *App) tuneMemory(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	now := usualGC
	tune := func() {
		want := usualGC
		switch {
		case a.Connections() > crowd:
			want = crowdedGC
		case a.cfg.MySQLDSN == "":
			want = embeddedGC
		}
		if want != now {
			now = want
			debug.SetGCPercent(now)
		}
	}
	tune()
	wait.Every(ctx, tuneEvery, tune)
}

// warnUnknown logs the ETU_ variables of the environment that are no settings.
func warnUnknown(log *slog.Logger) {
	for _, sentence := range config.Unknown(os.Environ()) {
		log.Warn("variable inconnue, sans effet : " + sentence)
	}
}

func openStores(ctx context.Context, cfg config.Config, log *slog.Logger) (*store.Stores, error) {
	return store.Open(ctx, store.Options{
		MySQLDSN: cfg.MySQLDSN, RedisURL: cfg.RedisURL,
		DataDir: cfg.Data, EmbeddedRedisAddr: cfg.EmbeddedRedisAddr, Log: log,
	})
}

// boardsWait is how long a start waits for the boards to be compared with the ledger: a
// thousand accounts take some milliseconds. A million that Redis lost take ten seconds,
// in which clients are served.
const boardsWait = time.Second

// Serve listens until ctx ends, then closes all connections. Everything that can
// fail at a start is done before it writes to out that it listens.
func (a *App) Serve(ctx context.Context, reload <-chan struct{}, out io.Writer) error {
	p, err := takePorts(ctx, a.cfg, a.log)
	if err != nil {
		return err
	}
	defer p.close()
	defer a.leaveCache(context.WithoutCancel(ctx))
	if err := a.Stores.JoinCache(ctx, a.log); err != nil {
		return err
	}
	if err := a.Hub.Enter(ctx); err != nil {
		return err
	}
	var background sync.WaitGroup
	began := time.Now()
	defer func() { a.logEnd(began) }()
	defer background.Wait()
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	background.Go(func() { a.Accounts.Run(work) })
	if a.hash.Worker {
		background.Go(func() { a.Accounts.Hasher.Run(work, a.log) })
	}
	background.Go(func() { a.Quota.RecordRefusals(work) })
	checked := make(chan struct{})
	background.Go(func() { a.Boards.Run(work, checked) })
	background.Go(func() { a.Hub.Run(work) })
	background.Go(func() { a.Monitor.Run(work) })
	background.Go(func() { a.Market.Run(work) })
	background.Go(func() { a.sweep(work) })
	background.Go(func() { a.tuneMemory(work) })
	background.Go(func() { a.Stores.Watch(work, a.log) })
	background.Go(func() { a.Stores.WatchInstallation(work, a.log) })
	if p.metrics != nil {
		background.Go(func() {
			if err := metrics.Serve(work, p.metrics, a.metrics.Handler(&a.leaving)); err != nil {
				a.log.Error("mesures interrompues", "erreur", err)
			}
		})
	}
	if p.certificate != nil {
		background.Go(func() { p.certificate.Watch(work) })
	}
	background.Go(func() { a.reload(work, p.certificate, reload) })
	select {
	case <-checked:
	case <-time.After(boardsWait):
	}
	a.logListening(p, out)
	served := make(chan error, len(p.lines))
	for _, l := range p.lines {
		background.Go(func() { served <- a.lines.Serve(work, l, a.open) })
	}
	a.logStart(ctx) // counts rows: no client waits for that
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	a.leaving.Store(true)
	a.Hub.Leaving()
	a.log.Info("arrêt demandé", "connexions", a.lines.Count(), "cause", context.Cause(ctx))
	for _, l := range p.lines {
		_ = l.Close() // Serve ends with it
	}
	a.drain(work, errors.Is(context.Cause(ctx), ErrInterrupted))
	return nil
}

// leaveCache lets the servers of this installation move to another Redis at once,
// where this was the last one on the present Redis.
func (a *App) leaveCache(ctx context.Context) {
	if !a.Hub.Alone() {
		return
	}
	if err := a.Stores.LeaveCache(ctx); err != nil {
		a.log.Warn("un changement de Redis devra attendre 30 s", "erreur", err)
	}
}

// drain closes all connections: over Limits.DrainTime, so that clients do not all
// reconnect to the other instances at once, or immediately where there is none.
func (a *App) drain(ctx context.Context, atOnce bool) {
	spread := a.cfg.Limits.DrainTime
	if atOnce || a.Hub.Alone() {
		spread = 0
	}
	ctx, cancel := context.WithTimeout(ctx, spread+a.cfg.Limits.StopTime)
	defer cancel()
	if spread > 0 {
		go func() {
			if a.Hub.UntilAlone(ctx) {
				a.lines.Hurry()
			}
		}()
	}
	if err := a.lines.Stop(ctx, spread); err != nil {
		a.log.Warn("connexions coupées à l'arrêt", "erreur", err)
	}
}

// reload reads the certificate again whenever asked receives.
func (a *App) reload(ctx context.Context, certificate *lineserver.Certificate, asked <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
		}
		if certificate == nil {
			a.log.Info("SIGHUP : aucun certificat à relire")
			continue
		}
		certificate.Reload()
	}
}

// sweepEvery is how often expired rows are deleted.
const sweepEvery = 10 * time.Minute

func (a *App) sweep(ctx context.Context) {
	wait.Every(ctx, sweepEvery, func() {
		if err := errors.Join(a.Accounts.Sweep(ctx), a.Quota.Sweep(ctx), a.Inbox.Sweep(ctx), a.Monitor.Sweep(ctx)); err != nil {
			a.log.Warn("ménage interrompu", "erreur", err)
		}
	})
}
