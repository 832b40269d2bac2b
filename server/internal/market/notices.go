package market

import (
	"context"
	"fmt"
	"slices"

	"etuservices/server/internal/store"
)

// maxNotices bounds what a seller is sent at once; the rest comes the next time.
const maxNotices = 100

// PendingNotices gives the articles of these sellers that were sold and of which they
// were not told. Errors: store.ErrUnavailable.
func (m *Market) PendingNotices(ctx context.Context, sellers ...int64) ([]Article, error) {
	if len(sellers) == 0 {
		return nil, nil
	}
	in, args := store.InClause(sellers)
	list, err := articles(ctx, m.Stores.SQL.Read.Conn, `SELECT `+columns+tables+
		`JOIN annonces n ON n.article_id = a.id WHERE n.vendeur_id `+in+`
		ORDER BY a.vendu_le, a.id LIMIT ?`, append(args, maxNotices*len(sellers))...)
	if err != nil {
		return nil, fmt.Errorf("market: pending notices: %w", err)
	}
	return list, nil
}

// PendingNoticesFor is PendingNotices of one seller. Those who log in at the same moment
// share a query.
func (m *Market) PendingNoticesFor(ctx context.Context, seller int64) ([]Article, error) {
	r := &noticesOfSeller{seller: seller}
	if err := m.returning.Do(ctx, r); err != nil {
		return nil, fmt.Errorf("market: pending notices: %w", err)
	}
	return r.list, nil
}

// noticesOfSeller is a seller who logged in, and what was sold meanwhile.
type noticesOfSeller struct {
	seller int64
	list   []Article
}

// maxSellersAtOnce are looked up in one statement.
const maxSellersAtOnce = 64

func (m *Market) readPendingNotices(ctx context.Context, sellers []*noticesOfSeller) error {
	ids := make([]int64, 0, len(sellers))
	for _, r := range sellers {
		if !slices.Contains(ids, r.seller) { // on several connections
			ids = append(ids, r.seller)
		}
	}
	list, err := m.PendingNotices(ctx, ids...)
	if len(list) == maxNotices*len(ids) && len(ids) > 1 { // somebody's may have been cut off by another's
		for _, r := range sellers {
			if r.list, err = m.PendingNotices(ctx, r.seller); err != nil {
				return err
			}
		}
		return nil
	}
	for _, r := range sellers {
		for _, a := range list {
			if a.SellerID == r.seller {
				r.list = append(r.list, a)
			}
		}
	}
	return err
}

// AckNotice notes that the seller of an article was told of its sale. Where that
// fails the user is told again, which is better than never.
func (m *Market) AckNotice(article int64) {
	ctx, cancel := context.WithTimeout(context.Background(), store.SQLTimeout)
	defer cancel()
	if _, err := m.Stores.SQL.Write.Exec(ctx, `DELETE FROM annonces WHERE article_id = ?`, article); err != nil {
		m.Log.Warn("vente dite, et à redire : non notée", "article", article, "erreur", err)
	}
}
