package shell

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"
	"time"

	"etuservices/server/config"
	"etuservices/server/store"
)

const (
	// patience of the doctor with a store that does not answer.
	patience = 5 * time.Second
	// maxSkew between clocks, beyond which expiries and figures look wrong; the
	// quotas go by one clock and do not mind.
	maxSkew = 2 * time.Second
	// spareFiles a process needs beside its connections: stores, log, listener.
	spareFiles = 256
)

// report gathers what the doctor finds.
type report struct {
	out io.Writer
	bad int
}

func (r *report) say(ok bool, what, advice string) {
	if ok {
		fmt.Fprintln(r.out, "ok  ", what)
		return
	}
	r.bad++
	fmt.Fprintf(r.out, "MAL  %s\n     -> %s\n", what, advice)
}

// Examine checks settings, stores, clocks and limits, says on out what to do, and
// whether all is well. open opens the stores.
func Examine(ctx context.Context, cfg config.Config, out io.Writer, open func(context.Context) (*store.Stores, error)) (well bool) {
	r := &report{out: out}
	r.say(true, "réglages lisibles ; serveur "+cfg.Instance+" sur "+cfg.Addr, "")
	r.say(config.Loopback(cfg.Addr) || cfg.TLSAddr != "", "adresse d'écoute "+cfg.Addr,
		"les mots de passe passeraient en clair sur le réseau : donnez ETU_TLS_ADDR, ETU_TLS_CERT et ETU_TLS_KEY")
	files(r, cfg.MaxConns)

	opening, cancel := context.WithTimeout(ctx, patience)
	stores, err := open(opening)
	cancel()
	if err != nil {
		r.say(false, "magasins : "+err.Error(), adviceFor(cfg))
		return false
	}
	defer stores.Close()
	kind := "MySQL et Redis"
	if cfg.MySQLDSN == "" {
		kind = "magasins embarqués (" + cfg.Data + ")"
	}
	r.say(true, kind+" répondent, tables à jour", "")
	ctx, cancel = context.WithTimeout(ctx, patience)
	defer cancel()
	examineSQL(ctx, r, stores)
	examineRedis(ctx, r, stores, cfg.MySQLDSN == "")
	return r.bad == 0
}

func adviceFor(cfg config.Config) string {
	if cfg.MySQLDSN == "" {
		return "un serveur tient-il déjà le dossier " + cfg.Data + " ? Arrêtez-le, ou donnez un autre ETU_DATA"
	}
	return "vérifiez que MySQL et Redis tournent, ETU_MYSQL_DSN (user:motdepasse@tcp(hôte:3306)/base), ETU_REDIS_URL, et les droits du compte MySQL"
}

func examineSQL(ctx context.Context, r *report, s *store.Stores) {
	if s.SQL.Dialect == store.MySQL {
		var version, now string
		before := time.Now()
		err := s.SQL.Read.QueryRowContext(ctx, `SELECT VERSION(), UTC_TIMESTAMP(3)`).Scan(&version, &now)
		r.say(err == nil, "MySQL "+version, "la base ne répond pas : "+fmt.Sprint(err))
		at, parseErr := time.Parse(time.DateTime, now)
		r.say(parseErr == nil && skew(at, before) < maxSkew, "horloge de MySQL, à "+skew(at, before).Round(time.Millisecond).String(),
			"réglez les horloges (chrony, systemd-timesyncd)")
	}
	var admins int
	err := s.SQL.Read.QueryRowContext(ctx, `SELECT COUNT(*) FROM utilisateurs WHERE role = 'admin' AND etat = 'actif'`).Scan(&admins)
	r.say(err == nil && admins > 0, fmt.Sprintf("administrateurs actifs : %d", admins),
		"etuservices-server user add LOGIN EMAIL PRENOM NOM admin")
	var open sql.NullString
	err = s.SQL.Read.QueryRowContext(ctx, `SELECT valeur FROM reglages WHERE nom = 'inscriptions'`).Scan(&open)
	r.say(err == nil, "inscriptions "+open.String, "etuservices-server migrate")
}

func examineRedis(ctx context.Context, r *report, s *store.Stores, embedded bool) {
	before := time.Now()
	at, err := s.Redis.DB0.Time(ctx).Result()
	r.say(err == nil && skew(at, before) < maxSkew, "horloge de Redis, à "+skew(at, before).Round(time.Millisecond).String(),
		"réglez les horloges (chrony, systemd-timesyncd)")
	if embedded {
		return
	}
	info, err := s.Redis.DB0.Info(ctx, "server", "memory").Result()
	version, policy := infoField(info, "redis_version"), infoField(info, "maxmemory_policy")
	r.say(err == nil && newEnough(version), "Redis "+version, "il faut Redis 6.2 ou plus")
	r.say(policy == "" || policy == "noeviction" || strings.HasPrefix(policy, "volatile-"), "mémoire de Redis : "+policy,
		"CONFIG SET maxmemory-policy noeviction : une clé chassée fait relire le registre")
}

// skew between a clock that was read and ours.
func skew(theirs, ours time.Time) time.Duration { return theirs.Sub(ours).Abs() }

func infoField(info, name string) string {
	for line := range strings.Lines(info) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func newEnough(version string) bool {
	var major, minor int
	_, err := fmt.Sscanf(version, "%d.%d", &major, &minor)
	return err == nil && (major > 6 || major == 6 && minor >= 2)
}
