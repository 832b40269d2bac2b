// Package config is what the user decided, and where: a flag wins over the
// environment, that over the file in the configuration folder.
package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// Config is every setting of the client.
type Config struct {
	Addr       string // host:port
	Lang       i18n.Lang
	Theme      string // one of Themes; "" is to be found out
	ASCII      bool
	Charset    i18n.Charset // of the terminal
	Animations bool
	Simple     bool
	TLS        bool
	CA         string // a PEM file; trusted instead of the system's authorities
	Login      string
	Forget     bool
	Help       bool
	Version    bool
	// Command is "exec" or "" for the program itself; Lines are exec's.
	Command string
	Lines   []string
}

// Themes are those of the screens.
var Themes = []string{"sombre", "clair", "contraste"}

// ErrUsage is a command line, a variable or a file that cannot be understood.
var ErrUsage = errors.New("config")

// Load reads the file, the environment and args (without the program's name).
// Its error is ErrUsage; the Config then still has the language to say it in.
func Load(args []string, getenv func(string) string) (Config, error) {
	c := Config{Addr: protocol.DefaultAddr, Animations: true, Lang: i18n.Detect(getenv), Charset: i18n.DetectCharset(getenv)}
	c.ASCII = c.Charset != i18n.UTF8
	raw, over := map[string]string{}, map[string]string{}
	for _, name := range []string{"addr", "lang"} {
		if v := getenv("ETU_" + strings.ToUpper(name)); v != "" {
			over[name] = v
		}
	}
	words, err := c.fromFlags(args, over)
	if l, ok := i18n.ParseLang(over["lang"]); ok {
		c.Lang = l // in which the file's faults are said
	}
	fault := errors.Join(err, c.fromFile(Dir(getenv), raw))
	maps.Copy(raw, over)
	fault = errors.Join(fault, c.settle(raw))
	if len(words) > 0 {
		c.Command, c.Lines = words[0], words[1:]
	}
	switch {
	case c.Command == "exec" && len(c.Lines) == 0:
		fault = errors.Join(fault, fmt.Errorf("%w: exec: %s", ErrUsage, c.t().S(i18n.ConfigNoLines)))
	case c.Command != "" && c.Command != "exec":
		fault = errors.Join(fault, fmt.Errorf("%w: %s", ErrUsage, c.t().S(i18n.ConfigUnknownCommand, c.Command)))
	}
	return c, fault
}

// Usage is the answer to --help.
func (c *Config) Usage() string { return c.t().S(i18n.ConfigUsage) }

func (c *Config) t() i18n.T { return i18n.T{Lang: c.Lang} }

// fromFlags takes flags wherever they stand and gives the words between them.
func (c *Config) fromFlags(args []string, raw map[string]string) (words []string, err error) {
	set := flag.NewFlagSet("etu", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, name := range []string{"addr", "lang", "theme", "ca", "login"} {
		set.Func(name, "", func(v string) error { raw[name] = v; return nil })
	}
	for _, name := range []string{"ascii", "simple", "tls", "animations"} {
		set.BoolFunc(name, "", func(v string) error { raw[name] = v; return nil })
	}
	set.BoolVar(&c.Forget, "forget", false, "")
	set.BoolVar(&c.Help, "help", false, "")
	set.BoolVar(&c.Help, "h", false, "")
	set.BoolVar(&c.Version, "version", false, "")
	for {
		if err := set.Parse(args); err != nil {
			return words, fmt.Errorf("%w: %w", ErrUsage, err)
		}
		rest := set.Args()
		if len(rest) == 0 {
			return words, nil
		}
		if consumed := len(args) - len(rest); consumed > 0 && args[consumed-1] == "--" {
			return append(words, rest...), nil
		}
		words = append(words, rest[0])
		args = rest[1:]
	}
}

// settle turns what was written into values.
func (c *Config) settle(raw map[string]string) error {
	var faults []error
	if v, ok := raw["lang"]; ok {
		l, ok := i18n.ParseLang(v)
		if !ok {
			faults = append(faults, fmt.Errorf("%w: lang: %q (fr, en)", ErrUsage, v))
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
		faults = append(faults, fmt.Errorf("%w: theme: %q (%s)", ErrUsage, c.Theme, strings.Join(Themes, ", ")))
	}
	for name, to := range map[string]*bool{"ascii": &c.ASCII, "simple": &c.Simple, "tls": &c.TLS, "animations": &c.Animations} {
		switch v, ok := raw[name]; {
		case !ok:
		case v == "true", v == "1":
			*to = true
		case v == "false", v == "0":
			*to = false
		default:
			faults = append(faults, fmt.Errorf("%w: %s: %q (true, false)", ErrUsage, name, v))
		}
	}
	if _, decided := raw["ascii"]; decided && !c.ASCII { // the user knows better than the locale
		c.Charset = i18n.UTF8
	}
	c.TLS = c.TLS || c.CA != "" // who names an authority wants encryption
	return errors.Join(faults...)
}
