package ledger

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"etuservices/server/internal/store"
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
