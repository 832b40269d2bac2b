package market

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"etuservices/server/internal/broken"
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

// refLife is how long a ref is remembered (PROTOCOL.md §7.2).
const refLife = 24 * time.Hour

// replay gives the reply that a ref was given before. Errors: ErrRefReused,
// store.ErrUnavailable.
func (m *Market) replay(ctx context.Context, r countedCall) (line string, known bool, err error) {
	if r.ref == "" {
		return "", false, nil
	}
	var verb, print string
	err = m.Stores.SQL.Read.QueryRowContext(ctx, `
		SELECT verbe, empreinte, reponse FROM refs WHERE utilisateur_id = ? AND ref = ? AND expire_le > ?`,
		r.user.ID, r.ref, store.At(time.Now())).Scan(&verb, &print, &line)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("market: replay: %w", store.Classify(err))
	case verb != string(r.service) || print != r.argsHash:
		return "", false, ErrRefReused
	}
	return line, true, nil
}

// saveReply writes the reply of a repeatable call, in its own transaction. A twin
// that was committed meanwhile makes it fail as a duplicate.
func (m *Market) saveReply(ctx context.Context, tx *sql.Tx, r countedCall, reply string) error {
	if r.ref == "" || broken.RefTwice {
		return nil
	}
	now := time.Now()
	if _, err := tx.ExecContext(ctx, `DELETE FROM refs WHERE utilisateur_id = ? AND ref = ? AND expire_le <= ?`,
		r.user.ID, r.ref, store.At(now)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO refs (utilisateur_id, ref, verbe, empreinte, reponse, expire_le) VALUES (?, ?, ?, ?, ?, ?)`,
		r.user.ID, r.ref, string(r.service), r.argsHash, reply, store.At(now.Add(refLife)))
	return err
}

// hashArgs tells calls with other arguments apart.
func hashArgs(args ...any) string {
	h := sha256.New()
	for _, a := range args {
		s := fmt.Sprint(a)
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sweepBatch bounds what one cleaning takes, so that it never holds locks long.
const sweepBatch = 1000

// Sweep deletes the refs that ended.
func (m *Market) Sweep(ctx context.Context) error {
	_, err := m.Stores.SQL.DeleteSome(ctx, "refs", "utilisateur_id, ref", "expire_le <= ?", sweepBatch, store.At(time.Now()))
	return err
}
