package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/testenv"
)

func TestEmbeddedRedisAsksForItsPassword(t *testing.T) {
	t.Parallel()
	e := testenv.Embedded(t)
	o := e.Options()
	o.EmbeddedRedisAddr = "127.0.0.1:0"
	s, err := open(t, o)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(e.DataDir, "redis.password")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	password := strings.TrimSpace(string(text))
	ping := func(password string) error {
		c := redis.NewClient(&redis.Options{Addr: s.EmbeddedRedisAddr(), Password: password})
		defer func() { _ = c.Close() }()
		return c.Ping(t.Context()).Err()
	}
	if ping("") == nil || ping("wrong") == nil {
		t.Error("the door is open")
	}
	if err := ping(password); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	e.Open(t)
	if again, _ := os.ReadFile(file); string(again) != string(text) {
		t.Error("a restart changed the password")
	}
}

func TestEmbeddedRedisListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	o := testenv.Embedded(t).Options()
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "localhost:0", "127.0.0.1"} {
		o.EmbeddedRedisAddr = addr
		if s, err := open(t, o); err == nil {
			t.Errorf("%s is taken", addr)
			_ = s.Close()
		}
	}
	o.EmbeddedRedisAddr = "127.0.0.1:0"
	s, err := open(t, o) // after so many failures the folder is free
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
}

func TestKeysReallyExpire(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		t.Parallel()
		s := e.Open(t)
		ctx := t.Context()
		s.Redis.DB0.Set(ctx, "short", 1, 1500*time.Millisecond)
		s.Redis.DB0.Set(ctx, "long", 1, time.Minute)
		time.Sleep(500 * time.Millisecond)
		if s.Redis.DB0.Exists(ctx, "short").Val() != 1 {
			t.Error("gone before its time")
		}
		time.Sleep(2500 * time.Millisecond) // a tick late at most
		if s.Redis.DB0.Exists(ctx, "short").Val() != 0 {
			t.Error("still there")
		}
		if left := s.Redis.DB0.PTTL(ctx, "long").Val(); left > 58500*time.Millisecond || left < 55*time.Second {
			t.Errorf("%v left of a minute after 3 s", left)
		}
	})
}

// What the quota's script leans on: TIME, and SELECT that does not leak.
func TestScriptsKnowTimeAndDatabases(t *testing.T) {
	t.Parallel()
	script := redis.NewScript(`
		local t = redis.call('TIME')
		redis.call('SET', KEYS[1], 'zero')
		redis.call('SELECT', ARGV[1])
		redis.call('SET', KEYS[1], 'one')
		return tonumber(t[1])`)
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		ctx := t.Context()
		sec, err := script.Run(ctx, s.Redis.DB0, []string{"etu:x"}, 1).Int64()
		if err != nil || time.Since(time.Unix(sec, 0)).Abs() > 5*time.Second {
			t.Fatalf("%d, %v", sec, err)
		}
		zero, one := s.Redis.DB0.Get(ctx, "etu:x").Val(), s.Redis.DB1.Get(ctx, "etu:x").Val()
		if zero != "zero" || one != "one" {
			t.Errorf("database 0 holds %q, database 1 %q", zero, one)
		}
	})
}

// TestEmbeddedRedisTakesLongPipelines: whatever stands in a pipeline, neither side
// waits for the other to read first.
func TestEmbeddedRedisTakesLongPipelines(t *testing.T) {
	t.Parallel()
	s := testenv.Embedded(t).Open(t)
	const n = 20000
	answers, err := s.Redis.DB0.Pipelined(t.Context(), func(p redis.Pipeliner) error {
		for range n {
			p.Incr(t.Context(), "etu:long")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if got := a.(*redis.IntCmd).Val(); got != int64(i+1) {
			t.Fatalf("answer %d is %d", i, got)
		}
	}
}
