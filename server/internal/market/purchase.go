package market

import (
	"context"
	"database/sql"
	"errors"

	"etuservices/server/internal/broken"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// Buy buys an article; a counted call, whatever its result. encode writes the
// reply of a result; sold, when it is given, is called once the purchase is
// committed, and not when it is replayed.
func (m *Market) Buy(ctx context.Context, user ledger.User, id int64, ref string,
	encode func(Result, Article, ledger.State) string, sold func(Article),
) (Reply, error) {
	var bought Article
	r := countedCall{user: user, service: ServicePurchase, ref: ref, argsHash: hashArgs(id)}
	reply, err := m.runCounted(ctx, r, func(ctx context.Context, tx *sql.Tx, slot ledger.Reservation, state ledger.State) (callResult, error) {
		bought = Article{}
		if broken.SecondBuyer {
			_, _ = tx.ExecContext(ctx, `DELETE FROM annonces WHERE article_id = ?`, id)
			_, _ = tx.ExecContext(ctx, `UPDATE articles SET etat = 'en_vente' WHERE id = ? AND etat = 'vendu'`, id)
		}
		done, err := tx.ExecContext(ctx, `
			UPDATE articles SET etat = 'vendu', acheteur_id = ?, vendu_le = ?
			WHERE id = ? AND etat = 'en_vente' AND vendeur_id <> ?`,
			user.ID, store.At(slot.Stamp), id, user.ID)
		if err != nil {
			return callResult{}, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return callResult{}, err
		}
		a, err := article(ctx, tx, id)
		result := Done
		switch {
		case errors.Is(err, ErrAbsent):
			return callResult{result: Unknown, reply: encode(Unknown, a, state)}, nil
		case err != nil:
			return callResult{}, err
		case n == 1:
			bought = a
			// Until the seller was told, on whichever instance and however late.
			if _, err := tx.ExecContext(ctx, `INSERT INTO annonces (article_id, vendeur_id) VALUES (?, ?)`, id, a.SellerID); err != nil {
				return callResult{}, err
			}
		case a.SellerID == user.ID:
			result = Forbidden
		default:
			result = Gone
		}
		return callResult{result: result, article: id, reply: encode(result, a, state)}, nil
	})
	if err == nil && !reply.Replayed && bought.ID != 0 {
		m.deindex(bought.ID)
		if sold != nil {
			sold(bought)
		}
	}
	return reply, err
}

// Withdraw takes one's own article out of the sale; not counted. Errors:
// ErrAbsent, ErrNotYours, ErrGone, store.ErrUnavailable.
func (m *Market) Withdraw(ctx context.Context, user ledger.User, id int64) error {
	err := m.Stores.SQL.Tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := article(ctx, tx, id)
		if err != nil {
			return err
		}
		if a.SellerID != user.ID {
			return ErrNotYours
		}
		done, err := tx.ExecContext(ctx,
			`UPDATE articles SET etat = 'retire' WHERE id = ? AND etat = 'en_vente'`, id)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(ErrGone, err)
		}
		return nil
	})
	if err == nil {
		m.deindex(id)
	}
	return err
}
