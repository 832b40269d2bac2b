// Package config is what the user decided, and where: a flag wins over the
// environment, that over the file in the configuration folder.
package config

import (
	"errors"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/protocol"
	"etuservices/protocol/manual"
)

// Config is every setting of the client.
type Config struct {
	Addr       string // host:port
	Lang       i18n.Lang
	Theme      string // one of Themes; "" is detected
	ASCII      bool   // no character beyond ASCII in the chrome
	UTF8       bool   // what the terminal shows; else nothing beyond ASCII is drawn, texts of others included
	Animations bool   // spinners turn
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

// SSH is what sshd is told.
type SSH struct {
	Listen        string     // host:port
	From          netip.Addr // from where it dials, with a PROXY header; the zero value: anywhere, without
	Max           int        // connections held at once
	MaxPerAddress int        // of them, from one address
	Idle          int        // minutes without a key after which a session ends
}

// Themes are those of the screens.
var Themes = []string{"sombre", "clair", "contraste", "terminal"}

// Load reads the file, the environment and args (without the program's name).
// Its error is in the user's language, which the Config then still has, but for what the
// system says.
func Load(args []string, getenv func(string) string) (Config, error) {
	c := Config{
		Addr: protocol.DefaultAddr, Animations: true, Notifications: true, Lang: i18n.Detect(getenv), UTF8: i18n.IsUTF8(getenv),
		Alerts: Alerts{P99: 250, Refusals: 60}, // an answer that a user waits for, and a refusal each second
		// A class behind one address, several in all; who presses no key for a quarter of an hour has left.
		SSH: SSH{Listen: ":2222", Max: 512, MaxPerAddress: 64, Idle: 15},
	}
	c.ASCII = !c.UTF8 || slices.Contains(fewSigns, getenv("TERM"))
	raw, over := map[string]string{}, map[string]string{}
	for _, name := range []string{"addr", "lang"} {
		if v := getenv("ETU_" + strings.ToUpper(name)); v != "" {
			over[name] = v
		}
	}
	given, words, _ := c.split(args)
	maps.Copy(over, given)
	_ = c.Lang.UnmarshalText([]byte(over["lang"])) // in which all faults are said; settle says if it is none
	_, _, fault := c.split(args)                   // in that language
	faults := []error{fault, c.fromFile(Dir(getenv), raw)}
	maps.Copy(raw, over)
	faults = append(faults, c.settle(raw))
	if len(words) > 0 {
		c.Command, c.Lines = words[0], words[1:]
	}
	switch {
	case c.Command == "exec" && len(c.Lines) == 0:
		faults = append(faults, errors.New(c.t().S(i18n.Config.NoLines)))
	case c.Command == "sshd" && len(c.Lines) > 0:
		faults = append(faults, c.fault(i18n.Config.UnknownCommand, c.Lines[0], ""))
	case c.Command != "" && c.Command != "exec" && c.Command != "sshd":
		faults = append(faults, c.fault(i18n.Config.UnknownCommand, c.Command, manual.Nearest(c.Command, []string{"exec", "sshd"})))
	}
	return c, errors.Join(faults...)
}

// fewSigns are terminals whose fonts lack the signs that the screens draw.
var fewSigns = []string{"linux", "vt52", "vt100", "vt102", "vt220", "ansi", "cons25"}

// fault says what is wrong with a word, and what was meant where that is clear.
func (c *Config) fault(m i18n.Msg, word, nearest string) error {
	said := c.t().S(m, word)
	if nearest != "" {
		said = c.t().S(i18n.Config.Meant, said, nearest)
	}
	return errors.New(said)
}

func (c *Config) t() i18n.T { return i18n.T{Lang: c.Lang} }

// settle turns what was written into values.
func (c *Config) settle(raw map[string]string) error {
	var faults []error
	for _, o := range options {
		if value, given := raw[o.name]; given {
			if possible, ok := o.set(c, value); !ok {
				faults = append(faults, errors.New(c.t().S(i18n.Config.BadValue, o.name, value, possible)))
			}
		}
	}
	c.Addr = link.Address(c.Addr)
	if _, decided := raw["ascii"]; decided && !c.ASCII { // the user knows better than the locale
		c.UTF8 = true
	}
	c.TLS = c.TLS || c.CA != "" // who names an authority wants encryption
	return errors.Join(faults...)
}
