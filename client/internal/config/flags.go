package config

import (
	"slices"
	"strings"

	"etuservices/client/internal/i18n"
)

// once are the switches that make sense on the command line only.
var once = []string{"forget", "demo", "help", "version"}

// flagNames are the options of the command line.
func flagNames() []string { return append(slices.Clone(fileNames), once...) }

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
		case slices.Contains(switches, name), slices.Contains(once, name):
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
