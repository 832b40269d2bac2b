package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

var (
	echo  = store.NewScript(`return ARGV[1]`)
	count = store.NewScript(`return redis.call('INCR', KEYS[1])`)
	fails = store.NewScript(`return redis.error_reply('OURS no')`)
)

// TestEachGetsItsOwnAnswer: whoever shares a round trip gets what it asked for,
// or its own error, also from a Redis that has lost its scripts.
func TestEachGetsItsOwnAnswer(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		t.Parallel()
		db := e.Open(t).Redis.DB0
		release := store.FillRedisBatches(db)
		const callers = 20
		got, errs := make([][]any, callers), make([]error, callers)
		var all sync.WaitGroup
		for i := range callers {
			all.Go(func() {
				middle := count
				if i%5 == 4 {
					middle = fails
				}
				got[i], errs[i] = db.Batch(t.Context(),
					store.Call{Script: echo, Keys: []string{"k"}, Args: []any{i}},
					store.Call{Script: middle, Keys: []string{"n"}})
			})
		}
		for store.Asking(db) < callers {
			runtime.Gosched()
		}
		release()
		all.Wait()
		for i := range callers {
			switch {
			case i%5 == 4:
				if errs[i] == nil || !strings.Contains(errs[i].Error(), "OURS") {
					t.Errorf("caller %d: %v, want its own error", i, errs[i])
				}
			case errs[i] != nil || got[i][0] != fmt.Sprint(i):
				t.Errorf("caller %d: %v, %v", i, got[i], errs[i])
			}
		}
		if n, err := db.Get(t.Context(), "n").Int(); err != nil || n != callers-callers/5 {
			t.Errorf("%d counted (%v): each runs once", n, err)
		}
	})
}

func TestWhoGivesUpAsksNothing(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		t.Parallel()
		db := e.Open(t).Redis.DB0
		release := store.FillRedisBatches(db)
		defer release()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := db.Batch(ctx, store.Call{Script: count, Keys: []string{"n"}})
			done <- err
		}()
		for store.Asking(db) == 0 {
			runtime.Gosched()
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if n := store.Asking(db); n != 0 {
			t.Errorf("%d still ask", n)
		}
	})
}
