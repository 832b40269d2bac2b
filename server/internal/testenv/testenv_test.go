package testenv_test

import (
	"context"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

func TestEachKindOpens(t *testing.T) {
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		if err := s.SQL.Ping(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := s.Redis.Ping(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestRedisForgetsUnlessSaved(t *testing.T) {
	ctx := context.Background()
	r := testenv.Real(t).Redis()
	c := r.Client(t, 0)
	c.Set(ctx, "old", 1, 0)
	r.Save(t)
	c.Set(ctx, "new", 1, 0)
	r.Kill(t)
	r.Start(t)
	if n := c.Exists(ctx, "old").Val(); n != 1 {
		t.Error("what was saved is gone")
	}
	if n := c.Exists(ctx, "new").Val(); n != 0 {
		t.Error("what was not saved is back")
	}
	r.Stop(t)
	r.Forget(t)
	r.Start(t)
	if n := c.DBSize(ctx).Val(); n != 0 {
		t.Errorf("%d keys after Forget", n)
	}
}

// TestRedisClockMoves: what a script reads, too, and again after a restart.
func TestRedisClockMoves(t *testing.T) {
	ctx := context.Background()
	r := testenv.NewRedis(t)
	r.Start(t)
	r.OwnClock(t)
	c := r.Client(t, 0)
	differs := func(d time.Duration) {
		t.Helper()
		n, err := c.Eval(ctx, "return redis.call('TIME')[1]", nil).Int64()
		if err != nil {
			t.Fatal(err)
		}
		if off := time.Until(time.Unix(n, 0)) - d; off.Abs() > 10*time.Second {
			t.Errorf("the clock is %v off by %v", d, off)
		}
	}
	differs(0)
	for _, d := range []time.Duration{15 * time.Minute, -time.Hour} {
		r.MoveClock(t, d)
		differs(d)
		r.Kill(t)
		r.Start(t)
		differs(d)
	}
}

func TestOwnMariaDBComesBack(t *testing.T) {
	ctx := context.Background()
	e := testenv.RealOwn(t)
	s := e.Open(t)
	e.MariaDB().Kill(t)
	if err := s.SQL.Ping(ctx); err == nil {
		t.Fatal("a killed MariaDB answers")
	}
	e.MariaDB().Start(t)
	if err := s.SQL.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	e.Redis().Pause(t)
	if err := s.Redis.Ping(ctx); err == nil {
		t.Fatal("a paused Redis answers")
	}
	e.Redis().Resume(t)
	if err := s.Redis.Ping(ctx); err != nil {
		t.Fatal(err)
	}
}
