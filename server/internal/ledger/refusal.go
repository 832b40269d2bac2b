package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

const (
	// maxRefusals of a user are kept, for refusalLife.
	maxRefusals = 10
	refusalLife = 7 * 24 * time.Hour
)

// Refusal is a call that was over a quota.
type Refusal struct {
	Kind Kind
	At   time.Time // Redis's clock
}

func refusalsKey(login string) string { return "etu:{" + login + "}:refus" }

// noteRefusal remembers that a slot was refused. It changes no window.
func (l *Limiter) noteRefusal(ctx context.Context, slot Reservation) {
	l.refusals.add(refusalDay{slot.User.ID, slot.Stamp.UTC().Format(time.DateOnly), slot.Kind}, 1)
	_, err := l.stores.Redis.DB0.Batch(ctx, store.Call{
		Script: refusedScript, Keys: []string{refusalsKey(slot.User.Login)},
		Args: []any{fmt.Sprint(slot.Stamp.UnixMilli(), " ", slot.Kind), maxRefusals, refusalLife.Milliseconds()},
	})
	if err != nil {
		l.log.Warn("refus non noté pour la fiche du compte", "login", slot.User.Login, "erreur", err)
	}
}

// Refusals gives a user's last refusals, newest first. Redis alone has them. Errors:
// store.ErrUnavailable.
func (l *Limiter) Refusals(ctx context.Context, user User) ([]Refusal, error) {
	texts, err := l.stores.Redis.DB0.LRange(ctx, refusalsKey(user.Login), 0, maxRefusals-1).Result()
	if err != nil {
		return nil, fmt.Errorf("ledger: refusals: %w", err)
	}
	list := make([]Refusal, 0, len(texts))
	for _, text := range texts {
		stamp, kind, _ := strings.Cut(text, " ")
		ms, err := strconv.ParseInt(stamp, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("ledger: refusals: %w", err)
		}
		list = append(list, Refusal{Kind: Kind(kind), At: time.UnixMilli(ms).UTC()})
	}
	return list, nil
}

const (
	// countEvery is how often refusals are written to SQL: who calls a thousand times
	// over the quota costs one row of one statement.
	countEvery = 5 * time.Second
	// countBatch is how many rows a statement writes.
	countBatch = 500
)

// refusalDay is what refusals are counted by.
type refusalDay struct {
	user int64
	day  string // of UTC
	kind Kind
}

// refusalCounts are the refusals that are not written yet. They stay here while SQL
// does not answer.
type refusalCounts struct {
	mu  sync.Mutex
	all map[refusalDay]int64
}

func (c *refusalCounts) add(day refusalDay, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = make(map[refusalDay]int64)
	}
	c.all[day] += n
}

// take gives all counts, which the caller writes or adds again.
func (c *refusalCounts) take() map[refusalDay]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.all
	c.all = nil
	return all
}

// RecordRefusals writes the counts of refusals to SQL until ctx ends, and the last ones then.
func (l *Limiter) RecordRefusals(ctx context.Context) {
	write := func() {
		if err := l.writeRefusals(context.WithoutCancel(ctx)); err != nil {
			l.log.Debug("refus non écrits, gardés pour plus tard", "erreur", err)
		}
	}
	wait.Every(ctx, countEvery, write)
	write()
}

// writeRefusals writes the counts. Those of a statement that fails are kept; where its
// answer was lost they may be written twice, for they bound nothing.
func (l *Limiter) writeRefusals(ctx context.Context) error {
	counts := l.refusals.take()
	add := ` ON DUPLICATE KEY UPDATE nombre = nombre + VALUES(nombre)`
	if l.stores.SQL.Dialect == store.SQLite {
		add = ` ON CONFLICT DO UPDATE SET nombre = nombre + excluded.nombre`
	}
	var failed error
	for some := range slices.Chunk(slices.Collect(maps.Keys(counts)), countBatch) {
		var args []any
		for _, day := range some {
			args = append(args, day.user, day.day, string(day.kind), counts[day])
		}
		if failed == nil {
			_, failed = l.stores.SQL.Write.Exec(ctx, `INSERT INTO refus (utilisateur_id, jour, quota, nombre) VALUES `+
				strings.Repeat(", (?, ?, ?, ?)", len(some))[2:]+add, args...)
		}
		if failed != nil {
			for _, day := range some {
				l.refusals.add(day, counts[day])
			}
		}
	}
	if failed != nil {
		return fmt.Errorf("ledger: write refusals: %w", failed)
	}
	return nil
}

// sweepRefusals deletes the counts of accounts that were deleted before they were
// written.
func (l *Limiter) sweepRefusals(ctx context.Context) error {
	_, err := l.stores.SQL.DeleteSome(ctx, "refus", "utilisateur_id, jour, quota",
		"utilisateur_id IN (SELECT id FROM utilisateurs WHERE etat = 'supprime')", sweepBatch)
	return err
}
