package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
	"etuservices/server/internal/cluster"
	"etuservices/server/internal/config"
	"etuservices/server/internal/demo"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/heap"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/lineserver"
	"etuservices/server/internal/market"
	"etuservices/server/internal/metrics"
	"etuservices/server/internal/session"
	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
)

// run is the whole life of a server: it ends when ctx does, or with the error
// that keeps it from starting. Its files are read again at each word from again.
// What programs wait for goes to out, the log to logs.
func run(ctx context.Context, cfg config.Config, hash hashing.Options, again <-chan struct{}, out, logs io.Writer) error {
	log := newLog(cfg, logs)
	for _, sentence := range config.Unknown(os.Environ()) {
		log.Warn("variable inconnue, sans effet : " + sentence)
	}
	if err := tryPorts(ctx, cfg); err != nil {
		return err
	}
	stores, err := store.Open(ctx, store.Options{
		MySQLDSN: cfg.MySQLDSN, RedisURL: cfg.RedisURL,
		DataDir: cfg.Data, EmbeddedRedisAddr: cfg.EmbeddedRedisAddr, Log: log,
	})
	if err != nil {
		return err
	}
	defer stores.Close()
	if cfg.MySQLDSN == "" {
		heap.Embedded()
	}

	house := newApp(cfg, hash, stores, log)
	defer house.quota.Close()
	if err := house.prepare(ctx, cfg); err != nil {
		return err
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if err := house.control(working, cfg); err != nil {
		return err
	}
	return house.serve(ctx, cfg, again, out)
}

// app is what a server is made of.
type app struct {
	accounts *accounts.Accounts
	market   *market.Market
	quota    *ledger.Limiter
	boards   *stats.Boards
	stores   *store.Stores
	hash     hashing.Options
	hub      *cluster.Hub
	admin    *admin.Admin
	metrics  *metrics.Metrics // nil: off
	leaving  atomic.Bool
	tcp      *lineserver.Server
	log      *slog.Logger
}

func newApp(cfg config.Config, hash hashing.Options, stores *store.Stores, log *slog.Logger) *app {
	h := &app{log: log, stores: stores, hash: hash, boards: stats.New(stores, log)}
	h.quota = ledger.New(stores, ledger.Rule{Max: cfg.QuotaMax, Window: cfg.QuotaWindow}, log)
	h.accounts = accounts.New(accounts.Options{
		Stores: stores, Quota: h.quota, Hasher: hashing.New(hash.Cost, cfg.Limits.HashWait), Instance: cfg.Instance,
		VisitsTTL: cfg.VisitsTTL, SessionTTL: cfg.SessionTTL, Attempts: cfg.Limits.Attempts, Door: cfg.Limits.PreAuthQueries,
		OnLogin: stats.Login, OnRegister: stats.Register,
		OnRevoke: func(ctx context.Context, tokens []string, line string) { h.hub.EndSessions(ctx, tokens, line) },
		Log:      log,
	})
	h.market = market.New(market.Options{
		Stores: stores, Quota: h.quota, Instance: cfg.Instance, OnCall: stats.Call, Log: log,
	})
	services := &session.Deps{
		Accounts: h.accounts, Market: h.market, Quota: h.quota, Boards: h.boards,
		Health: &stores.Health, Instance: cfg.Instance, Limits: cfg.Limits, Flood: cfg.FloodRate, Log: log,
	}
	h.tcp = lineserver.New(cfg, func(c *lineserver.Conn) lineserver.Session { return services.Open(c) }, log)
	services.Sockets = h.tcp.Count
	h.hub = cluster.New(cluster.Options{
		DB: stores.Redis.DB0, Channel: stores.Redis.Channel(), Instance: cfg.Instance,
		Rule: cfg.Rule(), Version: version(), Problem: h.problem, Sockets: h.tcp.Count, Totals: h.boards.Totals,
		AckNotice: h.market.AckNotice, Revoke: h.accounts.RevokeLocal, Log: log,
		Resync: func(ctx context.Context) {
			if err := errors.Join(h.accounts.RevalidateTokens(ctx), services.SendPendingNotices(ctx)); err != nil {
				log.Warn("état non relu après une coupure des événements", "erreur", err)
			}
		},
	})
	services.Hub = h.hub
	h.admin = admin.New(admin.Options{
		Stores: stores, Accounts: h.accounts, Quota: h.quota, Instance: cfg.Instance,
		SendTo: h.hub.SendTo, Broadcast: h.hub.Broadcast, Forget: h.boards.Forget, Log: log,
	})
	services.Admin = h.admin
	if cfg.MetricsAddr != "" {
		h.metrics = metrics.New(metrics.Options{Stores: stores, Hub: h.hub, Sockets: h.tcp.Count, Instance: cfg.Instance})
		services.Observe = h.metrics.Observe
		h.tcp.OnEnd = func(r lineserver.Reason) { h.metrics.Ended(string(r)) }
	}
	return h
}

// problem makes known what keeps this server from working with the others, once
// in the log and on /readyz until it is told nil.
func (h *app) problem(name string, err error) {
	switch {
	case err != nil:
		if h.stores.Health.Set(name, err.Error()) {
			h.log.Error("ce serveur ne peut pas travailler avec les autres", "sujet", name, "erreur", err)
		}
	case h.stores.Health.Clear(name):
		h.log.Info("ce serveur s'entend de nouveau avec les autres", "sujet", name)
	}
}

// prepare makes true what must be so before anybody is let in.
func (h *app) prepare(ctx context.Context, cfg config.Config) error {
	// What older versions wrote, brought to today's form.
	if err := errors.Join(h.accounts.Normalize(ctx), h.market.Refold(ctx)); err != nil {
		return err
	}
	if cfg.Demo {
		err := demo.Fill(ctx, h.stores, h.admin, h.accounts, h.market)
		if errors.Is(err, demo.ErrOthers) {
			return fmt.Errorf("%s contient d'autres comptes : la démonstration a un dossier à elle, donnez-en un vide ou aucun (ETU_DATA) : %w", cfg.Data, err)
		}
		if err != nil {
			return err
		}
	}
	if err := h.refuseKnown(ctx, cfg); err != nil {
		return err
	}
	if cfg.AdminLogin != "" {
		if err := h.ensureAdmin(ctx, cfg); err != nil {
			return fmt.Errorf("administrateur : %w", err)
		}
	}
	if err := h.boards.Check(ctx); err != nil {
		h.log.Warn("tableaux non vérifiés au démarrage", "erreur", err)
	}
	return nil
}

// errKnownPasswords is a public address before accounts whose passwords everybody
// knows.
var errKnownPasswords = errors.New("mots de passe connus de tous")

// refuseKnown keeps the demonstration, and its accounts, from a public address. A
// student's account is named only: anybody could open it, and would keep the
// server from starting.
func (h *app) refuseKnown(ctx context.Context, cfg config.Config) error {
	addr := cfg.PublicAddr()
	if addr == "" {
		return nil
	}
	marked, err := demo.Marked(ctx, h.stores)
	if err != nil {
		return err
	}
	if marked {
		return fmt.Errorf("%w : %s est le dossier de la démonstration, qui refuse l'adresse publique %s ; donnez un autre ETU_DATA, ou une adresse locale",
			errKnownPasswords, cfg.Data, addr)
	}
	known, err := demo.Known(ctx, h.stores)
	if err != nil {
		return err
	}
	if known.Admin {
		return fmt.Errorf("%w : l'administrateur %s a celui de la démonstration, et %s est une adresse publique ; changez-le : etuservices-server user passwd %s",
			errKnownPasswords, demo.AdminLogin, addr, demo.AdminLogin)
	}
	for _, login := range known.Logins {
		h.log.Warn("ce compte a le mot de passe de la démonstration, que tout le monde connaît", "login", login,
			"pour le changer", "etuservices-server user passwd "+login)
	}
	return nil
}

// ensureAdmin makes the administrator of the settings exist, and says in words
// why not.
func (h *app) ensureAdmin(ctx context.Context, cfg config.Config) error {
	err := h.admin.Ensure(ctx, cfg.AdminLogin, func() (string, error) {
		password, err := cfg.AdminsPassword()
		if err == nil && strings.TrimSpace(password) == "" {
			err = errors.New("ETU_ADMIN_PASSWORD n'a que des blancs ; donnez au moins un caractère visible")
		}
		if cfg.PublicAddr() != "" && cfg.AdminLogin == demo.AdminLogin && password == demo.Password {
			err = fmt.Errorf("%w : c'est celui de la démonstration, et %s est une adresse publique", errKnownPasswords, cfg.PublicAddr())
		}
		return password, err
	})
	var bad *accounts.Invalid
	switch {
	case errors.Is(err, admin.ErrStudent):
		return fmt.Errorf("%w (%s) ; rien n'est changé, choisissez un autre ETU_ADMIN_LOGIN", err, cfg.AdminLogin)
	case errors.As(err, &bad):
		return fmt.Errorf("ETU_ADMIN_PASSWORD : %w", err)
	}
	return err
}

// serve listens until ctx ends, then lets everybody go. All that can fail at a
// start has been done when it says on out that it listens.
func (h *app) serve(ctx context.Context, cfg config.Config, again <-chan struct{}, out io.Writer) error {
	p, err := takePorts(ctx, cfg, h.log)
	if err != nil {
		return err
	}
	defer p.close()
	defer h.leaveCache(context.WithoutCancel(ctx))
	if err := h.stores.JoinCache(ctx, h.log); err != nil {
		return err
	}
	if err := h.hub.Enter(ctx); err != nil {
		return err
	}
	var background sync.WaitGroup
	began := time.Now()
	defer func() { h.sayEnd(began) }()
	defer background.Wait()
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	background.Go(func() { h.accounts.Run(work) })
	if h.hash.Worker {
		background.Go(func() { h.accounts.Hasher.Run(work, h.log) })
	}
	background.Go(func() { h.boards.Run(work) })
	background.Go(func() { h.hub.Run(work) })
	background.Go(func() { h.market.Run(work) })
	background.Go(func() { h.sweep(work) })
	background.Go(func() { heap.Watch(work, h.tcp.Count) })
	background.Go(func() { h.stores.Watch(work, h.log) })
	background.Go(func() { h.stores.WatchInstallation(work, func(err error) { h.problem("installation", err) }) })
	if p.metrics != nil {
		background.Go(func() {
			if err := metrics.Serve(work, p.metrics, h.metrics.Handler(&h.leaving)); err != nil {
				h.log.Error("mesures interrompues", "erreur", err)
			}
		})
	}
	if p.certificate != nil {
		background.Go(func() { p.certificate.Watch(work) })
	}
	background.Go(func() { h.readAgain(work, p.certificate, again) })
	h.say(cfg, p, out)

	h.sayStart(ctx, cfg)
	served := make(chan error, len(p.lines))
	for _, l := range p.lines {
		background.Go(func() { served <- h.tcp.Serve(work, l) })
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	h.leaving.Store(true)
	h.hub.Leaving()
	h.log.Info("arrêt demandé", "connexions", h.tcp.Count(), "cause", context.Cause(ctx))
	for _, l := range p.lines {
		_ = l.Close() // Serve ends with it
	}
	h.letGo(work, cfg, errors.Is(context.Cause(ctx), errAtOnce))
	return nil
}

// leaveCache lets another Redis serve at once where no server of this one is left.
func (h *app) leaveCache(ctx context.Context) {
	if !h.hub.Alone() {
		return
	}
	if err := h.stores.LeaveCache(ctx); err != nil {
		h.log.Warn("un changement de Redis devra attendre 30 s", "erreur", err)
	}
}

// letGo ends all connections: over a while, so that reconnecting clients do not
// fall upon the other instances together, or at once where there is none.
func (h *app) letGo(ctx context.Context, cfg config.Config, atOnce bool) {
	spread := cfg.Limits.DrainTime
	if atOnce || h.hub.Alone() {
		spread = 0
	}
	ctx, cancel := context.WithTimeout(ctx, spread+cfg.Limits.StopTime)
	defer cancel()
	if spread > 0 {
		go func() {
			if h.hub.UntilAlone(ctx) {
				h.tcp.Hurry()
			}
		}()
	}
	if err := h.tcp.Stop(ctx, spread); err != nil {
		h.log.Warn("connexions coupées à l'arrêt", "erreur", err)
	}
}

// readAgain reads the files again that may have changed, at each word from again.
func (h *app) readAgain(ctx context.Context, certificate *lineserver.Certificate, again <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-again:
		}
		if certificate == nil {
			h.log.Info("SIGHUP : aucun certificat à relire")
			continue
		}
		certificate.Reload()
	}
}

