package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/config"
	"etuservices/server/internal/demo"
	"etuservices/server/internal/store"
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

// warn says what the server would warn of and start all the same.
func (r *report) warn(what, advice string) {
	fmt.Fprintf(r.out, "note %s\n     -> %s\n", what, advice)
}

// failed says what is the matter with a store, and what to do.
func (r *report) failed(what string, err error) {
	cause, advice := store.Explain(err)
	r.say(false, what+" : "+cause, advice)
}

// Diagnose checks settings, ports, certificate, stores, clocks and limits, says on
// out what to do, and whether all is well. It only looks: nothing is created, and
// the row and the keys that it writes to learn whether stores write are taken back.
// running are the stores of the server in which it is run; nil, it opens them.
func Diagnose(ctx context.Context, cfg config.Config, out io.Writer, running *store.Stores) (well bool) {
	r := &report{out: out}
	r.say(true, "réglages lisibles ; serveur "+cfg.Instance+" sur "+cfg.Addr, "")
	if !config.Loopback(cfg.Addr) {
		r.warn("adresse d'écoute "+cfg.Addr, "les mots de passe y passent en clair sur le réseau : donnez ETU_TLS_ADDR, ETU_TLS_CERT et ETU_TLS_KEY, et une adresse locale à ETU_ADDR")
	}
	examineTLS(r, cfg)
	if running == nil {
		examinePorts(ctx, r, cfg)
	} else {
		r.say(true, "serveur en marche", "")
	}
	files(r, cfg.MaxConns)

	ctx, cancel := context.WithTimeout(ctx, 4*patience)
	defer cancel()
	if running != nil {
		examineStores(ctx, r, cfg, running)
		return r.bad == 0
	}
	if cfg.MySQLDSN == "" && !hasStores(r, cfg) {
		return r.bad == 0
	}
	stores, err := store.Look(store.Options{MySQLDSN: cfg.MySQLDSN, RedisURL: cfg.RedisURL, DataDir: cfg.Data})
	if err != nil {
		r.say(false, "magasins : "+err.Error(), adviceFor(cfg))
		return false
	}
	defer stores.Close()
	examineStores(ctx, r, cfg, stores)
	return r.bad == 0
}

// hasStores says whether the folder holds embedded stores that can be looked at.
func hasStores(r *report, cfg config.Config) bool {
	_, err := os.Stat(filepath.Join(cfg.Data, store.SQLiteFile))
	if errors.Is(err, fs.ErrNotExist) {
		r.say(true, "magasins embarqués : aucun encore dans "+cfg.Data+" ; le premier démarrage les crée", "")
		return false
	}
	if err != nil {
		r.say(false, "magasins embarqués : "+err.Error(), "rendez ETU_DATA accessible au compte du serveur")
		return false
	}
	return true
}

func adviceFor(cfg config.Config) string {
	if cfg.MySQLDSN == "" {
		return "un serveur tient le dossier " + cfg.Data + " et ne répond pas (il démarre, s'arrête, ou est d'une version d'avant) : voyez-le, ou donnez un autre ETU_DATA"
	}
	return "vérifiez ETU_MYSQL_DSN (user:motdepasse@tcp(hôte:3306)/base) et ETU_REDIS_URL"
}

func examineStores(ctx context.Context, r *report, cfg config.Config, s *store.Stores) {
	examineSQL(ctx, r, cfg, s)
	if s.Redis == nil {
		return // embedded, and nobody serves it
	}
	examineRedis(ctx, r, cfg, s)
	looking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.CompareInstallation(looking, false); errors.Is(err, store.ErrOtherInstallation) {
		r.say(false, err.Error(), "le serveur ne démarre pas ainsi")
	}
	if err := s.CompareCache(looking); errors.Is(err, store.ErrOtherCache) {
		r.say(false, err.Error(), "le serveur ne démarre pas ainsi")
	}
}

func examineSQL(ctx context.Context, r *report, cfg config.Config, s *store.Stores) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	name := s.SQL.Dialect.String()
	if s.SQL.Dialect == store.SQLite {
		name += " (" + cfg.Data + ")"
	}
	if err := s.SQL.Ping(ctx); err != nil {
		r.failed(name, err)
		return
	}
	if err := s.SQL.CheckTables(ctx); err != nil {
		if errors.Is(err, store.ErrNewer) || errors.Is(err, store.ErrOlder) {
			r.say(false, name+" : "+err.Error(), "le démarrage met à jour des tables plus anciennes ; jamais l'inverse")
		} else {
			r.failed(name, err)
		}
		return
	}
	if err := s.TryWrite(ctx); err != nil {
		r.failed(name+" n'écrit pas", err)
	} else {
		r.say(true, name+" répond et écrit, tables à jour", "")
	}
	if s.SQL.Dialect == store.MySQL {
		examineMySQL(ctx, r, s)
	}
	var admins int
	err := s.SQL.Read.QueryRow(ctx, `SELECT COUNT(*) FROM utilisateurs WHERE role = 'admin' AND etat = 'actif'`).Scan(&admins)
	switch {
	case err != nil:
		r.failed("administrateurs", err)
	case admins == 0 && cfg.AdminLogin != "":
		r.say(true, "administrateurs actifs : 0 ; le démarrage crée "+cfg.AdminLogin, "")
	default:
		r.say(admins > 0, fmt.Sprintf("administrateurs actifs : %d", admins),
			"etuservices-server user add LOGIN EMAIL PRENOM NOM admin, ou user unblock LOGIN")
	}
	examineAccounts(ctx, r, s)
	var open string
	if err := s.SQL.Read.QueryRow(ctx, `SELECT valeur FROM reglages WHERE nom = 'inscriptions'`).Scan(&open); err != nil {
		r.failed("inscriptions", err)
	} else {
		r.say(true, "inscriptions "+open, "")
	}
}

