package market

import (
	"context"
	"fmt"
	"slices"

	"etuservices/server/internal/store"
)

// maxUnsaid bounds what a seller is told at once; the rest comes the next time.
const maxUnsaid = 100

// Unsaid gives the articles of these sellers that were sold and of which they
// were not told. Errors: store.ErrUnavailable.
func (m *Market) Unsaid(ctx context.Context, sellers ...int64) ([]Article, error) {
	if len(sellers) == 0 {
		return nil, nil
	}
	in, args := store.In(sellers)
	list, err := articles(ctx, m.Stores.SQL.Read, `SELECT `+columns+tables+
		`JOIN annonces n ON n.article_id = a.id WHERE n.vendeur_id `+in+`
		ORDER BY a.vendu_le, a.id LIMIT ?`, append(args, maxUnsaid*len(sellers))...)
	if err != nil {
		return nil, fmt.Errorf("market: unsaid: %w", err)
	}
	return list, nil
}

// UnsaidTo is Unsaid of one seller, for those who come back all at once.
func (m *Market) UnsaidTo(ctx context.Context, seller int64) ([]Article, error) {
	r := &returned{seller: seller}
	if err := m.returning.Do(ctx, r); err != nil {
		return nil, fmt.Errorf("market: unsaid: %w", err)
	}
	return r.list, nil
}

// returned is a seller who is back, and what was sold meanwhile.
type returned struct {
	seller int64
	list   []Article
}

// mostReturned are asked about in one statement.
const mostReturned = 64

func (m *Market) readUnsaid(ctx context.Context, sellers []*returned) error {
	ids := make([]int64, 0, len(sellers))
	for _, r := range sellers {
		if !slices.Contains(ids, r.seller) { // on several connections
			ids = append(ids, r.seller)
		}
	}
	list, err := m.Unsaid(ctx, ids...)
	if len(list) == maxUnsaid*len(ids) && len(ids) > 1 { // somebody's may have been cut off by another's
		for _, r := range sellers {
			if r.list, err = m.Unsaid(ctx, r.seller); err != nil {
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

// Said notes that the seller of an article was told of its sale. Where that
// fails he is told again, which is better than never.
func (m *Market) Said(article int64) {
	ctx, cancel := context.WithTimeout(context.Background(), store.SQLTimeout)
	defer cancel()
	if _, err := m.Stores.SQL.Write.ExecContext(ctx, `DELETE FROM annonces WHERE article_id = ?`, article); err != nil {
		m.Log.Warn("vente dite, et à redire : non notée", "article", article, "erreur", err)
	}
}
