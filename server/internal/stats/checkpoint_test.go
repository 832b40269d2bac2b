package stats

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// TestRebuildersDoNotUndoEachOther: two processes rebuild at once, each longer
// than the other's pause. Both may end; neither begins anew for ever.
func TestRebuildersDoNotUndoEachOther(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		ctx, db := t.Context(), env.Open(t).Redis.DB0
		first, err := startRebuild(ctx, db, keyLoginCheckpoint)
		if err != nil {
			t.Fatal(err)
		}
		second, err := startRebuild(ctx, db, keyLoginCheckpoint)
		if err != nil {
			t.Fatal(err)
		}
		m := checkpoint{candidate: position{row: 7, user: 3}, at: time.Now()}
		if err := writeCheckpoint(ctx, db, keyLoginCheckpoint, first, "1", m); err != nil {
			t.Fatal(err)
		}
		if got, err := readCheckpoint(ctx, db, keyLoginCheckpoint); err != nil || got.candidate != m.candidate {
			t.Errorf("after the first: %+v, %v", got, err)
		}
		late := checkpoint{candidate: position{row: 9, user: 9}, at: time.Now()}
		if err := writeCheckpoint(ctx, db, keyLoginCheckpoint, second, "1", late); err != nil {
			t.Fatal(err)
		}
		if got, err := readCheckpoint(ctx, db, keyLoginCheckpoint); err != nil || !got.known() {
			t.Errorf("after the second: %+v, %v", got, err)
		}
	})
}

// TestEmptiedRedisTakesNoCheckpoint: Redis was emptied after a rebuilding began, or
// after a checkpoint was read: what was written before is gone, so none may stand.
func TestEmptiedRedisTakesNoCheckpoint(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		ctx, db := t.Context(), env.Open(t).Redis.DB0
		m := checkpoint{candidate: position{row: 7, user: 3}, at: time.Now()}
		name, err := startRebuild(ctx, db, keyLoginCheckpoint)
		if err != nil {
			t.Fatal(err)
		}
		db.FlushAll(ctx)
		if _, err := startRebuild(ctx, db, keyLoginCheckpoint); err != nil { // another begins
			t.Fatal(err)
		}
		if err := writeCheckpoint(ctx, db, keyLoginCheckpoint, name, "1", m); err != nil {
			t.Fatal(err)
		}
		if got, err := readCheckpoint(ctx, db, keyLoginCheckpoint); err != nil || got.known() {
			t.Errorf("a checkpoint on an emptied Redis: %+v, %v", got, err)
		}
	})
}

// TestReaderDoesNotWaitForAnotherCheck: a check that hangs holds no reader for
// longer than his own patience.
func TestReaderDoesNotWaitForAnotherCheck(t *testing.T) {
	t.Parallel()
	b := New(testenv.Embedded(t).Open(t), slog.New(slog.DiscardHandler))
	_ = b.check.TryAcquire(1) // somebody checks, and hangs
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := b.Check(ctx); err == nil {
		t.Error("checked beside another check")
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("waited %v", took)
	}
}

// TestFarBehindIsRebuilt: a checkpoint that is many rows behind is not made up for by one
// query, which would be given up each time, but page by page.
func TestFarBehindIsRebuilt(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		ctx, stores := t.Context(), env.Open(t)
		boards := New(stores, slog.New(slog.DiscardHandler))
		for _, c := range []struct {
			behind  int64
			rebuilt bool
		}{{mostChanged, false}, {mostChanged + 1, true}} {
			must(t, stores.Redis.DB0.Del(ctx, keyLoginCheckpoint).Err())
			field, err := startRebuild(ctx, stores.Redis.DB0, keyLoginCheckpoint)
			must(t, err)
			must(t, writeCheckpoint(ctx, stores.Redis.DB0, keyLoginCheckpoint, field, rebuildStarted,
				checkpoint{confirmed: position{row: -c.behind}, at: time.Now()}))
			must(t, boards.Check(ctx))
			after, err := readCheckpoint(ctx, stores.Redis.DB0, keyLoginCheckpoint)
			must(t, err)
			if rebuilt := after.confirmed.row == 0; rebuilt != c.rebuilt {
				t.Errorf("%d rows behind: rebuilt %v", c.behind, rebuilt)
			}
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestFormerKeysGo: what an earlier version kept in Redis does not stay for ever.
func TestFormerKeysGo(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		ctx, stores := t.Context(), env.Open(t)
		for _, key := range formerCallKeys {
			stores.Redis.DB1.ZAdd(ctx, key, redis.Z{Score: 1, Member: "alice"})
		}
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		go New(stores, slog.New(slog.DiscardHandler)).Run(ctx, make(chan struct{}))
		testenv.Eventually(t, 10*time.Second, func() error {
			if n := stores.Redis.DB1.Exists(ctx, formerCallKeys...).Val(); n > 0 {
				return fmt.Errorf("%d are there", n)
			}
			return nil
		})
	})
}
