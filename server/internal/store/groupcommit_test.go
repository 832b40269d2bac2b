package store_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// crowd makes callers of Together wait behind transactions that fill all lanes.
// Opened, it lets them go together.
type crowd struct {
	t      *testing.T
	s      *store.Stores
	id     int64 // the user whom everybody bumps
	open   chan struct{}
	first  sync.WaitGroup // those who fill the lanes
	all    sync.WaitGroup
	mu     sync.Mutex
	shared map[store.Tx]int // transactions and how many bumped in each
	errs   map[string]error
}

func newCrowd(t *testing.T, s *store.Stores) *crowd {
	c := &crowd{
		t: t, s: s, open: make(chan struct{}),
		shared: map[store.Tx]int{}, errs: map[string]error{},
	}
	c.id = mustAddUser(t, c.s, "aa")
	var inside sync.WaitGroup
	for range store.MaxBatches(c.s.SQL) {
		inside.Add(1)
		c.first.Go(func() {
			err := c.s.SQL.GroupCommit(t.Context(), func(context.Context, store.Tx) error {
				inside.Done()
				<-c.open
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	inside.Wait()
	return c
}

// join queues one more caller.
func (c *crowd) join(ctx context.Context, name string, fn func(context.Context, store.Tx) error) {
	c.t.Helper()
	before := store.Waiting(c.s.SQL)
	c.all.Go(func() {
		err := c.s.SQL.GroupCommit(ctx, fn)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.errs[name] = err
	})
	for store.Waiting(c.s.SQL) == before {
		runtime.Gosched()
	}
}

func (c *crowd) bump(ctx context.Context, tx store.Tx) error {
	_, err := tx.Exec(ctx, bump, c.id)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shared[tx]++
	return err
}

func (c *crowd) release() {
	close(c.open)
	c.first.Wait()
	c.all.Wait()
}

func (c *crowd) bumps() (n int) {
	c.t.Helper()
	if err := c.s.SQL.Read.QueryRow(c.t.Context(), `SELECT nb_ventes FROM utilisateurs WHERE id = ?`, c.id).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

func TestThoseWhoWaitShareOneCommit(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		t.Parallel()
		c := newCrowd(t, e.Open(t))
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			c.join(t.Context(), name, c.bump)
		}
		c.release()
		for name, err := range c.errs {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := c.bumps(); n != 5 || len(c.shared) != 1 {
			t.Errorf("%d bumps in %d transactions, want 5 in one", n, len(c.shared))
		}
	})
}

var errOwn = errors.New("a caller's own error")

func TestOneOfSeveralFails(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		t.Parallel()
		c := newCrowd(t, e.Open(t))
		c.join(t.Context(), "a", c.bump)
		c.join(t.Context(), "bad", func(ctx context.Context, tx store.Tx) error {
			return errors.Join(c.bump(ctx, tx), errOwn)
		})
		c.join(t.Context(), "b", c.bump)
		c.release()
		if !errors.Is(c.errs["bad"], errOwn) || c.errs["a"] != nil || c.errs["b"] != nil {
			t.Errorf("got %v", c.errs)
		}
		if n := c.bumps(); n != 2 {
			t.Errorf("%d bumps stand, want the two that did not fail", n)
		}
	})
}

func TestPanicIsItsCallersAlone(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		t.Parallel()
		c := newCrowd(t, e.Open(t))
		c.join(t.Context(), "a", c.bump)
		met := make(chan any, 1)
		before := store.Waiting(c.s.SQL)
		c.all.Go(func() {
			defer func() { met <- recover() }()
			_ = c.s.SQL.GroupCommit(t.Context(), func(context.Context, store.Tx) error { panic("ours") })
		})
		for store.Waiting(c.s.SQL) == before {
			runtime.Gosched()
		}
		c.join(t.Context(), "b", c.bump)
		c.release()
		if p := <-met; p != "ours" {
			t.Errorf("its caller met %v", p)
		}
		if n := c.bumps(); n != 2 || c.errs["a"] != nil || c.errs["b"] != nil {
			t.Errorf("%d bumps, %v", n, c.errs)
		}
		// Its lane is free again.
		if err := c.s.SQL.GroupCommit(t.Context(), c.bump); err != nil {
			t.Error(err)
		}
	})
}

func TestWhoGivesUpWaitingRunsNothing(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		t.Parallel()
		c := newCrowd(t, e.Open(t))
		ctx, cancel := context.WithCancel(t.Context())
		c.join(ctx, "a", c.bump)
		c.join(t.Context(), "b", c.bump)
		cancel()
		for store.Waiting(c.s.SQL) == 2 {
			runtime.Gosched()
		}
		c.release()
		if !errors.Is(c.errs["a"], context.Canceled) || c.errs["b"] != nil {
			t.Errorf("got %v", c.errs)
		}
		if n := c.bumps(); n != 1 {
			t.Errorf("%d bumps", n)
		}
	})
}

func TestLostSharedCommitIsUnknownToAll(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	cut := throughCutter(t, e)
	c := newCrowd(t, e.Open(t))
	word := "COMMIT"
	c.join(t.Context(), "a", func(ctx context.Context, tx store.Tx) error {
		c.first.Wait() // only this transaction is left to commit
		cut.armed.Store(&word)
		return c.bump(ctx, tx)
	})
	c.join(t.Context(), "b", c.bump)
	c.release()
	for name, err := range c.errs {
		if !errors.Is(err, store.ErrCommitUnknown) || !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := c.bumps(); n != 2 || len(c.errs) != 2 {
		t.Errorf("%d bumps, %d answers; both stand, and nobody ran again", n, len(c.errs))
	}
}
