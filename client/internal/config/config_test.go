package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"etuservices/client/internal/i18n"
)

func load(t *testing.T, file string, env map[string]string, args ...string) (Config, error) {
	t.Helper()
	dir := t.TempDir()
	if file != "" {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, folder, fileName), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Load(args, func(k string) string {
		v, given := env[k]
		switch {
		case k == "XDG_CONFIG_HOME":
			return dir
		case k == "LANG" && !given:
			return "fr_FR.UTF-8"
		}
		return v
	})
}

func TestDefaults(t *testing.T) {
	c, err := load(t, "", nil)
	if err != nil || c.Addr != "127.0.0.1:5890" || c.Lang != i18n.French || !c.Animations || c.ASCII || c.Simple || c.TLS || c.Command != "" {
		t.Errorf("%+v, %v", c, err)
	}
}

// A terminal that is not UTF-8 gets ASCII by itself, unless the user knows better.
func TestCharsetOfTheTerminal(t *testing.T) {
	for _, c := range []struct {
		env   map[string]string
		args  []string
		ascii bool
		utf8  bool
	}{
		{map[string]string{"LANG": "C"}, nil, true, false},
		{map[string]string{"LANG": "fr_FR.ISO-8859-1"}, nil, true, false},
		{map[string]string{"LANG": "fr_FR.UTF-8"}, nil, false, true},
		{map[string]string{"LANG": "fr_FR.UTF-8"}, []string{"--ascii"}, true, true},
		{map[string]string{"LANG": "C"}, []string{"--ascii=false"}, false, true},
		{map[string]string{"TERM": "linux"}, nil, true, true},
		{map[string]string{"TERM": "vt100"}, nil, true, true},
		{map[string]string{"TERM": "vt220"}, nil, true, true},
		{map[string]string{"TERM": "linux"}, []string{"--ascii=false"}, false, true},
		{map[string]string{"TERM": "xterm-256color"}, nil, false, true},
	} {
		got, err := load(t, "", c.env, c.args...)
		if err != nil || got.ASCII != c.ascii || got.UTF8 != c.utf8 {
			t.Errorf("%v %v: ASCII %v, UTF-8 %v, %v", c.env, c.args, got.ASCII, got.UTF8, err)
		}
	}
}

func TestFlagOverEnvironmentOverFile(t *testing.T) {
	file := "# mes réglages\naddr = \"file:1\"\nlang=\"en\"\n theme = \"clair\"\nanimations = false\r\nlogin = \"zoe\"\n"
	env := map[string]string{"ETU_ADDR": "env:1", "LANG": "fr_FR"}
	c, err := load(t, file, nil)
	if err != nil || c.Addr != "file:1" || c.Lang != i18n.English || c.Theme != "clair" || c.Animations || c.Login != "zoe" {
		t.Errorf("file: %+v, %v", c, err)
	}
	c, err = load(t, file, env)
	if err != nil || c.Addr != "env:1" {
		t.Errorf("environment: %+v, %v", c, err)
	}
	c, err = load(t, file, env, "--addr", "flag", "--lang=fr", "--animations", "--ca", "x.pem")
	if err != nil || c.Addr != "flag:5890" || c.Lang != i18n.French || !c.Animations || !c.TLS {
		t.Errorf("flags: %+v, %v", c, err)
	}
}

func TestAlerts(t *testing.T) {
	c, err := load(t, "", nil)
	if err != nil || c.Alerts != (Alerts{P99: 250, Refusals: 60}) {
		t.Errorf("%+v, %v", c.Alerts, err)
	}
	if c, err = load(t, "alert-p99 = 400\nalert-refusals = 0", nil, "--alert-refusals", "5"); err != nil || c.Alerts != (Alerts{400, 5}) {
		t.Errorf("%+v, %v", c.Alerts, err)
	}
}

