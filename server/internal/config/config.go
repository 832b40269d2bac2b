// Package config holds every setting of the server and every limit that whoever
// runs it may change: its default, its reason, its check.
package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"etuservices/protocol"
)

// Config is what a server runs with.
type Config struct {
	Addr              string
	MySQLDSN          string
	RedisURL          string
	Data              string // folder of the embedded stores
	EmbeddedRedisAddr string
	AdminLogin        string
	AdminPassword     string
	AdminPasswordFile string // instead of it
	QuotaMax          int
	QuotaWindow       time.Duration
	VisitsTTL         time.Duration
	SessionTTL        time.Duration
	TLSAddr           string // "": no TLS
	TLSCert, TLSKey   string // PEM files
	Instance          string
	MetricsAddr       string // "": off
	MaxConns          int
	MaxConnsPerIP     int
	ExemptNets        []netip.Prefix // limits per address leave these alone
	ProxyNets         []netip.Prefix // connections from there begin with a PROXY header
	FloodRate         int            // verbs that reach a store, a second and connection; 0 is off
	Demo              bool
	Debug             bool
	LogFormat         string // LogText or LogJSON
	Limits            Limits
}

// ErrInvalid is a setting that cannot be run with.
var ErrInvalid = errors.New("réglage invalide")

// Load reads the settings from the command line and, where it is silent, from
// the environment (--name, ETU_NAME). Its errors wrap ErrInvalid or are
// flag.ErrHelp, what people read having been written to out.
func Load(args []string, getenv func(string) string, out io.Writer) (Config, error) {
	c := Config{Limits: DefaultLimits}
	fs := c.flags()
	if err := fromEnvironment(fs, getenv); err != nil {
		return c, err
	}
	if err := parse(fs, args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			for _, o := range Options() {
				fmt.Fprintf(out, "  %s\n    \t%s\n", o.Usage(), o.Text)
			}
		}
		return c, err
	}
	if c.Demo && !isGiven(fs, "data") {
		c.Data = DefaultData() + "-demo"
	}
	return c, c.check()
}

// isGiven says whether an option was set, on the command line or by its variable.
func isGiven(fs *flag.FlagSet, name string) (given bool) {
	fs.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	return given
}

