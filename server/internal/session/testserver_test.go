package session_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/app"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// testCost hashes in a fraction of a millisecond.
var testCost = argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const (
	password = "motdepasse"
	// plenty is a quota that no test reaches unless it is about quotas.
	plenty = 10_000
	// defaultMax is the quota of PROTOCOL.md §7.
	defaultMax = 10
)

// testServer is a server without sockets, on stores of its own.
type testServer struct {
	*app.App
	stores *store.Stores
	logs   *testenv.Log // everything, debug included
	users  int
}

func newTestServer(t testing.TB, env *testenv.Env, quotaMax int) *testServer {
	t.Helper()
	h := &testServer{stores: env.Open(t), logs: &testenv.Log{}}
	log := slog.New(slog.NewTextHandler(h.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfg := config.Config{
		Instance: "essai", QuotaMax: quotaMax, QuotaWindow: 10 * time.Minute, MaxConns: 4,
		VisitsTTL: 30 * time.Second, SessionTTL: 30 * time.Minute, Limits: config.DefaultLimits,
	}
	cfg.Limits.Attempts = config.Attempts{} // no test of this package is about them
	h.App = app.New(cfg, hashing.Options{Cost: testCost}, h.stores, log)
	t.Cleanup(h.Close)
	return h
}

// register opens an account <login>@univ.fr and gives its login.
func (h *testServer) register(t testing.TB, login string, role accounts.Role) string {
	t.Helper()
	_, err := h.Accounts.Create(context.Background(), accounts.Registration{
		User: accounts.User{
			Login: login, Email: login + "@univ.fr", FirstName: "Prénom", LastName: "Nom", Role: role,
		},
		Password: password,
	})
	if err != nil {
		t.Fatal(err)
	}
	return login
}

// newcomer opens an account that no other test has.
func (h *testServer) newcomer(t testing.TB, role accounts.Role) string {
	t.Helper()
	h.users++
	return h.register(t, fmt.Sprintf("%s-%d", role, h.users), role)
}

// login gives a connection of a new student.
func (h *testServer) login(t testing.TB) *talk {
	t.Helper()
	return h.loginAs(t, h.newcomer(t, accounts.Student))
}

func (h *testServer) loginAs(t testing.TB, login string) *talk {
	t.Helper()
	c := h.connect(t)
	c.Must("AUTH " + login + " " + password)
	return c
}

// execSQL changes the tables behind the server's back.
func (h *testServer) execSQL(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := h.stores.SQL.Write.Exec(context.Background(), statement, args...); err != nil {
		t.Fatal(err)
	}
}
