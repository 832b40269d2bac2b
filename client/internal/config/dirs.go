package config

import (
	"path/filepath"
	"runtime"
)

const (
	folder   = "etuservices"
	fileName = "config.toml"
)

// fileNames are the settings that may stand in the file.
var fileNames = []string{"addr", "lang", "theme", "ascii", "animations", "notifications", "alert-p99", "alert-refusals", "simple", "tls", "ca", "login"}

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
	if dir := getenv(variable); filepath.IsAbs(dir) { // the XDG rule: a relative one does not count
		return filepath.Join(dir, folder)
	}
	if runtime.GOOS == "windows" {
		if dir := getenv(windows); dir != "" {
			return filepath.Join(dir, folder)
		}
		return ""
	}
	if dir := getenv("HOME"); dir != "" {
		return filepath.Join(dir, home, folder)
	}
	return ""
}
