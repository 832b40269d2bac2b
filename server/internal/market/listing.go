package market

import (
	"context"
	"database/sql"
	"strings"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// Listing is an article to be sold, its values already judged.
type Listing struct {
	Category    string
	Cents       int64
	Title       string
	Description string
}

// Sell puts an article up for sale; a counted call. encode writes the reply.
// Errors: those of every counted call.
func (m *Market) Sell(ctx context.Context, user ledger.User, o Listing, ref string, encode func(Article, ledger.State) string) (Reply, error) {
	r := countedCall{
		user: user, service: ServiceListing, ref: ref,
		argsHash: hashArgs(o.Category, o.Cents, o.Title, o.Description),
	}
	return m.runCounted(ctx, r, func(ctx context.Context, tx *sql.Tx, slot ledger.Reservation, state ledger.State) (callResult, error) {
		a := Article{
			Title: o.Title, Description: o.Description, Category: o.Category, Cents: o.Cents,
			State: ForSale, Published: store.At(slot.Stamp), SellerID: user.ID, Seller: user.Login,
		}
		if err := m.insert(ctx, tx, &a); err != nil {
			return callResult{}, err
		}
		return callResult{result: Done, article: a.ID, reply: encode(a, state)}, nil
	})
}

// insert writes an article and the words by which it is found.
func (m *Market) insert(ctx context.Context, tx *sql.Tx, a *Article) error {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO articles (vendeur_id, categorie, prix_centimes, titre, description, etat, publie_le)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		a.SellerID, a.Category, a.Cents, a.Title, a.Description, string(ForSale), a.Published)
	if err != nil {
		return err
	}
	if a.ID, err = done.LastInsertId(); err != nil {
		return err
	}
	return writeWords(ctx, tx, a.ID, Words(a.Title))
}

func writeWords(ctx context.Context, tx *sql.Tx, id int64, words []string) error {
	if len(words) == 0 {
		return nil
	}
	args := make([]any, 0, 2*len(words))
	for _, w := range words {
		args = append(args, w, id)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO mots (mot, article_id) VALUES `+
		strings.Repeat(", (?, ?)", len(words))[2:], args...)
	return err
}

// Seed puts an article up for sale outside any quota, for the demonstration.
func (m *Market) Seed(ctx context.Context, seller ledger.User, o Listing, at store.Instant) error {
	return m.Stores.SQL.Tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return m.insert(ctx, tx, &Article{
			Title: o.Title, Description: o.Description, Category: o.Category, Cents: o.Cents,
			Published: at, SellerID: seller.ID,
		})
	})
}
