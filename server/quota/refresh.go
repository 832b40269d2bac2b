package quota

import (
	"context"
	"fmt"
	"time"

	"etuservices/server/store"
)

// refresh makes a window in Redis what the ledger says: slots that Redis forgot
// (it was emptied, or came back on an old file) are told again, and phantoms
// go: slots that an instance took and never wrote down, because it died or lost
// an answer, once they are old enough to be settled. It says whether any went.
func (k *Keeper) refresh(ctx context.Context, user User, kind Kind) (dropped bool, err error) {
	key := windowKey(user, kind)
	// Redis first: what is written down while we read is then no phantom.
	slots, err := k.slots(ctx, key)
	if err != nil {
		return false, err
	}
	entries, err := k.ledger(ctx, user, kind)
	if err != nil {
		return false, err
	}
	written := make(map[string]bool, len(entries))
	for _, e := range entries {
		written[e.id] = true
	}
	var phantoms []any
	for _, s := range slots {
		switch {
		case written[s.id]:
		case s.age >= settleAfter:
			phantoms = append(phantoms, s.id)
		default:
			k.checks.sooner(key, settleAfter-s.age)
		}
	}
	if len(phantoms) > 0 {
		if err := k.stores.Redis.DB0.ZRem(ctx, key, phantoms...).Err(); err != nil {
			return false, store.Classify(err)
		}
	}
	_, _, err = k.look(ctx, user, kind, entries)
	return len(phantoms) > 0, err
}

// aged is a slot in Redis, and how long ago it was taken by Redis's clock.
type aged struct {
	id  string
	age time.Duration
}

func (k *Keeper) slots(ctx context.Context, key string) ([]aged, error) {
	db := k.stores.Redis.DB0
	list, err := db.ZRangeWithScores(ctx, key, 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("quota: slots: %w", store.Classify(err))
	}
	now, err := db.Time(ctx).Result()
	if err != nil {
		return nil, fmt.Errorf("quota: slots: %w", store.Classify(err))
	}
	slots := make([]aged, len(list))
	for i, z := range list {
		id, _ := z.Member.(string)
		slots[i] = aged{id, now.Sub(time.UnixMilli(int64(z.Score)))}
	}
	return slots, nil
}
