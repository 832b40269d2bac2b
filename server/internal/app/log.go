package app

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/config"
	"etuservices/server/internal/demo"
	"etuservices/server/internal/market"
	"etuservices/server/internal/monitor"
)

// logListening writes to out and to the log where the server listens, and warns of
// what is dangerous about it.
func (a *App) logListening(p *ports, out io.Writer) {
	clear := p.lines[0].Addr().String()
	if !config.Loopback(clear) {
		a.log.Warn("ATTENTION : les mots de passe passent EN CLAIR sur une adresse publique ; préférez ETU_TLS_ADDR",
			"adresse", clear)
	}
	if p.metrics != nil {
		addr := p.metrics.Addr().String()
		if !config.Loopback(addr) {
			a.log.Warn("ATTENTION : les mesures sont lisibles par tous sur une adresse publique ; préférez une adresse locale (ETU_METRICS_ADDR), ou un pare-feu",
				"adresse", addr)
		}
		a.log.Info("mesures", "adresse", addr)
	}
	if len(p.lines) > 1 {
		a.log.Info("en écoute TLS", "adresse", p.lines[1].Addr().String())
	}
	fmt.Fprintf(out, "etuservices-server %s listening on %s\n", a.cfg.Instance, clear)
	if a.cfg.Demo {
		fmt.Fprint(out, demo.Help(clear))
	}
	a.log.Info("en écoute", "adresse", clear, "serveur", a.cfg.Instance)
}

// logStart writes the line of the log that says what runs.
func (a *App) logStart(ctx context.Context) {
	sql, redis := a.Stores.Versions(ctx)
	var users, admins, articles int64
	err := a.Stores.SQL.Read.QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM utilisateurs), (SELECT COUNT(*) FROM utilisateurs WHERE role = ?),
			(SELECT COUNT(*) FROM articles WHERE etat = ?)`, string(accounts.Admin), string(market.ForSale)).Scan(&users, &admins, &articles)
	a.log.Info("serveur prêt", "version", protocol.BuildVersion(), "serveur", a.cfg.Instance, "sql", sql, "redis", redis,
		"regle", fmt.Sprintf("%d par %s", a.cfg.QuotaMax, a.cfg.QuotaWindow),
		"comptes", users, "administrateurs", admins, "articles_en_vente", articles,
		"processeurs", runtime.GOMAXPROCS(0), "erreur", err)
}

// logEnd writes the last line of the log.
func (a *App) logEnd(began time.Time) {
	c := a.Monitor
	a.log.Info("serveur arrêté", "duree", time.Since(began).Round(time.Millisecond).String(), "connexions", a.lines.Total(),
		"commandes", c.Get(monitor.Commands), "logins", c.Get(monitor.Logins), "ventes", c.Get(monitor.Listings), "achats", c.Get(monitor.Purchases),
		"refus", c.Get(monitor.RefusedQuota)+c.Get(monitor.RefusedPassword)+c.Get(monitor.RefusedOther))
}
