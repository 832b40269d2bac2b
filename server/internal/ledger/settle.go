package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"etuservices/server/internal/store"
)

const (
	// settleAfter is how old a slot must be that stands in no ledger, before it is
	// taken for one whose call ended without writing it down: no request works that
	// long.
	settleAfter = 10 * time.Second
	// settleFirst is when the ledger is first asked whether a commit whose answer
	// was lost took place, and settleEvery how often it is asked again where it did
	// not answer: within 10 s after it is back (PROTOCOL.md §3).
	settleFirst = 5 * time.Second
	settleEvery = time.Second
)

// ResolveLater keeps a slot whose commit nobody can know of, until the ledger tells:
// then it stays or is given back. It returns at once.
func (k *Limiter) ResolveLater(slot Reservation) {
	k.settling.Go(func() {
		for wait := settleFirst; ; wait = settleEvery {
			select {
			case <-k.closing:
				return // the next process finds it by its age
			case <-time.After(wait):
			}
			written, err := k.written(context.Background(), slot.User, slot.Kind, slot.ID)
			if err != nil {
				continue
			}
			if written[slot.ID] {
				k.Complete(context.Background(), slot)
			} else {
				k.Release(context.Background(), slot)
			}
			return
		}
	})
}

// written tells which slots stand in the ledger, for certain: the lock of the
// user's row waits for a transaction whose COMMIT is still to be done.
func (k *Limiter) written(ctx context.Context, user User, kind Kind, slots ...string) (written map[string]bool, err error) {
	err = k.stores.SQL.Tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, lockUser, user.ID); err != nil {
			return err
		}
		in, args := store.InClause(slots)
		found, err := store.Texts(ctx, tx, `SELECT creneau FROM `+kind.table()+`
			WHERE utilisateur_id = ? AND creneau `+in, append([]any{user.ID}, args...)...)
		written = make(map[string]bool, len(found))
		for _, slot := range found {
			written[slot] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("quota: settle: %w", err)
	}
	return written, nil
}

// lockUser takes the lock that every call takes which is written down.
const lockUser = `UPDATE utilisateurs SET etat = etat WHERE id = ?`

// Close ends what still waits to be settled.
func (k *Limiter) Close() {
	close(k.closing)
	k.settling.Wait()
}