// ports are what a server listens on.
type ports struct {
	lines       []net.Listener // in clear, then TLS's
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
	p.lines = append(p.lines, clear)
	if cfg.TLSAddr != "" {
		if p.certificate, err = lineserver.LoadCertificate(cfg.TLSCert, cfg.TLSKey, log); err != nil {
			return nil, err
		}
		secure, err := listen(ctx, "écoute TLS", cfg.TLSAddr)
		if err != nil {
			return nil, err
		}
		p.lines = append(p.lines, tls.NewListener(secure, p.certificate.Config()))
	}
	if cfg.MetricsAddr != "" {
		if p.metrics, err = listen(ctx, "mesures", cfg.MetricsAddr); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// listen opens one port; what is it to people.
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

// say tells on out and in the log where the server listens, and what of it is
// dangerous.
func (h *app) say(cfg config.Config, p *ports, out io.Writer) {
	clear := p.lines[0].Addr().String()
	if !config.Loopback(clear) {
		h.log.Warn("ATTENTION : les mots de passe passent EN CLAIR sur une adresse publique ; préférez ETU_TLS_ADDR",
			"adresse", clear)
	}
	if p.metrics != nil {
		addr := p.metrics.Addr().String()
		if !config.Loopback(addr) {
			h.log.Warn("ATTENTION : les mesures sont lisibles par tous sur une adresse publique ; préférez une adresse locale (ETU_METRICS_ADDR), ou un pare-feu",
				"adresse", addr)
		}
		h.log.Info("mesures", "adresse", addr)
	}
	if len(p.lines) > 1 {
		h.log.Info("en écoute TLS", "adresse", p.lines[1].Addr().String())
	}
	fmt.Fprintf(out, "etuservices-server %s listening on %s\n", cfg.Instance, clear)
	if cfg.Demo {
		fmt.Fprint(out, demo.Help(clear))
	}
	h.log.Info("en écoute", "adresse", clear, "serveur", cfg.Instance)
}

// sweepEvery is how often what ended is deleted: it takes room, nothing else.
const sweepEvery = 10 * time.Minute

func (h *app) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := errors.Join(h.accounts.Sweep(ctx), h.quota.Sweep(ctx)); err != nil {
				h.log.Warn("ménage interrompu", "erreur", err)
			}
		}
	}
}

