package config_test

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"etuservices/server/internal/config"
)

// limits are all numbers that bound somebody: the default, the least that is
// accepted, and what is not.
var limits = []struct {
	flag        string
	usual       any
	least, less string
	get         func(c config.Config) any
}{
	{"max-conns", 16384, "1", "0", func(c config.Config) any { return c.MaxConns }},
	{"max-conns-per-ip", 1024, "1", "0", func(c config.Config) any { return c.MaxConnsPerIP }},
	{"flood-rate", 100, "0", "-1", func(c config.Config) any { return c.FloodRate }},
	{"login-time", 180 * time.Second, "1ns", "0s", func(c config.Config) any { return c.Limits.LoginTime }},
	{"idle", 5 * time.Minute, "1ns", "0s", func(c config.Config) any { return c.Limits.Idle }},
	{"write-timeout", 10 * time.Second, "1ns", "0s", func(c config.Config) any { return c.Limits.WriteTimeout }},
	{"linger-time", time.Second, "1ns", "0s", func(c config.Config) any { return c.Limits.LingerTime }},
	{"linger-bytes", int64(1 << 20), "0", "-1", func(c config.Config) any { return c.Limits.LingerBytes }},
	{"handshake-time", 5 * time.Second, "1ns", "0s", func(c config.Config) any { return c.Limits.HandshakeTime }},
	{"drain-time", 20 * time.Second, "0s", "-1ns", func(c config.Config) any { return c.Limits.DrainTime }},
	{"stop-time", 5 * time.Second, "1ns", "0s", func(c config.Config) any { return c.Limits.StopTime }},
	{"hash-wait", 10 * time.Second, "1ns", "0s", func(c config.Config) any { return c.Limits.HashWait }},
	{"events", 128, "1", "0", func(c config.Config) any { return c.Limits.Events }},
	{"new-per-minute", 1200, "1", "0", func(c config.Config) any { return c.Limits.NewPerMinute }},
	{"strangers-part", 4, "1", "0", func(c config.Config) any { return c.Limits.UnauthenticatedShare }},
	{"door", 4, "1", "0", func(c config.Config) any { return c.Limits.PreAuthQueries }},
	{"flood-burst", 200, "1", "0", func(c config.Config) any { return c.Limits.FloodBurst }},
	{"failures-minute", 10, "1", "0", func(c config.Config) any { return c.Limits.Attempts.PairMinute }},
	{"failures-day", 50, "1", "0", func(c config.Config) any { return c.Limits.Attempts.PairDay }},
	{"failures-address", 300, "1", "0", func(c config.Config) any { return c.Limits.Attempts.Address }},
	{"failures-account", 20, "1", "0", func(c config.Config) any { return c.Limits.Attempts.Account }},
	{"failure-delay", time.Second, "0s", "-1ns", func(c config.Config) any { return c.Limits.Attempts.Delay }},
	{"failure-delay-max", 5 * time.Second, "0s", "-1ns", func(c config.Config) any { return c.Limits.Attempts.DelayMax }},
	{"registrations", 400, "1", "0", func(c config.Config) any { return c.Limits.Attempts.Registration }},
}

// TestLimitsAreSettings: each has its default, is overridden by its option and
// by its variable, and refuses what would let nobody or everybody through.
func TestLimitsAreSettings(t *testing.T) {
	for _, l := range limits {
		usual, err := load()
		if err != nil || l.get(usual) != l.usual {
			t.Errorf("%s is %v, want %v: %v", l.flag, l.get(usual), l.usual, err)
		}
		given, err := load("--" + l.flag + "=" + l.least)
		if err != nil || l.get(given) == l.usual {
			t.Errorf("--%s=%s: %v, %v", l.flag, l.least, l.get(given), err)
		}
		name := "ETU_" + strings.ToUpper(strings.ReplaceAll(l.flag, "-", "_"))
		env := func(value string) (config.Config, error) {
			return config.Load(nil, func(s string) string {
				if s == name {
					return value
				}
				return ""
			}, io.Discard)
		}
		if c, err := env(l.least); err != nil || l.get(c) != l.get(given) {
			t.Errorf("%s=%s: %v, %v", name, l.least, l.get(c), err)
		}
		if _, err := env(l.less); !errors.Is(err, config.ErrInvalid) {
			t.Errorf("%s=%s: %v", name, l.less, err)
		}
	}
}

// TestLimitsAreAllHere: whoever adds one adds its row.
func TestLimitsAreAllHere(t *testing.T) {
	const ofConfig, nested = 3, 1 // MaxConns, MaxConnsPerIP, FloodRate; Attempts
	want := ofConfig + reflect.TypeFor[config.Limits]().NumField() - nested + reflect.TypeFor[config.Attempts]().NumField()
	if len(limits) != want {
		t.Errorf("%d rows for %d limits", len(limits), want)
	}
}