// flags are the options, which set the fields of c.
func (c *Config) flags() *flag.FlagSet {
	fs := flag.NewFlagSet("etuservices-server", flag.ContinueOnError)
	fs.StringVar(&c.Addr, "addr", protocol.DefaultAddr, "adresse d'écoute")
	fs.StringVar(&c.MySQLDSN, "mysql-dsn", "", "MySQL ou MariaDB, forme de go-sql-driver : user:motdepasse@tcp(hôte:3306)/base")
	fs.StringVar(&c.RedisURL, "redis-url", "", "Redis : redis://hôte:6379 ; plusieurs hôtes par ?addr=, Sentinel par ?master_name=")
	fs.StringVar(&c.Data, "data", DefaultData(), "dossier des magasins embarqués, sans MySQL ni Redis")
	fs.StringVar(&c.EmbeddedRedisAddr, "embedded-redis-addr", "", "adresse locale où le Redis embarqué écoute aussi, pour redis-cli (vide : aucune)")
	fs.StringVar(&c.AdminLogin, "admin-login", "", "login de l'administrateur, créé au démarrage")
	fs.StringVar(&c.AdminPassword, "admin-password", "", "mot de passe de l'administrateur, si le compte est à créer ; ps montre les options à tous : préférez ETU_ADMIN_PASSWORD, ou un fichier")
	fs.StringVar(&c.AdminPasswordFile, "admin-password-file", "", "fichier (0600) dont la première ligne est le mot de passe de l'administrateur")
	fs.IntVar(&c.QuotaMax, "quota-max", 10, "connexions, et appels de services, permis par fenêtre")
	fs.DurationVar(&c.QuotaWindow, "quota-window", 10*time.Minute, "longueur de la fenêtre glissante")
	fs.DurationVar(&c.VisitsTTL, "visits-ttl", 30*time.Second, "durée sans connexion qui remet les visites à zéro")
	fs.DurationVar(&c.SessionTTL, "session-ttl", 30*time.Minute, "vie d'un jeton après son dernier usage")
	fs.StringVar(&c.TLSAddr, "tls-addr", "", "adresse d'écoute en TLS (vide : aucune)")
	fs.StringVar(&c.TLSCert, "tls-cert", "", "certificat TLS, fichier PEM, relu quand il change")
	fs.StringVar(&c.TLSKey, "tls-key", "", "clé du certificat, fichier PEM")
	fs.StringVar(&c.MetricsAddr, "metrics-addr", "", "adresse de /metrics (Prometheus), /healthz et /readyz (vide : aucune)")
	fs.StringVar(&c.Instance, "instance", "", "nom de ce serveur parmi d'autres (vide : hôte et processus)")
	fs.IntVar(&c.MaxConns, "max-conns", 16384, "connexions tenues au plus ; une de plus reçoit PLEIN")
	fs.IntVar(&c.MaxConnsPerIP, "max-conns-per-ip", 1024, "connexions d'une même adresse au plus : une classe derrière un NAT en est une seule")
	c.ExemptNets = LoopbackNets
	fs.Func("exempt-nets", "réseaux que les limites par adresse épargnent, séparés par des virgules (défaut : l'adresse locale)", parseNets(&c.ExemptNets))
	fs.Func("proxy-nets", "réseaux des répartiteurs, dont chaque connexion commence par un en-tête PROXY (v1 ou v2) qui dit l'adresse du client", parseNets(&c.ProxyNets))
	fs.IntVar(&c.FloodRate, "flood-rate", 100, "commandes par seconde et connexion au-delà desquelles elle est ralentie ; 0 : jamais")
	fs.BoolVar(&c.Demo, "demo", false, "comptes et articles de démonstration, dans un dossier à eux (défaut : celui de --data suivi de -demo) ; seulement sur une adresse locale, sans MySQL")
	fs.BoolVar(&c.Debug, "debug", false, "journal détaillé")
	fs.StringVar(&c.LogFormat, "log-format", LogText, "forme du journal : "+LogText+" ou "+LogJSON)
	c.Limits.register(fs)
	return fs
}

// fromEnvironment gives each option its variable, which the command line
// overrides.
func fromEnvironment(fs *flag.FlagSet, getenv func(string) string) (err error) {
	fs.VisitAll(func(f *flag.Flag) {
		name := variable(f.Name)
		value := getenv(name)
		if value == "" || err != nil {
			return
		}
		if e := fs.Set(f.Name, value); e != nil {
			err = refusedValue(name, value, f, e)
		}
	})
	return err
}

// LoopbackNets are exempt by default: who is on the machine is trusted.
var LoopbackNets = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// parseNets reads a list of networks and addresses, with commas between, into nets.
func parseNets(nets *[]netip.Prefix) func(list string) error {
	return func(list string) error {
		*nets = nil
		for one := range strings.SplitSeq(list, ",") {
			one = strings.TrimSpace(one)
			if one == "" {
				continue
			}
			if !strings.Contains(one, "/") {
				if ip, err := netip.ParseAddr(one); err == nil {
					one = netip.PrefixFrom(ip, ip.BitLen()).String()
				}
			}
			net, err := netip.ParsePrefix(one)
			if err != nil {
				return fmt.Errorf("%s n'est ni une adresse ni un réseau comme 10.0.0.0/8", one)
			}
			*nets = append(*nets, net.Masked())
		}
		return nil
	}
}

