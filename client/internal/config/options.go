package config

import (
	"slices"
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/protocol/manual"
)

// kind is what an option takes.
type kind uint8

const (
	text kind = iota
	toggle
	number
)

// option is one of the command line's.
type option struct {
	name   string
	kind   kind
	inFile bool     // it may stand in the configuration file, too
	values []string // all that it takes; nil: anything
}

var options = []option{
	{"addr", text, true, nil},
	{"lang", text, true, []string{"fr", "en"}},
	{"login", text, true, nil},
	{"theme", text, true, Themes},
	{"ascii", toggle, true, nil},
	{"animations", toggle, true, nil},
	{"notifications", toggle, true, nil},
	{"alert-p99", number, true, nil},
	{"alert-refusals", number, true, nil},
	{"simple", toggle, true, nil},
	{"tls", toggle, true, nil},
	{"ca", text, true, nil},
	{"listen", text, false, nil},
	{"from", text, false, nil},
	{"max", number, false, nil},
	{"max-per-address", number, false, nil},
	{"idle", number, false, nil},
	{"forget", toggle, false, nil},
	{"demo", toggle, false, nil},
	{"version", toggle, false, nil},
	{"help", toggle, false, nil},
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

// flagNames are those of all options.
func flagNames() []string { return names(func(option) bool { return true }) }

// optionNamed gives an option; one that there is not is a text.
func optionNamed(name string) option {
	i := slices.IndexFunc(options, func(o option) bool { return o.name == name })
	if i < 0 {
		return option{name: name}
	}
	return options[i]
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

// flagFault is what is wrong with the command line, not yet in words: the
// language may be among the options.
type flagFault struct {
	msg     i18n.Msg
	what    string
	nearest string // what was meant, perhaps
}

// split reads options (--name value, --name=value, one dash or two) wherever
// they stand and gives the words between them; -- ends the options. It reads on
// behind a fault, for --help and --lang count all the same; the first is told.
func split(args []string) (given map[string]string, words []string, fault *flagFault) {
	given = map[string]string{}
	wrong := func(f flagFault) {
		if fault == nil {
			fault = &f
		}
	}
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
		option, value, has := strings.Cut(arg, "=")
		name := strings.TrimPrefix(option[1:], "-")
		if name == "h" {
			name = "help"
		}
		switch {
		case !slices.Contains(flagNames(), name):
			f := flagFault{msg: i18n.Config.UnknownFlag, what: option}
			if near := i18n.Nearest(name, flagNames()); near != "" {
				f.nearest = "--" + near
			}
			wrong(f)
			continue
		case has:
		case optionNamed(name).kind == toggle:
			value = "true"
		case len(args) == 0:
			wrong(flagFault{msg: i18n.Config.WantsValue, what: "--" + name})
			continue
		default:
			value, args = args[0], args[1:]
		}
		given[name] = value
	}
	return given, words, fault
}
