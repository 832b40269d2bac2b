package store_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

func open(t *testing.T, o store.Options) (*store.Stores, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return store.Open(ctx, o)
}

func TestHalfConfigured(t *testing.T) {
	t.Parallel()
	for _, o := range []store.Options{{MySQLDSN: "root@/etu"}, {RedisURL: "redis://h"}, {RedisURL: "redis://h", DataDir: "x"}} {
		if _, err := open(t, o); !errors.Is(err, store.ErrHalfConfigured) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := open(t, store.Options{}); err == nil {
		t.Error("nothing at all is taken")
	}
}

func TestOpenWaitsForRedisAndSaysSo(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	e.Redis().Stop(t)
	started := whenWaiting(e, func() { e.Redis().Start(t) })
	s := e.Open(t) // would wait for ever if nothing were said
	<-started
	if err := s.Redis.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOpenWaitsForMySQLAndSaysSo(t *testing.T) {
	t.Parallel()
	e := testenv.RealOwn(t)
	e.MariaDB().Stop(t)
	started := whenWaiting(e, func() { e.MariaDB().Start(t) })
	mustHaveTables(t, e.Open(t))
	<-started
}

// whenWaiting starts a store once the log says that it is waited for.
func whenWaiting(e *testenv.Env, start func()) (started chan struct{}) {
	started = make(chan struct{})
	waits := &heard{word: "en attente", once: make(chan struct{})}
	e.Log = slog.New(slog.NewTextHandler(waits, nil))
	go func() {
		defer close(started)
		<-waits.once
		start()
	}()
	return started
}

// heard is a log that tells when a word comes.
type heard struct {
	word  string
	first sync.Once
	once  chan struct{}
}

func (h *heard) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(h.word)) {
		h.first.Do(func() { close(h.once) })
	}
	return len(p), nil
}

func TestOpenStopsWaitingWithItsContext(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	e.Redis().Stop(t)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := store.Open(ctx, e.Options())
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, store.ErrUnavailable) {
		t.Error(err)
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("it took %v", d)
	}
}

// No wait mends a wrong password: it is said at once, and not shown.
func TestOpenDoesNotWaitForAWrongPassword(t *testing.T) {
	t.Parallel()
	e := testenv.RealOwn(t)
	if err := e.MariaDB().Exec("CREATE USER etu IDENTIFIED BY 'right'"); err != nil {
		t.Fatal(err)
	}
	cfg, err := mysql.ParseDSN(e.MySQLDSN)
	if err != nil {
		t.Fatal(err)
	}
	cfg.User, cfg.Passwd = "etu", "wr0ng"
	o := e.Options()
	o.MySQLDSN = cfg.FormatDSN()
	if _, err := open(t, o); err == nil || errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "wr0ng") {
		t.Errorf("MySQL: %v", err)
	}
	// The right password, but no right on the database, which is missing too.
	cfg.Passwd, cfg.DBName = "right", "forbidden"
	o.MySQLDSN = cfg.FormatDSN()
	if _, err := open(t, o); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("MySQL without rights: %v", err)
	}
	o = e.Options()
	e.Redis().Client(t, 0).ConfigSet(t.Context(), "requirepass", "right")
	o.RedisURL = strings.Replace(o.RedisURL, "unix://", "unix://:wr0ng@", 1)
	if _, err := open(t, o); err == nil || errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "wr0ng") {
		t.Errorf("Redis: %v", err)
	}
}

func TestRestartKeepsWhatIsInSQL(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		mustAddUser(t, s, "aa")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := addUser(t, e.Open(t), "aa", "other"); !store.IsDuplicate(err) {
			t.Errorf("after a restart: %v", err)
		}
	})
}
