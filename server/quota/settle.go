package quota

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"etuservices/server/store"
)

// settleAfter is when the ledger is asked whether a commit whose answer was
// lost took place (contract section 3, INDISPONIBLE): by then the transaction
// has ended one way or the other.
const settleAfter = 10 * time.Second

// Settle keeps a slot whose commit nobody can know of, until the ledger tells:
// then it stays or is given back. It returns at once.
func (k *Keeper) Settle(slot Slot) {
	k.settling.Go(func() {
		for {
			select {
			case <-k.closing:
				return // the window lets go of the slot by itself
			case <-time.After(settleAfter):
			}
			ctx, cancel := context.WithTimeout(context.Background(), store.SQLTimeout)
			kept, err := k.inLedger(ctx, slot)
			cancel()
			if err != nil {
				continue
			}
			if kept {
				k.Done(context.Background(), slot)
			} else {
				k.GiveBack(context.Background(), slot)
			}
			return
		}
	})
}

func (k *Keeper) inLedger(ctx context.Context, slot Slot) (bool, error) {
	var one int
	err := k.stores.SQL.Read.QueryRowContext(ctx, `SELECT 1 FROM `+slot.Kind.table()+`
		WHERE utilisateur_id = ? AND creneau = ? AND instant = ?`, slot.User.ID, slot.ID, store.At(slot.Stamp)).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Close ends what still waits to be settled.
func (k *Keeper) Close() {
	close(k.closing)
	k.settling.Wait()
}
