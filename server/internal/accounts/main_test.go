package accounts

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"etuservices/server/internal/hashing"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// cheap takes a fraction of a millisecond.
var cheap = argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// open makes the accounts of one instance.
func open(t *testing.T, stores *store.Stores, life time.Duration) *Accounts {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	quota := ledger.New(stores, ledger.Rule{Max: 10, Window: time.Minute}, log)
	t.Cleanup(quota.Close)
	registry := NewRegistry(stores.SQL)
	return New(Options{
		Stores: stores, Quota: quota, Hasher: hashing.New(cheap, time.Minute), Instance: "test",
		VisitsTTL: time.Minute, SessionTTL: life, Registry: registry, Revoker: registry, Stats: noStats{}, Log: log,
	})
}

// running makes Run run until the test ends, or is stopped before.
func running(t *testing.T, a *Accounts) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { a.Run(ctx); close(done) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// enter registers a user and logs him in.
func enter(t *testing.T, a *Accounts, login string) *Session {
	t.Helper()
	_, err := a.Create(t.Context(), Registration{Password: "motdepasse", User: User{
		Login: login, Email: login + "@univ.fr", FirstName: "A", LastName: "B", Role: Student,
	}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := a.Login(t.Context(), login, "motdepasse", Origin{Address: "127.0.0.1", Exempt: true})
	if err != nil {
		t.Fatal(err)
	}
	return l.Session
}

// noStats are the leaderboards of a server that keeps none.
type noStats struct{}

func (noStats) LoginUpdate(string, int64, time.Time) []store.Call { return nil }
func (noStats) RegistrationUpdate(...string) []store.Call         { return nil }
