// Package config is what the user decided, and where: a flag wins over the
// environment, that over the file in the configuration folder.
package config

import (
	"errors"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// Config is every setting of the client.
type Config struct {
	Addr  string // host:port
	Lang  i18n.Lang
	Theme string // one of Themes; "" is detected
	ASCII bool   // no character beyond ASCII in the chrome
	// Charset is the terminal's. Where it is not UTF-8 nothing beyond ASCII is
	// drawn, texts of others included.
	Charset    i18n.Charset
	Animations bool // spinners turn
	// Notifications: the terminal tells of news while another window is in use.
	Notifications bool
	Alerts        Alerts
	Simple        bool
	TLS           bool
	CA            string // a PEM file; trusted instead of the system's authorities
	Login         string // fills the field; a kept session of it is tried first
	Forget        bool
	SSH           SSH
	Demo          bool // the server is the demonstration of make run
	Help          bool
	Version       bool
	// Command is "exec", "sshd" or "" for the program itself; Lines are exec's.
	Command string
	Lines   []string
}

// Alerts are the figures above which an administrator is called; 0 is never.
type Alerts struct {
	P99      int // in milliseconds
	Refusals int // a minute
}

// defaultAlerts: an answer that a user waits for, and a refusal each second.
var defaultAlerts = Alerts{P99: 250, Refusals: 60}

// SSH is what sshd is told.
type SSH struct {
	Listen        string     // host:port
	From          netip.Addr // from where it dials, with a PROXY header; the zero value: anywhere, without
	Max           int        // connections held at once
	MaxPerAddress int        // of them, from one address
	Idle          int        // minutes without a key after which a session ends
}

// defaultSSH: a class behind one address, and several of them in all. What is idle
// for a quarter of an hour was forgotten.
var defaultSSH = SSH{Listen: ":2222", Max: 512, MaxPerAddress: 64, Idle: 15}

// Themes are those of the screens.
var Themes = []string{"sombre", "clair", "contraste", "terminal"}

// ErrUsage is a command line, a variable or a file that cannot be understood.
var ErrUsage = errors.New("usage")

// usageError is ErrUsage with what is wrong, in the user's language.
type usageError struct{ said string }

func (e usageError) Error() string      { return e.said }
func (usageError) Is(target error) bool { return target == ErrUsage }

// Load reads the file, the environment and args (without the program's name).
// Its error is ErrUsage; the Config then still has the language to say it in.
func Load(args []string, getenv func(string) string) (Config, error) {
	c := Config{
		Addr: protocol.DefaultAddr, Animations: true, Notifications: true, Alerts: defaultAlerts, SSH: defaultSSH, Lang: i18n.Detect(getenv), Charset: i18n.DetectCharset(getenv),
	}
	c.ASCII = c.Charset != i18n.UTF8 || slices.Contains(fewSigns, getenv("TERM"))
	raw, over := map[string]string{}, map[string]string{}
	for _, name := range []string{"addr", "lang"} {
		if v := getenv("ETU_" + strings.ToUpper(name)); v != "" {
			over[name] = v
		}
	}
	given, words, fault := split(args)
	maps.Copy(over, given)
	if l, ok := i18n.ParseLang(over["lang"]); ok {
		c.Lang = l // in which all faults are said
	}
	var faults []error
	if fault != nil {
		faults = append(faults, c.unknown(fault.msg, fault.what, fault.nearest))
	}
	faults = append(faults, c.fromFile(Dir(getenv), raw))
	maps.Copy(raw, over)
	faults = append(faults, c.settle(raw))
	if len(words) > 0 {
		c.Command, c.Lines = words[0], words[1:]
	}
	switch {
	case c.Command == "exec" && len(c.Lines) == 0:
		faults = append(faults, c.usage(i18n.Config.NoLines))
	case c.Command == "sshd" && len(c.Lines) > 0:
		faults = append(faults, c.unknown(i18n.Config.UnknownCommand, c.Lines[0], ""))
	case c.Command != "" && c.Command != "exec" && c.Command != "sshd":
		faults = append(faults, c.unknown(i18n.Config.UnknownCommand, c.Command, i18n.Nearest(c.Command, []string{"exec", "sshd"})))
	}
	return c, errors.Join(faults...)
}

// fewSigns are terminals whose fonts lack the signs that the screens draw.
var fewSigns = []string{"linux", "vt52", "vt100", "vt102", "vt220", "ansi", "cons25"}

// usage makes a usageError.
func (c *Config) usage(m i18n.Msg, args ...any) error { return usageError{c.t().S(m, args...)} }

// unknown is usage about a word, with what was meant instead where that is clear.
func (c *Config) unknown(m i18n.Msg, word, nearest string) error {
	said := c.t().S(m, word)
	if nearest != "" {
		said = c.t().S(i18n.Config.Meant, said, nearest)
	}
	return usageError{said}
}

func (c *Config) t() i18n.T { return i18n.T{Lang: c.Lang} }

// settle turns what was written into values.
func (c *Config) settle(raw map[string]string) error {
	var faults []error
	if v, ok := raw["lang"]; ok {
		l, ok := i18n.ParseLang(v)
		if !ok {
			faults = append(faults, c.usage(i18n.Config.BadValue, "lang", v, "fr, en"))
		} else {
			c.Lang = l
		}
	}
	if v, ok := raw["addr"]; ok {
		c.Addr = v
	}
	c.Addr = link.Address(c.Addr)
	c.CA, c.Login = raw["ca"], strings.TrimSpace(raw["login"])
	if c.Theme = raw["theme"]; c.Theme != "" && !slices.Contains(Themes, c.Theme) {
		faults = append(faults, c.usage(i18n.Config.BadValue, "theme", c.Theme, strings.Join(Themes, ", ")))
	}
	for name, to := range map[string]*bool{
		"ascii": &c.ASCII, "simple": &c.Simple, "tls": &c.TLS, "animations": &c.Animations, "notifications": &c.Notifications,
		"forget": &c.Forget, "demo": &c.Demo, "help": &c.Help, "version": &c.Version,
	} {
		switch v, ok := raw[name]; {
		case !ok:
		case v == "true", v == "1":
			*to = true
		case v == "false", v == "0":
			*to = false
		default:
			faults = append(faults, c.usage(i18n.Config.BadValue, name, v, "true, false"))
		}
	}
	if v, ok := raw["listen"]; ok {
		c.SSH.Listen = v
	}
	if v, ok := raw["from"]; ok {
		from, err := netip.ParseAddr(v)
		if err != nil {
			faults = append(faults, c.usage(i18n.Config.BadValue, "from", v, "127.0.0.2"))
		}
		c.SSH.From = from
	}
	for name, to := range map[string]*int{
		"alert-p99": &c.Alerts.P99, "alert-refusals": &c.Alerts.Refusals,
		"max": &c.SSH.Max, "max-per-address": &c.SSH.MaxPerAddress, "idle": &c.SSH.Idle,
	} {
		v, ok := raw[name]
		if !ok {
			continue
		}
		n, err := strconv.Atoi(v)
		least, some := 1, "1, 2, 3 …"
		if strings.HasPrefix(name, "alert-") {
			least, some = 0, "0, 1, 2 …"
		}
		if err != nil || n < least {
			faults = append(faults, c.usage(i18n.Config.BadValue, name, v, some))
			continue
		}
		*to = n
	}
	if _, decided := raw["ascii"]; decided && !c.ASCII { // the user knows better than the locale
		c.Charset = i18n.UTF8
	}
	c.TLS = c.TLS || c.CA != "" // who names an authority wants encryption
	return errors.Join(faults...)
}
