package inbox

import (
	"context"
	"errors"
	"time"

	"etuservices/server/internal/store"
)

// AddSold adds the news of a sale to the batch of the transaction that does it. Title
// and buyer are read when the seller looks, so that nothing keeps the name of an
// account that was deleted since.
func AddSold(b *store.Batch, seller, article int64, at store.Instant) {
	b.Exec(`INSERT INTO nouvelles (utilisateur_id, instant, type, article_id) VALUES (?, ?, ?, ?)`,
		seller, at, string(Sold), article)
}

// Add tells one user something, in the transaction that does it.
func Add(ctx context.Context, tx store.Tx, user int64, kind Kind, text string) error {
	_, err := tx.Exec(ctx, `INSERT INTO nouvelles (utilisateur_id, instant, type, texte) VALUES (?, ?, ?, ?)`,
		user, store.At(time.Now()), string(kind), text)
	return err
}

// AddForAll tells everybody something. The transaction has locked the row verrou of
// reglages, so that announcements commit in the order of their ids: a user's row of
// boites notes the last one that was taken in.
func AddForAll(ctx context.Context, tx store.Tx, text string) error {
	_, err := tx.Exec(ctx, `INSERT INTO communiques (instant, texte) VALUES (?, ?)`, store.At(time.Now()), text)
	return err
}

// Forget deletes all news of a user, in the transaction that deletes the account.
func Forget(ctx context.Context, tx store.Tx, user int64) error {
	_, news := tx.Exec(ctx, `DELETE FROM nouvelles WHERE utilisateur_id = ?`, user)
	_, box := tx.Exec(ctx, `DELETE FROM boites WHERE utilisateur_id = ?`, user)
	return errors.Join(news, box)
}

// sweepBatch bounds what one statement deletes, so that it never holds locks long.
const sweepBatch = 1000

// Sweep deletes the news that are too old. Errors: store.ErrUnavailable.
func (i *Inbox) Sweep(ctx context.Context) error {
	for _, table := range []string{"nouvelles", "communiques"} {
		if err := i.sql.DeleteAll(ctx, table, "id", "instant <= ?", sweepBatch, oldest(keep)); err != nil {
			return err
		}
	}
	return nil
}
