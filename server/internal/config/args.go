package config

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"etuservices/protocol/manual"
)

// parse reads --name=value, --name value and --name for a switch, one dash or
// two, as package flag does, with errors that people can read. Its errors wrap
// ErrInvalid or are flag.ErrHelp.
func parse(fs *flag.FlagSet, args []string) error {
	for len(args) > 0 {
		name, value, given := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(args[0], "-"), "-"), "=")
		if !strings.HasPrefix(args[0], "-") || name == "" {
			return fmt.Errorf("%w : argument inattendu %q", ErrInvalid, args[0])
		}
		args = args[1:]
		if name == "h" || name == "help" {
			return flag.ErrHelp
		}
		f := fs.Lookup(name)
		if f == nil {
			return fmt.Errorf("%w : option inconnue --%s%s", ErrInvalid, name, hint("--", manual.Nearest(name, names(fs))))
		}
		if !given {
			switch sw, ok := f.Value.(interface{ IsBoolFlag() bool }); {
			case ok && sw.IsBoolFlag():
				value = "true"
			case len(args) == 0:
				return fmt.Errorf("%w : il manque la valeur de --%s", ErrInvalid, name)
			default:
				value, args = args[0], args[1:]
			}
		}
		if err := fs.Set(name, value); err != nil {
			return refusedValue("--"+name, value, f, err)
		}
	}
	return nil
}

// Options are the options, with their defaults.
func Options() (list []manual.Option) {
	c := Config{Limits: DefaultLimits}
	c.flags().VisitAll(func(f *flag.Flag) {
		o := manual.Option{Name: f.Name, Text: f.Usage, Arg: "VALEUR"}
		sw, ok := f.Value.(interface{ IsBoolFlag() bool })
		switch {
		case ok && sw.IsBoolFlag():
			o.Arg = ""
		case f.Name == "data": // the same text for everybody
			o.Text += " (défaut : ~/.local/share/etuservices)"
		case f.DefValue != "":
			o.Text += " (défaut : " + f.DefValue + ")"
		}
		if f.Name == "log-format" {
			o.Values = []string{LogText, LogJSON}
		}
		list = append(list, o)
	})
	return list
}

// refusedValue says what an option wants instead of a value.
func refusedValue(name, value string, f *flag.Flag, err error) error {
	wants := err.Error() // of our own parsers
	if getter, ok := f.Value.(flag.Getter); ok {
		switch getter.Get().(type) {
		case int, int64:
			wants = "il faut un nombre entier"
		case time.Duration:
			wants = "il faut une durée, par exemple 30s, 10m ou 1h"
		case bool:
			wants = "il faut true ou false"
		}
	}
	return fmt.Errorf("%w : %s : valeur refusée : %q (%s)", ErrInvalid, name, value, wants)
}

// variable is the name of an option in the environment.
func variable(option string) string {
	return "ETU_" + strings.ToUpper(strings.ReplaceAll(option, "-", "_"))
}

// others are variables of ours that are no option of the server: the client's,
// which stand in the same shell, and the password that commands ask for.
var others = []string{
	"ETU_PASSWORD", "ETU_LANG", "ETU_THEME", "ETU_ASCII", "ETU_SIMPLE", "ETU_TLS", "ETU_CA", "ETU_LOGIN",
}

// Unknown gives, for each variable ETU_… of an environment that means nothing, a
// sentence with the nearest name that does. Values are not looked at.
func Unknown(environment []string) (sentences []string) {
	var c Config
	known := slices.Clone(others)
	for _, name := range names(c.flags()) {
		known = append(known, variable(name))
	}
	for i, name := range known { // what all have in common makes nothing near
		known[i] = strings.TrimPrefix(name, "ETU_")
	}
	for _, pair := range environment {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "ETU_") || strings.HasPrefix(name, "ETU_TEST_") || slices.Contains(known, strings.TrimPrefix(name, "ETU_")) {
			continue
		}
		sentences = append(sentences, name+hint("ETU_", manual.Nearest(strings.TrimPrefix(name, "ETU_"), known)))
	}
	return sentences
}

func names(fs *flag.FlagSet) (list []string) {
	fs.VisitAll(func(f *flag.Flag) { list = append(list, f.Name) })
	return list
}

func hint(before, name string) string {
	if name == "" {
		return ""
	}
	return " (vouliez-vous " + before + name + " ?)"
}