func TestExec(t *testing.T) {
	for _, args := range [][]string{
		{"exec", "--login", "bob", "NB", "STATS TOP"},
		{"--login", "bob", "exec", "NB", "STATS TOP"},
		{"exec", "NB", "--login=bob", "STATS TOP"},
		{"--login", "bob", "exec", "--", "NB", "STATS TOP"},
		{"exec", "--login", "bob", "--", "NB", "STATS TOP"},
	} {
		c, err := load(t, "", nil, args...)
		if err != nil || c.Command != "exec" || c.Login != "bob" || !slices.Equal(c.Lines, []string{"NB", "STATS TOP"}) {
			t.Errorf("%q: %+v, %v", args, c, err)
		}
	}
	if c, err := load(t, "", nil, "exec", "--", "--login"); err != nil || !slices.Equal(c.Lines, []string{"--login"}) {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestFaults(t *testing.T) {
	for _, args := range [][]string{
		{"--lang", "de"},
		{"--theme", "rose"},
		{"--password", "x"},
		{"--login"},
		{"exec"},
		{"run"},
		{"--ascii=peut-être"},
		{"--alert-p99", "vite"},
		{"--alert-refusals=-1"},
	} {
		if _, err := load(t, "", nil, args...); err == nil {
			t.Errorf("%q: %v", args, err)
		}
	}
	for _, file := range []string{"couleur = rouge", "addr", "password = x", "tls = oui", "alert-p99 = \"250\"", "alert-refusals = true"} {
		if _, err := load(t, file, nil); err == nil {
			t.Errorf("%q: %v", file, err)
		}
	}
	if _, err := load(t, "", map[string]string{"ETU_LANG": "klingon"}); err == nil {
		t.Error(err)
	}
}

// The file is TOML, with a BOM or not.
func TestFileIsTOML(t *testing.T) {
	for _, file := range []string{
		"\ufeffaddr = \"h:1\"\ntls = true\nlogin = \"zoé\"\n",
		"\ufeffaddr = 'h:1'\r\ntls = true # oui\r\nlogin = 'zoé'\r\n",
		"# tout\naddr = \"\"\"h:1\"\"\"\n\"tls\" = true\nlogin = \"zo\\u00e9\" # moi",
	} {
		c, err := load(t, file, nil)
		if err != nil || c.Addr != "h:1" || !c.TLS || c.Login != "zoé" {
			t.Errorf("%q: %+v, %v", file, c, err)
		}
	}
}

// What is wrong in the file is said with its line and the reason, in the
// language asked for, and drives no terminal.
func TestFaultOfTheFileIsShown(t *testing.T) {
	for file, want := range map[string][]string{
		"addr = \"h\"\n\n[serveur]\nport = 1\n":  {":", "3", "[serveur]", "addr, lang, login"},
		"addr = \"h\"\ncouleur = \"rouge\"\n":    {"2", "couleur", "addr, lang, login"},
		"\ufefflang = \"fr\"\ntheme = \"clair\n": {"2", "theme = \"clair", "TOML"},
		"lang = \"fr\"\naddr\n":                  {"2", "addr", "TOML"},
		"tls = \"fr\"\ntls = true\n":             {"2", "tls = true", "TOML"},
		"lang = \"fr\"\n\nsimple = [1]\n":        {"3", "simple", "true"},
		"lang = \"fr\"\nlogin = [1]\n":           {"2", "login"},
		"lang = \"fr\"\n\x1b]0;x\x07 = 1\n":      {"2", "TOML"},
	} {
		for lang, words := range map[string][]string{"fr": {"ligne "}, "en": {"line "}} {
			_, err := load(t, file, nil, "--lang", lang)
			if err == nil {
				t.Errorf("%q: %v", file, err)
				continue
			}
			for _, w := range append(words, want...) {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q in %s: %v, without %q", file, lang, err, w)
				}
			}
			if strings.ContainsAny(err.Error(), "\x1b\x07") {
				t.Errorf("%q drives the terminal: %q", file, err)
			}
		}
	}
}

// --help answers whatever else is wrong, in the language asked for.
func TestHelp(t *testing.T) {
	for want, args := range map[string][]string{"lecteur d'écran": {"--help", "--lang", "de"}, "screen reader": {"-h", "--lang", "en"}} {
		c, _ := load(t, "", nil, args...)
		if !c.Help || !strings.Contains(c.Usage(), want) {
			t.Errorf("%q: %+v", args, c)
		}
	}
	c, _ := load(t, "", nil)
	for _, name := range names(func(option) bool { return true }) {
		if !strings.Contains(c.Usage(), "--"+name) {
			t.Errorf("the help does not know --%s", name)
		}
	}
	for _, line := range strings.Split(c.Usage(), "\n") {
		if len([]rune(line)) > 80 {
			t.Errorf("a help line of %d characters", len([]rune(line)))
		}
	}
}

// TestUnknownOptionIsSaidWithTheNearest, in the user's language.
func TestUnknownOptionIsSaidWithTheNearest(t *testing.T) {
	for arg, want := range map[string]string{
		"--lagn": "option inconnue : --lagn ; vouliez-vous dire --lang ?", "--adr=x": "--addr ?", "-teme": "--theme ?",
		"--password": "option inconnue : --password", "exce": "vouliez-vous dire exec ?", "--theme=rose": "sombre", "--login": "--login attend une valeur",
		"--ascii=peut-être": "--ascii", "--forget=x": "--forget",
	} {
		_, err := load(t, "", nil, arg)
		if err == nil {
			t.Errorf("%q: %v", arg, err)
			continue
		}
		said := strings.ReplaceAll(err.Error(), "\u00a0", " ")
		if !strings.Contains(said, want) || strings.Contains(said, "flag ") || strings.Contains(said, "config:") {
			t.Errorf("%q: %q, want %q", arg, said, want)
		}
	}
	if _, err := load(t, "", nil, "--password"); strings.Contains(err.Error(), "vouliez-vous") {
		t.Errorf("a suggestion for nothing alike: %v", err)
	}
	if _, err := load(t, "", nil, "--lagn", "--lang", "en"); !strings.Contains(err.Error(), "did you mean --lang?") {
		t.Error(err)
	}
}

// TestSetting is written to the file, the rest of which stays.
func TestSetting(t *testing.T) {
	dir := t.TempDir()
	env := func(k string) string {
		if k == "XDG_CONFIG_HOME" {
			return dir
		}
		return ""
	}
	f := File{Dir: Dir(env)}
	for _, kv := range [][2]string{{"theme", "clair"}, {"lang", "fr"}, {"theme", "sombre"}} {
		if err := f.Set(kv[0], kv[1]); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(f.Dir, fileName)
	if c, err := Load(nil, env); err != nil || c.Theme != "sombre" || c.Lang != i18n.French {
		t.Errorf("%+v, %v", c, err)
	}
	const own = "# à moi\naddr = \"h:1\"\n\"theme\" = 'clair' # le jour\nlogin = \"zoé\"" // no line end
	if err := errors.Join(os.WriteFile(path, []byte(own), 0o600), os.Chmod(path, 0o640)); err != nil {
		t.Fatal(err)
	}
	if err := f.Set("theme", "contraste"); err != nil {
		t.Fatal(err)
	}
	if err := f.Set("lang", "en"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if want := "# à moi\naddr = \"h:1\"\ntheme = \"contraste\"\nlogin = \"zoé\"\nlang = \"en\"\n"; err != nil || string(text) != want {
		t.Errorf("%q, %v, want %q", text, err, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := (File{}).Set("theme", "clair"); err != nil { // no home: nothing is remembered
		t.Error(err)
	}
}

func TestDirs(t *testing.T) {
	env := func(kv ...string) func(string) string {
		return func(k string) string {
			for i := 0; i < len(kv); i += 2 {
				if kv[i] == k {
					return kv[i+1]
				}
			}
			return ""
		}
	}
	for _, c := range []struct{ got, want string }{
		{Dir(env("HOME", "/h")), "/h/.config/etuservices"},
		{Dir(env("HOME", "/h", "XDG_CONFIG_HOME", "/x")), "/x/etuservices"},
		{Dir(env("HOME", "/h", "XDG_CONFIG_HOME", "relative")), "/h/.config/etuservices"},
		{Dir(env()), ""},
		{StateDir(env("HOME", "/h")), "/h/.local/state/etuservices"},
	} {
		if filepath.ToSlash(c.got) != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestWrongTypeIsRefusedWithItsLine.
func TestWrongTypeIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"addr = 5", "addr = 1.5", "login = true", "lang = 3 # three"} {
		if _, err := load(t, "ascii = false\n"+line+"\n", nil); err == nil || !strings.Contains(err.Error(), "ligne 2") {
			t.Errorf("%s: %v", line, err)
		}
	}
}
