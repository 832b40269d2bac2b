package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

func TestClassifyLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		nil, redis.Nil, sql.ErrNoRows, context.Canceled, errors.New("ours"),
		&mysql.MySQLError{Number: 1064}, fmt.Errorf("wrapped: %w", sql.ErrNoRows),
	} {
		if got := store.Classify(err); got != err { // unchanged
			t.Errorf("%v became %v", err, got)
		}
	}
	for _, err := range []error{
		context.DeadlineExceeded, mysql.ErrInvalidConn, redis.ErrPoolTimeout, redis.ErrClosed, sql.ErrConnDone,
		&mysql.MySQLError{Number: 1290}, &mysql.MySQLError{Number: 1114}, fmt.Errorf("w: %w", store.ErrCommitUnknown),
	} {
		got := store.Classify(fmt.Errorf("wrapped: %w", err))
		if !errors.Is(got, store.ErrUnavailable) || !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
		if store.Classify(got) != got { // once
			t.Errorf("%v is wrapped twice", err)
		}
	}
}

func TestRedisFailuresAreUnavailable(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	s := e.Open(t)
	ctx := t.Context()
	admin := e.Redis().Client(t, 0)
	set := func() error { return s.Redis.DB0.Set(ctx, "k", "v", 0).Err() }
	// Also through a script, which wraps the reply's text.
	script := func() error {
		return redis.NewScript(`return redis.call('SET', KEYS[1], 'v')`).Run(ctx, s.Redis.DB0, []string{"k"}).Err()
	}
	within := func(name string, limit time.Duration, f func() error) {
		t.Helper()
		start := time.Now()
		if err := f(); !errors.Is(store.Classify(err), store.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > limit {
			t.Errorf("%s took %v", name, d)
		}
	}
	config := func(key, value string) {
		t.Helper()
		if err := admin.ConfigSet(ctx, key, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	config("maxmemory", "1")
	within("OOM", time.Second, set)
	within("OOM in a script", time.Second, script)
	config("maxmemory", "0")
	config("replica-serve-stale-data", "yes")
	if err := admin.ReplicaOf(ctx, "127.0.0.1", "1").Err(); err != nil {
		t.Fatal(err)
	}
	within("READONLY", time.Second, set)
	within("READONLY in a script", time.Second, script)
	config("replica-serve-stale-data", "no")
	within("MASTERDOWN", time.Second, set)
	if err := admin.ReplicaOf(ctx, "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}
	if err := set(); err != nil {
		t.Error(err)
	}
	e.Redis().Pause(t)
	within("paused", 3*time.Second, set)
	e.Redis().Resume(t)
	e.Redis().Kill(t)
	within("killed", time.Second, set)
	e.Redis().Start(t)
	if err := set(); err != nil {
		t.Errorf("back again: %v", err)
	}
	if err := s.Redis.DB0.Get(ctx, "none").Err(); store.Classify(err) != redis.Nil { // unchanged
		t.Error(err)
	}
}

func TestMySQLFailuresAreUnavailable(t *testing.T) {
	t.Parallel()
	e := testenv.RealOwn(t)
	s := e.Open(t)
	id := mustAddUser(t, s, "aa")
	write := func() error {
		return s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, bump, id)
			return err
		})
	}
	check := func(name string) {
		t.Helper()
		start := time.Now()
		if err := write(); !errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrCommitUnknown) {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > store.SQLTimeout+time.Second {
			t.Errorf("%s took %v", name, d)
		}
	}
	e.MariaDB().Pause(t)
	check("paused")
	e.MariaDB().Resume(t)
	if err := write(); err != nil {
		t.Errorf("resumed: %v", err)
	}
	e.MariaDB().Kill(t)
	check("killed")
	e.MariaDB().Start(t)
	if err := write(); err != nil {
		t.Errorf("back again: %v", err)
	}
	if err := s.SQL.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
