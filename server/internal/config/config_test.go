package config_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"etuservices/server/internal/config"
)

func load(args ...string) (config.Config, error) {
	return config.Load(args, func(string) string { return "" }, io.Discard)
}

// TestAdminLoginIsALogin: AUTH folds what people type, so that an admin under
// any other name could never log in.
func TestAdminLoginIsALogin(t *testing.T) {
	c, err := load("--admin-login", "Prof", "--admin-password", "x")
	if err != nil || c.AdminLogin != "prof" {
		t.Errorf("%q, %v", c.AdminLogin, err)
	}
	for _, login := range []string{"p", "le prof", "prof@univ.fr", "élève"} {
		if _, err := load("--admin-login", login, "--admin-password", "x"); !errors.Is(err, config.ErrInvalid) {
			t.Errorf("%q: %v", login, err)
		}
	}
}

// TestDemonstrationHasItsOwnFolder, unless one is given.
func TestDemonstrationHasItsOwnFolder(t *testing.T) {
	real, err := load()
	if err != nil {
		t.Fatal(err)
	}
	demo, err := load("--demo")
	if err != nil || demo.Data == real.Data || !strings.HasSuffix(demo.Data, "-demo") {
		t.Errorf("%q beside %q, %v", demo.Data, real.Data, err)
	}
	if given, err := load("--demo", "--data", "x"); err != nil || given.Data != "x" {
		t.Errorf("%q, %v", given.Data, err)
	}
	if _, err := load("--demo", "--mysql-dsn", "x", "--redis-url", "y"); !errors.Is(err, config.ErrInvalid) {
		t.Errorf("with a database: %v", err)
	}
}