// examineAccounts looks for those whose password everybody knows, and for those
// that share an e-mail address in two forms.
func examineAccounts(ctx context.Context, r *report, s *store.Stores) {
	shared, err := accounts.SharedAddresses(ctx, s.SQL.Read.Conn)
	if err != nil {
		r.failed("adresses e-mail", err)
		return
	}
	for _, address := range shared {
		r.say(false, "adresse e-mail de plusieurs comptes : "+address.Email+" ("+strings.Join(address.Logins, ", ")+")",
			"changez-la pour tous sauf un, dans la base (UPDATE utilisateurs SET email = … WHERE login = …)")
	}
	known, err := demo.Known(ctx, s)
	if err != nil {
		r.failed("comptes de démonstration", err)
		return
	}
	if marked, err := demo.Marked(ctx, s); err == nil && marked {
		r.say(true, "ce sont les magasins de la démonstration, qui n'ouvre pas d'adresse publique", "")
		return
	}
	r.say(len(known.Logins) == 0, strings.TrimSpace(fmt.Sprintf("comptes au mot de passe de la démonstration : %d %s", len(known.Logins), strings.Join(known.Logins, " "))),
		"etuservices-server user passwd LOGIN, pour chacun")
}

func examineMySQL(ctx context.Context, r *report, s *store.Stores) {
	var version, now string
	var most int
	before := time.Now()
	if err := s.SQL.Read.QueryRow(ctx, `SELECT VERSION(), UTC_TIMESTAMP(3), @@max_connections`).Scan(&version, &now, &most); err != nil {
		r.failed("MySQL", err)
		return
	}
	r.say(true, "version "+version, "")
	at, err := time.Parse(time.DateTime, now)
	r.say(err == nil && skew(at, before) < maxSkew, "horloge de MySQL, à "+skew(at, before).Round(time.Millisecond).String(),
		"réglez les horloges (chrony, systemd-timesyncd)")
	need := store.MySQLConns()
	r.say(most >= need, fmt.Sprintf("max_connections %d, dont %d pour ce serveur", most, need),
		fmt.Sprintf("SET GLOBAL max_connections = %d (et dans my.cnf), par serveur qui partage cette base", 2*need))
}

func examineRedis(ctx context.Context, r *report, cfg config.Config, s *store.Stores) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	name, embedded := "Redis", cfg.MySQLDSN == ""
	if embedded {
		name = "le Redis embarqué"
	}
	if err := s.Redis.Ping(ctx); err != nil {
		r.failed(name, err)
		return
	}
	if err := s.Redis.TryWrite(ctx); err != nil {
		r.failed(name+" n'écrit pas", err)
	} else {
		r.say(true, name+" répond et écrit", "")
	}
	before := time.Now()
	at, err := s.Redis.DB0.Time(ctx).Result()
	r.say(err == nil && skew(at, before) < maxSkew, "horloge de Redis, à "+skew(at, before).Round(time.Millisecond).String(),
		"réglez les horloges (chrony, systemd-timesyncd)")
	if embedded {
		return
	}
	info, err := s.Redis.DB0.Info(ctx, "server", "memory").Result()
	if redis.IsPermissionError(err) { // INFO is @dangerous, and nothing else needs it
		r.say(true, "Redis : version et mémoire non lues, ce compte n'a pas droit à INFO", "")
		return
	}
	version, policy := infoField(info, "redis_version"), infoField(info, "maxmemory_policy")
	r.say(err == nil && newEnough(version), "Redis "+version, "il faut Redis 6.2 ou plus")
	r.say(policy == "" || policy == "noeviction" || strings.HasPrefix(policy, "volatile-"), "mémoire de Redis : "+policy,
		"CONFIG SET maxmemory-policy noeviction : une clé chassée fait relire le registre")
	used, most := infoNumber(info, "used_memory"), infoNumber(info, "maxmemory")
	limit := "sans limite"
	if most > 0 {
		limit = fmt.Sprintf("sur %.1f", most/(1<<20))
	}
	r.say(most == 0 || used < fullMemory*most, fmt.Sprintf("mémoire de Redis : %.1f Mo, %s", used/(1<<20), limit),
		"augmentez maxmemory (CONFIG SET maxmemory 256mb)")
}

// fullMemory is how much of its memory Redis may use before it is said.
const fullMemory = 0.9

func infoNumber(info, name string) float64 {
	n, _ := strconv.ParseFloat(infoField(info, name), 64) // a hosted Redis may not say
	return n
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
