package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// inProgressPause is how often the ledger is asked for a twin's reply.
const inProgressPause = 20 * time.Millisecond

// Reply is what is answered to a counted call, ready to be sent.
type Reply struct {
	Line     string
	Replayed bool // the first reply, given again: nothing was done or counted
}

// callResult is what the work of a counted call brought.
type callResult struct {
	result  Result
	article int64
	reply   string
}

// mutation does a service's part of the transaction. The quota is certain by then.
type mutation func(ctx context.Context, tx *sql.Tx, slot ledger.Reservation, state ledger.State) (callResult, error)

// countedCall is a counted call to be done.
type countedCall struct {
	user     ledger.User
	service  Service
	ref      string // "" where the call is not repeatable
	argsHash string // hash of the arguments
}

// runCounted runs a counted call: a known ref is replayed, a slot is taken, the work is
// done and written down in one transaction, then Redis is told. Errors:
// *quota.Exceeded, ErrRefReused, store.ErrUnavailable; none of them counts.
func (m *Market) runCounted(ctx context.Context, r countedCall, w mutation) (Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, store.RequestTime)
	defer cancel()
	for {
		line, known, err := m.replay(ctx, r)
		if known || err != nil {
			return Reply{Line: line, Replayed: true}, err
		}
		slot, err := m.Quota.Reserve(ctx, r.user, ledger.Calls, r.ref)
		if errors.Is(err, ledger.ErrInProgress) {
			if err := pause(ctx, inProgressPause); err != nil {
				return Reply{}, err
			}
			continue
		}
		if err != nil {
			return m.replayOrFail(ctx, r, err)
		}
		call, done, err := m.commitCall(ctx, r, slot, w)
		if err != nil {
			return m.abandon(ctx, r, slot, err)
		}
		m.publish(ctx, slot, call)
		return Reply{Line: done.reply}, nil
	}
}

// commitCall is the transaction that decides: first the user's row, then articles.
func (m *Market) commitCall(ctx context.Context, r countedCall, slot ledger.Reservation, w mutation) (call Call, done callResult, err error) {
	at := store.At(slot.Stamp)
	call = Call{Login: r.user.Login, Service: r.service, Slot: slot.ID, At: slot.Stamp}
	err = m.Stores.SQL.GroupCommit(ctx, func(ctx context.Context, tx *sql.Tx) error {
		account, state, err := m.Quota.Confirm(ctx, tx, slot, r.service.counter())
		if err != nil {
			return err
		}
		if done, err = w(ctx, tx, slot, state); err != nil {
			return err
		}
		call.Account, call.Article = account, done.article
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO appels (utilisateur_id, service, article_id, resultat, instant, serveur, creneau, ref)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			r.user.ID, string(r.service), nullable(done.article), string(done.result), at, m.Instance, slot.ID, nullable(r.ref)); err != nil {
			return err
		}
		return m.saveReply(ctx, tx, r, done.reply)
	})
	return call, done, err
}

// abandon frees the slot of a call that was not written down, and answers a twin
// that lost the race with the winner's reply.
func (m *Market) abandon(ctx context.Context, r countedCall, slot ledger.Reservation, err error) (Reply, error) {
	if errors.Is(err, store.ErrCommitUnknown) {
		m.Quota.ResolveLater(slot)
		return Reply{}, fmt.Errorf("market: %s: %w", r.service, err)
	}
	m.Quota.Release(ctx, slot)
	var full *ledger.Exceeded
	if errors.As(err, &full) {
		m.Quota.Restore(ctx, slot.User, slot.Kind) // Redis had forgotten
		err = full
	}
	if full != nil || store.IsDuplicate(err) {
		return m.replayOrFail(ctx, r, err)
	}
	return Reply{}, fmt.Errorf("market: %s: %w", r.service, err)
}

// replayOrFail gives the reply of a twin that was committed meanwhile, or err.
func (m *Market) replayOrFail(ctx context.Context, r countedCall, err error) (Reply, error) {
	line, known, replayErr := m.replay(ctx, r)
	switch {
	case known, errors.Is(replayErr, ErrRefReused):
		return Reply{Line: line, Replayed: true}, replayErr
	case store.IsDuplicate(err): // the twin's reply cannot be read now: ask again
		return Reply{}, fmt.Errorf("market: %s: %w", r.service, errors.Join(store.ErrUnavailable, replayErr))
	}
	return Reply{}, err
}

// publish tells Redis what was committed; what is lost is rebuilt from SQL.
func (m *Market) publish(ctx context.Context, slot ledger.Reservation, call Call) {
	m.Quota.Complete(ctx, slot)
	if m.OnCall == nil {
		return
	}
	if _, err := m.Stores.Redis.DB1.Batch(ctx, m.OnCall(call)...); err != nil {
		m.Log.Warn("appel écrit mais non porté aux tableaux", "erreur", err)
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return store.Classify(ctx.Err())
	}
}

// nullable writes the zero value as NULL.
func nullable[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}