// sayStart gives the log one line that says what runs.
func (h *app) sayStart(ctx context.Context, cfg config.Config) {
	sql, redis := h.stores.Versions(ctx)
	var users, admins, articles int64
	err := h.stores.SQL.Read.QueryRowContext(ctx, `
		SELECT (SELECT COUNT(*) FROM utilisateurs), (SELECT COUNT(*) FROM utilisateurs WHERE role = ?),
			(SELECT COUNT(*) FROM articles WHERE etat = ?)`, string(accounts.Admin), string(market.ForSale)).Scan(&users, &admins, &articles)
	h.log.Info("serveur prêt", "version", version(), "serveur", cfg.Instance, "sql", sql, "redis", redis,
		"regle", fmt.Sprintf("%d par %s", cfg.QuotaMax, cfg.QuotaWindow),
		"comptes", users, "administrateurs", admins, "articles_en_vente", articles,
		"processeurs", runtime.GOMAXPROCS(0), "erreur", err)
}

// sayEnd gives the log the line that ends a run.
func (h *app) sayEnd(began time.Time) {
	c := &h.hub.Counters
	h.log.Info("serveur arrêté", "duree", time.Since(began).Round(time.Millisecond).String(), "connexions", h.tcp.Total(),
		"commandes", c.Get(cluster.Commands), "logins", c.Get(cluster.Logins), "ventes", c.Get(cluster.Listings), "achats", c.Get(cluster.Purchases),
		"refus", c.Get(cluster.RefusedQuota)+c.Get(cluster.RefusedPassword)+c.Get(cluster.RefusedOther))
}
