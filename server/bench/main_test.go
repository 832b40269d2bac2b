package main

import (
	"context"
	"io"
	"os"
	"testing"

	"etuservices/server/bench/site"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/testenv"
)

// The bare line server is this program started again, as the benchmark does.
func TestMain(m *testing.M) {
	if os.Getenv(site.BareVariable) != "" {
		os.Exit(run(context.Background(), nil, os.Stdout, os.Stderr))
	}
	testenv.Main(m)
}

// open makes a place with a few users on a test's stores.
func open(t testing.TB, users int) *site.Place {
	t.Helper()
	e := testenv.Real(t)
	p := &site.Place{DSN: e.MySQLDSN, RedisURL: e.RedisURL, Stores: e.Open(t)}
	if err := p.Fill(t.Context(), users, site.CheapHash); err != nil {
		t.Fatal(err)
	}
	return p
}

// enter logs the first user in, in this process.
func enter(t testing.TB, p *site.Place, rule ledger.Rule) *talk {
	t.Helper()
	h := newHouse(p.Stores, rule)
	t.Cleanup(h.close)
	talk, err := h.login(t.Context(), p.Users[0].Login, p.Password)
	if err != nil {
		t.Fatal(err)
	}
	return talk
}

var silent = io.Discard
