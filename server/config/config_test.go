package config_test

import (
	"errors"
	"io"
	"testing"

	"etuservices/server/config"
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
