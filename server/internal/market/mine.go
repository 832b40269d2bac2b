package market

import (
	"context"

	"etuservices/server/internal/ledger"
)

// OwnListings gives a user's own articles, newest first.
func (m *Market) OwnListings(ctx context.Context, user ledger.User, limit int, cursor string) (Page, error) {
	return m.listOwn(ctx, "a.vendeur_id = ?", user, limit, cursor)
}

// OwnPurchases gives what a user bought, newest article first.
func (m *Market) OwnPurchases(ctx context.Context, user ledger.User, limit int, cursor string) (Page, error) {
	return m.listOwn(ctx, "a.acheteur_id = ?", user, limit, cursor)
}

func (m *Market) listOwn(ctx context.Context, whose string, user ledger.User, limit int, cursor string) (Page, error) {
	q := query{}
	q.where(whose, user.ID)
	if err := q.after(Recent, cursor); err != nil {
		return Page{}, err
	}
	return m.page(ctx, q, Recent, limit)
}
