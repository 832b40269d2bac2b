package quota

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/store"
)

const (
	// checkEvery bounds how often one user's window is held against the ledger,
	// so that a script that hammers a full quota costs SQL next to nothing.
	checkEvery = 5 * time.Second
	// maxChecked bounds the memory of when that was done last.
	maxChecked = 10_000
)

// checks remembers when a window was last held against the ledger.
type checks struct {
	mu   sync.Mutex
	last map[string]time.Time
}

func (c *checks) due(key string) bool {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.last[key]) < checkEvery {
		return false
	}
	if c.last == nil || len(c.last) >= maxChecked {
		c.last = make(map[string]time.Time)
	}
	c.last[key] = now
	return true
}

// dropPhantoms removes from Redis the slots of calls that an instance took and
// never wrote down, because it died: old enough to be settled, and not in the
// ledger. It says whether any went.
func (k *Keeper) dropPhantoms(ctx context.Context, user User, kind Kind) bool {
	key := windowKey(user, kind)
	if !k.checks.due(key) {
		return false
	}
	dropped, err := k.phantoms(ctx, user, kind, key)
	if err != nil {
		k.log.Warn("fenêtre non vérifiée contre le registre", "quota", kind, "erreur", err)
	}
	return dropped > 0
}

func (k *Keeper) phantoms(ctx context.Context, user User, kind Kind, key string) (int64, error) {
	db := k.stores.Redis.DB0
	now, err := db.Time(ctx).Result()
	if err != nil {
		return 0, store.Classify(err)
	}
	old, err := db.ZRangeByScore(ctx, key, &redis.ZRangeBy{
		Min: "-inf", Max: strconv.FormatInt(now.Add(-settleAfter).UnixMilli(), 10),
	}).Result()
	if err != nil || len(old) == 0 {
		return 0, store.Classify(err)
	}
	entries, err := k.ledger(ctx, user, kind)
	if err != nil {
		return 0, err
	}
	written := make(map[string]bool, len(entries))
	for _, e := range entries {
		written[e.id] = true
	}
	var phantoms []any
	for _, id := range old {
		if !written[id] {
			phantoms = append(phantoms, id)
		}
	}
	if len(phantoms) == 0 {
		return 0, nil
	}
	n, err := db.ZRem(ctx, key, phantoms...).Result()
	return n, store.Classify(err)
}