func (c *Config) check() error {
	if (c.MySQLDSN == "") != (c.RedisURL == "") {
		return fmt.Errorf("%w : ETU_MYSQL_DSN et ETU_REDIS_URL vont ensemble ; donnez les deux, ou aucun", ErrInvalid)
	}
	if c.AdminPassword != "" && c.AdminPasswordFile != "" {
		return fmt.Errorf("%w : ETU_ADMIN_PASSWORD ou ETU_ADMIN_PASSWORD_FILE, l'un des deux", ErrInvalid)
	}
	if (c.AdminLogin == "") != (c.AdminPassword == "" && c.AdminPasswordFile == "") {
		return fmt.Errorf("%w : ETU_ADMIN_LOGIN et ETU_ADMIN_PASSWORD vont ensemble", ErrInvalid)
	}
	if c.AdminLogin != "" {
		login, ok := protocol.ParseLogin(c.AdminLogin)
		if !ok {
			return fmt.Errorf("%w : ETU_ADMIN_LOGIN n'est pas un login : %q", ErrInvalid, c.AdminLogin)
		}
		c.AdminLogin = login
	}
	if c.QuotaMax < 1 || c.QuotaWindow < time.Millisecond || c.VisitsTTL < time.Millisecond || c.SessionTTL < time.Millisecond || c.MaxConns < 1 || c.MaxConnsPerIP < 1 || c.FloodRate < 0 {
		return fmt.Errorf("%w : quotas, durées et nombre de connexions doivent être positifs", ErrInvalid)
	}
	if c.TLSAddr != "" && (c.TLSCert == "" || c.TLSKey == "") {
		return fmt.Errorf("%w : ETU_TLS_ADDR demande ETU_TLS_CERT et ETU_TLS_KEY", ErrInvalid)
	}
	if c.Demo && c.MySQLDSN != "" {
		return fmt.Errorf("%w : la démonstration (ETU_DEMO) a un dossier à elle et des mots de passe connus ; elle refuse ETU_MYSQL_DSN", ErrInvalid)
	}
	if addr := c.PublicAddr(); c.Demo && addr != "" {
		return fmt.Errorf("%w : la démonstration a des mots de passe connus ; elle refuse l'adresse publique %s", ErrInvalid, addr)
	}
	if c.EmbeddedRedisAddr != "" && !Loopback(c.EmbeddedRedisAddr) {
		return fmt.Errorf("%w : le Redis embarqué n'écoute que sur une adresse locale", ErrInvalid)
	}
	if c.Instance = strings.TrimSpace(c.Instance); c.Instance == "" {
		host, err := os.Hostname()
		if err != nil {
			host = "serveur"
		}
		c.Instance = fmt.Sprintf("%s-%d", host, os.Getpid())
	}
	c.Instance = instanceName(c.Instance)
	if c.LogFormat != LogText && c.LogFormat != LogJSON {
		return fmt.Errorf("%w : ETU_LOG_FORMAT est %s ou %s, pas %q", ErrInvalid, LogText, LogJSON, c.LogFormat)
	}
	return c.Limits.check()
}

// The forms of the log.
const (
	LogText = "texte"
	LogJSON = "json"
)

// AdminsPassword gives the administrator's password, for whom it must be made.
func (c *Config) AdminsPassword() (string, error) {
	if c.AdminPasswordFile == "" {
		return c.AdminPassword, nil
	}
	text, err := os.ReadFile(c.AdminPasswordFile)
	if err != nil {
		return "", fmt.Errorf("ETU_ADMIN_PASSWORD_FILE : %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

// Rule is what all instances on the same stores must agree on, as NAME=value
// with blanks between.
func (c *Config) Rule() string {
	return fmt.Sprintf("ETU_QUOTA_MAX=%d ETU_QUOTA_WINDOW=%s ETU_VISITS_TTL=%s ETU_SESSION_TTL=%s",
		c.QuotaMax, c.QuotaWindow, c.VisitsTTL, c.SessionTTL)
}

// maxInstance is the width, in characters, of the column that keeps an
// instance's name.
const maxInstance = 64

// PublicAddr is an address to listen on that others than this machine reach; ""
// where there is none.
func (c *Config) PublicAddr() string {
	for _, addr := range []string{c.Addr, c.TLSAddr} {
		if addr != "" && !Loopback(addr) {
			return addr
		}
	}
	return ""
}

// instanceName makes a name that every store, label and line takes: valid UTF-8
// on one line, its last maxInstance characters, which hold the process's number.
func instanceName(name string) string {
	chars := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '_'
	}, strings.ToValidUTF8(name, string(utf8.RuneError))))
	return string(chars[max(0, len(chars)-maxInstance):])
}

// Loopback says whether a listening address is reached from this machine only.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// DefaultData is the user's data folder (XDG), so that `go run` from any folder
// finds the same accounts again.
func DefaultData() string {
	base := os.Getenv("XDG_DATA_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			home = os.TempDir()
		}
		base = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(base, "etuservices")
}
