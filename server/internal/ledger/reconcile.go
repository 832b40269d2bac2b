package ledger

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"etuservices/server/internal/store"
)

// futureSlack is how much later than now a slot may be stamped that was taken while a
// window was read. A later one was stamped by a clock that was set back since.
const futureSlack = settleAfter

// refresh makes a window in Redis equal to the ledger. Slots that Redis lost (it was
// emptied, or came back on an old file) are added. Orphans are removed: slots older than
// settleAfter that an instance took and never committed, because it died or lost an
// answer, and those before a RAZ that did not reach Redis. Slots in the future are
// stamped anew, with now, in both. It says whether there were orphans; where nothing
// differs nothing is written.
func (l *Limiter) refresh(ctx context.Context, user User, kind Kind) (dropped bool, err error) {
	key := windowKey(user, kind)
	// Redis first: what is written down while we read is then no orphan.
	held, err := l.window(ctx, user, kind)
	if err != nil {
		return false, err
	}
	entries, reset, err := l.ledger(ctx, user, kind, held.now)
	if err != nil {
		return false, err
	}
	differs := !held.known
	latest := held.now.Add(futureSlack)
	if n := len(entries); n > 0 && entries[n-1].stamp.After(latest) {
		now, err := l.straighten(ctx, user, kind)
		if err != nil {
			return false, err
		}
		for i := range entries {
			if entries[i].stamp.After(now.Add(futureSlack)) {
				entries[i].stamp = store.At(now)
			}
		}
	}
	ledger := make(map[string]bool, len(entries))
	for _, e := range entries {
		ledger[e.id] = true
		differs = differs || !held.slots[e.id].Equal(e.stamp.Time)
	}
	var orphans []string
	for id, stamp := range held.slots {
		age := held.now.Sub(stamp)
		switch {
		case ledger[id], age >= l.rule.Window:
		case age >= settleAfter, stamp.After(latest), reset[id]:
			orphans = append(orphans, id)
		default:
			l.checks.sooner(key, settleAfter-age)
		}
	}
	if len(orphans) > 0 {
		if dropped, err = l.drop(ctx, user, kind, held.now, orphans); err != nil {
			return false, err
		}
	}
	if differs || dropped {
		_, _, err = l.usage(ctx, WindowKeys(user), kind, entries)
	}
	return dropped, err
}

// drop removes those of the slots from a window in Redis that the ledger does not count.
func (l *Limiter) drop(ctx context.Context, user User, kind Kind, now time.Time, slots []string) (dropped bool, err error) {
	counted, err := l.counted(ctx, user, kind, now, slots...)
	if err != nil {
		return false, err
	}
	var orphans []any
	for _, id := range slots {
		if !counted[id] {
			orphans = append(orphans, id)
		}
	}
	if len(orphans) == 0 {
		return false, nil
	}
	if err := l.stores.Redis.DB0.ZRem(ctx, windowKey(user, kind), orphans...).Err(); err != nil {
		return false, err
	}
	return true, nil
}

// straighten stamps slots in the future with now: the clock that stamped them was set
// back, and they would count for longer than a window. It gives that now, which is read
// once the user's row is locked: one from before a long wait would let them count for
// less than a window.
func (l *Limiter) straighten(ctx context.Context, user User, kind Kind) (now time.Time, err error) {
	err = l.stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Exec(ctx, lockUser, user.ID); err != nil {
			return err
		}
		held, err := l.window(ctx, user, kind)
		if err != nil {
			return err
		}
		now = held.now
		from, reset := store.At(now.Add(futureSlack)), store.Instant{}
		if err := tx.QueryRow(ctx, `SELECT raz_le FROM utilisateurs WHERE id = ?`, user.ID).Scan(&reset); err != nil {
			return err
		}
		if reset.After(from.Time) { // what a RAZ emptied stays so
			from = reset
		}
		_, err = tx.Exec(ctx, `UPDATE `+kind.table()+` SET instant = ? WHERE utilisateur_id = ? AND instant > ?`,
			store.At(now), user.ID, from)
		if err != nil || kind != Logins {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE utilisateurs SET derniere_connexion = ? WHERE id = ? AND derniere_connexion > ?`,
			store.At(now), user.ID, from)
		return err
	})
	if err == nil {
		l.log.Warn("créneaux dans le futur ramenés à maintenant : l'horloge de Redis a reculé", "login", user.Login, "quota", kind)
	}
	return now, err
}

// windowEntries is what Redis has of a window, at a moment of its own clock.
type windowEntries struct {
	now   time.Time
	known bool
	slots map[string]time.Time
}

func (l *Limiter) window(ctx context.Context, user User, kind Kind) (h windowEntries, err error) {
	answer, err := store.Eval(ctx, l.stores.Redis.DB0, store.Call{
		Script: windowScript, Keys: []string{windowKey(user, kind), knownKey(user, kind)},
	})
	if err != nil {
		return h, fmt.Errorf("ledger: window: %w", err)
	}
	list, ok := answer.([]any)
	if !ok || len(list) < 2 {
		return h, fmt.Errorf("ledger: unexpected answer of Redis: %T", answer)
	}
	first, err := numbers(list[:2], 2)
	if err != nil {
		return h, err
	}
	h = windowEntries{time.UnixMilli(first[0]).UTC(), first[1] == 1, make(map[string]time.Time, len(list)/2)}
	for i := 2; i+1 < len(list); i += 2 {
		id, _ := list[i].(string)
		score, _ := list[i+1].(string)
		ms, err := strconv.ParseFloat(score, 64)
		if err != nil {
			return h, fmt.Errorf("ledger: unexpected score in Redis: %w", err)
		}
		h.slots[id] = time.UnixMilli(int64(ms)).UTC()
	}
	return h, nil
}
