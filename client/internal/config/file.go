package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/statefile"
)

// fromFile reads the configuration file, which is TOML and may be missing.
func (c *Config) fromFile(dir string, raw map[string]string) error {
	if dir == "" {
		return nil
	}
	path := filepath.Join(dir, fileName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors put it there
	var given map[string]any                        // judged below, so that what is wrong is said in the user's language
	if err := toml.Unmarshal(text, &given); err != nil {
		var syntax *toml.DecodeError
		if !errors.As(err, &syntax) {
			return fmt.Errorf("%s: %w", path, err)
		}
		line, _ := syntax.Position()
		return c.atLine(path, text, line, c.t().S(i18n.Config.NoTOML, strings.TrimPrefix(syntax.Error(), "toml: ")))
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		o, known := optionNamed(name)
		wanted := c.t().S(i18n.Config.WantsText, name)
		switch {
		case !known || !o.inFile:
			wanted = c.t().S(i18n.Config.BadName, name, strings.Join(names(func(o option) bool { return o.inFile }), ", "))
		case o.fits(given[name]):
			raw[name] = fmt.Sprint(given[name])
			continue
		case o.isSwitch():
			wanted = c.t().S(i18n.Config.WantsSwitch, name)
		case o.fits(int64(0)):
			wanted = c.t().S(i18n.Config.WantsNumber, name)
		}
		line := 1
		if at := settingLine(name).FindIndex(text); at != nil {
			line += bytes.Count(text[:at[0]], []byte("\n"))
		}
		return c.atLine(path, text, line, wanted)
	}
	return nil
}

// fits says that a value of the file is of an option's type.
func (o option) fits(value any) (ok bool) {
	switch o.to(new(Config)).(type) {
	case *bool:
		_, ok = value.(bool)
	case *int:
		_, ok = value.(int64)
	default:
		_, ok = value.(string)
	}
	return ok
}

// atLine shows the line with its number, without what would drive a terminal.
func (c *Config) atLine(path string, text []byte, line int, why string) error {
	shown := ""
	if lines := strings.Split(string(text), "\n"); line >= 1 && line <= len(lines) {
		shown = strings.TrimSpace(lines[line-1])
	}
	return errors.New(path + ": " + c.t().S(i18n.Config.FileLine, line, link.Clean(shown), link.Clean(why)))
}

// File is the configuration file, to be written to; without a folder nothing is kept.
type File struct{ Dir string }

// Set keeps a text under a setting's name: in its line where it has one, else in
// a new one. The rest of the file stays as the user wrote it.
func (f File) Set(name, value string) error {
	if f.Dir == "" {
		return nil
	}
	path := filepath.Join(f.Dir, fileName)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	line := name + " = " + strconv.Quote(value)
	if at := settingLine(name).FindIndex(text); at != nil {
		text = slices.Concat(text[:at[0]], []byte(line), text[at[1]:])
	} else {
		if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
			text = append(text, '\n')
		}
		text = append(text, line+"\n"...)
	}
	info, err := os.Stat(path)
	if err != nil {
		return statefile.Write(path, text)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return statefile.Replace(path, text, info.Mode().Perm())
}

// settingLine finds the line of a setting, or of a table of that name, which Load refuses.
func settingLine(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*\[*[ \t]*["']?` + regexp.QuoteMeta(name) + `["']?[ \t]*[].=][^\r\n]*`)
}

const (
	folder   = "etuservices"
	fileName = "config.toml"
)

// Dir is the folder of the configuration file, "" when there is no home:
// XDG_CONFIG_HOME, else ~/.config, also on macOS; %AppData% on Windows.
func Dir(getenv func(string) string) string {
	return xdg(getenv, "XDG_CONFIG_HOME", "AppData", ".config")
}

// StateDir is the folder of the tokens, "" when there is no home.
func StateDir(getenv func(string) string) string {
	return xdg(getenv, "XDG_STATE_HOME", "LocalAppData", filepath.Join(".local", "state"))
}

func xdg(getenv func(string) string, variable, windows, home string) string {
	user := getenv("HOME")
	if runtime.GOOS == "windows" {
		user, home = getenv(windows), ""
	}
	switch dir := getenv(variable); {
	case filepath.IsAbs(dir): // the XDG rule: a relative one does not count
		return filepath.Join(dir, folder)
	case user == "":
		return ""
	}
	return filepath.Join(user, home, folder)
}
