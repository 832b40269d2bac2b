package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// nodeDeadAfter is when the nodes of a test's Cluster take one for dead.
const nodeDeadAfter = 2 * time.Second

// openCluster opens stores on a Cluster of six.
func openCluster(t *testing.T) (*store.Stores, *testenv.RedisCluster) {
	t.Helper()
	e := testenv.Real(t)
	c := testenv.StartRedisCluster(t, "--cluster-node-timeout", fmt.Sprint(nodeDeadAfter.Milliseconds()), "--cluster-require-full-coverage", "no")
	e.RedisURL = c.URL()
	return e.Open(t), c
}

// userKey is one of a user's keys.
func userKey(i int) string { return fmt.Sprintf("etu:{u%d}:n", i) }

// TestSilentNodeDelaysOnlyItsOwnKeys: of a Cluster one master is frozen. Whoever asks for
// keys of others is answered at once, together with those who are not; the frozen
// master's are refused in time, and answered once its replica is promoted.
func TestSilentNodeDelaysOnlyItsOwnKeys(t *testing.T) {
	t.Parallel()
	const users, rounds = 60, 3
	s, cluster := openCluster(t)
	db := s.Redis.DB0
	silent := cluster.Master(userKey(0))
	own := map[int]bool{}
	for i := range users {
		if _, err := db.Batch(t.Context(), store.Call{Script: count, Keys: []string{userKey(i)}}); err != nil {
			t.Fatal(err)
		}
		own[i] = cluster.Master(userKey(i)) == silent
	}
	silent.Pause(t)
	var all sync.WaitGroup
	for i := range users {
		all.Go(func() {
			for range rounds {
				ctx, cancel := context.WithTimeout(t.Context(), store.RequestTime)
				began := time.Now()
				_, err := db.Batch(ctx, store.Call{Script: count, Keys: []string{userKey(i)}})
				took := time.Since(began)
				cancel()
				switch {
				case own[i] && err != nil && !errors.Is(err, store.ErrUnavailable):
					t.Errorf("key of the silent node: %v", err)
				case took > 5*time.Second:
					t.Errorf("a call took %v", took)
				case !own[i] && (err != nil || took > store.RedisTimeout/2):
					t.Errorf("key of another node: %v after %v", err, took)
				}
			}
		})
	}
	all.Wait()
	both := []store.Call{{Script: count, Keys: []string{userKey(0)}}}
	for i := range users {
		if !own[i] {
			both = append(both, store.Call{Script: count, Keys: []string{userKey(i)}})
			break
		}
	}
	if errs := store.Each(t.Context(), db, both...); errs[1] != nil {
		t.Errorf("asked for together with the silent node: %v", errs)
	}
	if err := s.Redis.Ping(t.Context()); err != nil {
		t.Errorf("with one node silent: %v", err)
	}
	backAfterPromotion(t, db, cluster)
	silent.Resume(t)
	cluster.WaitWhole(t)
	for i := range users {
		if _, err := db.Batch(t.Context(), store.Call{Script: count, Keys: []string{userKey(i)}}); err != nil {
			t.Errorf("all nodes answer again: %v", err)
		}
	}
}

// TestMasterOfAClusterIsKilled: its keys are served again 2 s after its replica was
// promoted.
func TestMasterOfAClusterIsKilled(t *testing.T) {
	t.Parallel()
	s, cluster := openCluster(t)
	db := s.Redis.DB0
	if _, err := db.Batch(t.Context(), store.Call{Script: count, Keys: []string{userKey(0)}}); err != nil {
		t.Fatal(err)
	}
	cluster.Master(userKey(0)).Kill(t)
	backAfterPromotion(t, db, cluster)
}

// backAfterPromotion waits until the first user's key has a master again, calling all the
// time, and until calls go well: at most 2 s later.
func backAfterPromotion(t *testing.T, db *store.DB, cluster *testenv.RedisCluster) {
	t.Helper()
	call := func() error {
		_, err := db.Batch(t.Context(), store.Call{Script: count, Keys: []string{userKey(0)}})
		return err
	}
	waited := testenv.WaitFor(t, 10*nodeDeadAfter, "no replica is promoted", func() bool {
		_ = call()
		return cluster.Master(userKey(0)) != nil
	})
	took := testenv.Eventually(t, 2*time.Second, call)
	t.Logf("promoted after %v, back %v later", waited, took)
}
