package config

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/protocol/manual"
)

// option is one of the command line's.
type option struct {
	name   string
	to     func(*Config) any // where its value goes: a *bool, an *int, a text
	inFile bool              // it may stand in the configuration file, too
	values []string          // all that it takes; nil: anything of its type
}

var options = []option{
	{"addr", func(c *Config) any { return &c.Addr }, true, nil},
	{"lang", func(c *Config) any { return &c.Lang }, true, []string{"fr", "en"}},
	{"login", func(c *Config) any { return &c.Login }, true, nil},
	{"theme", func(c *Config) any { return &c.Theme }, true, Themes},
	{"ascii", func(c *Config) any { return &c.ASCII }, true, nil},
	{"animations", func(c *Config) any { return &c.Animations }, true, nil},
	{"notifications", func(c *Config) any { return &c.Notifications }, true, nil},
	{"alert-p99", func(c *Config) any { return &c.Alerts.P99 }, true, nil},
	{"alert-refusals", func(c *Config) any { return &c.Alerts.Refusals }, true, nil},
	{"simple", func(c *Config) any { return &c.Simple }, true, nil},
	{"tls", func(c *Config) any { return &c.TLS }, true, nil},
	{"ca", func(c *Config) any { return &c.CA }, true, nil},
	{"listen", func(c *Config) any { return &c.SSH.Listen }, false, nil},
	{"from", func(c *Config) any { return &c.SSH.From }, false, nil},
	{"max", func(c *Config) any { return &c.SSH.Max }, false, nil},
	{"max-per-address", func(c *Config) any { return &c.SSH.MaxPerAddress }, false, nil},
	{"idle", func(c *Config) any { return &c.SSH.Idle }, false, nil},
	{"forget", func(c *Config) any { return &c.Forget }, false, nil},
	{"demo", func(c *Config) any { return &c.Demo }, false, nil},
	{"version", func(c *Config) any { return &c.Version }, false, nil},
	{"help", func(c *Config) any { return &c.Help }, false, nil},
}

// isSwitch says that an option needs no value.
func (o option) isSwitch() bool {
	_, is := o.to(new(Config)).(*bool)
	return is
}

// set takes an option's value; ok is false, with what would be one, where it is none.
func (o option) set(c *Config, value string) (possible string, ok bool) {
	switch to := o.to(c).(type) {
	case *bool:
		on, err := strconv.ParseBool(value)
		*to = on
		return "true, false", err == nil
	case *int:
		least := 1
		if strings.HasPrefix(o.name, "alert-") {
			least = 0 // never
		}
		n, err := strconv.Atoi(value)
		*to = n
		return fmt.Sprintf("%d, %d, %d …", least, least+1, least+2), err == nil && n >= least
	case *netip.Addr:
		return "127.0.0.2", to.UnmarshalText([]byte(value)) == nil
	case *i18n.Lang:
		return strings.Join(o.values, ", "), to.UnmarshalText([]byte(value)) == nil
	case *string:
		*to = strings.TrimSpace(value)
	}
	return strings.Join(o.values, ", "), o.values == nil || slices.Contains(o.values, value)
}

// names are those of the options for which keep holds.
func names(keep func(option) bool) (list []string) {
	for _, o := range options {
		if keep(o) {
			list = append(list, o.name)
		}
	}
	return list
}

// optionNamed gives an option.
func optionNamed(name string) (o option, ok bool) {
	i := slices.IndexFunc(options, func(o option) bool { return o.name == name })
	if i < 0 {
		return o, false
	}
	return options[i], true
}

// Manual is what the manual page and the completion are made of, in the user's language.
func (c *Config) Manual() manual.Program {
	t := c.t()
	p := manual.Program{
		Name: "etu", Section: 1, Summary: t.S(i18n.Config.Summary), English: c.Lang == i18n.English,
		Commands: []manual.Command{
			{Words: "exec", Args: t.S(i18n.Config.ExecArgs), Text: t.S(i18n.Config.Exec)},
			{Words: "sshd", Text: t.S(i18n.Config.SSHD)},
		},
		Before: t.S(i18n.Config.Usage), After: t.S(i18n.Config.Notes),
	}
	for _, o := range options {
		arg, help, given := strings.Cut(t.S(i18n.Options[o.name]), " | ")
		if !given {
			arg, help = "", arg
		}
		p.Options = append(p.Options, manual.Option{Name: o.name, Arg: arg, Text: help, Values: o.values})
	}
	return p
}

// optionColumn is where the texts of options begin.
const optionColumn = 24

// Usage is the answer to --help.
func (c *Config) Usage() string {
	p := c.Manual()
	rows := make([]manual.Row, len(p.Options))
	for i, o := range p.Options {
		rows[i] = manual.Row{Usage: o.Usage(), Text: o.Text}
	}
	return p.Before + "\n" + c.t().S(i18n.Config.Options) + "\n" + manual.List(optionColumn, rows) + "\n" + p.After
}

// split reads options (--name value, --name=value, one dash or two) wherever
// they stand and gives the words between them; -- ends the options. It reads on
// behind a fault, for --help and --lang count all the same; the first is told.
func (c *Config) split(args []string) (given map[string]string, words []string, fault error) {
	given = map[string]string{}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return given, append(words, args...), fault
		}
		if len(arg) < 2 || arg[0] != '-' {
			words = append(words, arg)
			continue
		}
		flag, value, has := strings.Cut(arg, "=")
		name := strings.TrimPrefix(flag[1:], "-")
		if name == "h" {
			name = "help"
		}
		switch o, known := optionNamed(name); {
		case !known:
			near := manual.Nearest(name, names(func(option) bool { return true }))
			if near != "" {
				near = "--" + near
			}
			fault = cmp.Or(fault, c.fault(i18n.Config.UnknownFlag, flag, near))
			continue
		case has:
		case o.isSwitch():
			value = "true"
		case len(args) == 0:
			fault = cmp.Or(fault, c.fault(i18n.Config.WantsValue, "--"+name, ""))
			continue
		default:
			value, args = args[0], args[1:]
		}
		given[name] = value
	}
	return given, words, fault
}
