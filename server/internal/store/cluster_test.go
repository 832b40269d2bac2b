package store_test

import (
	"errors"
	"net"
	"testing"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// A script whose answer is lost may have taken a quota's slot: it must not run again.
func TestLostAnswerRunsNothingTwice(t *testing.T) {
	t.Parallel()
	count := redis.NewScript(`return redis.call('INCR', KEYS[1]) -- marked`)

	run := func(t *testing.T, e *testenv.Env, cut *cutter) {
		s := e.Open(t)
		ctx := t.Context()
		if err := count.Eval(ctx, s.Redis.DB0, []string{"etu:{a}n"}).Err(); err != nil {
			t.Fatal(err)
		}
		word := "-- marked"
		cut.armed.Store(&word)
		err := count.Eval(ctx, s.Redis.DB0, []string{"etu:{a}n"}).Err()
		if !errors.Is(store.Classify(err), store.ErrUnavailable) {
			t.Errorf("the lost answer gave %v", err)
		}
		if n, err := s.Redis.DB0.Get(ctx, "etu:{a}n").Int(); n != 2 || err != nil {
			t.Errorf("ran %d times (%v), want 2", n, err)
		}
	}
	listen := func(t *testing.T) net.Listener {
		t.Helper()
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return ln
	}
	t.Run("one server", func(t *testing.T) {
		e := testenv.Real(t)
		ln := listen(t)
		cut := newCutter(t, "unix", e.Redis().Addr(), ln)
		e.RedisURL = "redis://" + ln.Addr().String()
		run(t, e, cut)
	})
	t.Run("cluster", func(t *testing.T) {
		e := testenv.Real(t)
		cluster := testenv.Cluster(t)
		ln := listen(t)
		cut := newCutter(t, "tcp", cluster.Addr(), ln)
		cluster.Announce(t, ln.Addr().String())
		e.RedisURL = "redis://" + ln.Addr().String() + "?addr=" + ln.Addr().String()
		run(t, e, cut)
	})
}
