package market

import (
	"context"
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

// ListingResult is what became of a VENTE.
type ListingResult struct {
	ledger.Replay `json:"-"`

	Article Article      `json:"article"`
	Quota   ledger.State `json:"quota"` // of calls, this one included
}

// Sell puts an article up for sale; a counted call. Errors: see ledger.Limiter.Run.
func (m *Market) Sell(ctx context.Context, user ledger.User, o Listing, ref string) (ListingResult, error) {
	l := listing{market: m, seller: user, offer: o}
	replay, err := m.run(ctx, user, ledger.Listing, ref, hashArgs(o.Category, o.Cents, o.Title, o.Description), &l)
	l.result.Replay = replay
	return l.result, err
}

// listing is the mutation of a VENTE.
type listing struct {
	market *Market
	seller ledger.User
	offer  Listing
	result ListingResult
}

func (l *listing) Result() any       { return &l.result }
func (l *listing) Read(*store.Batch) {}

func (l *listing) Apply(ctx context.Context, tx store.Tx, slot ledger.Reservation, quota ledger.State, b *store.Batch) (ledger.Entry, error) {
	a := Article{
		Title: l.offer.Title, Description: l.offer.Description, Category: l.offer.Category, Cents: l.offer.Cents,
		State: ForSale, Published: store.At(slot.Stamp), SellerID: l.seller.ID, Seller: l.seller.Login,
	}
	if err := l.market.insert(ctx, tx, b, &a); err != nil {
		return ledger.Entry{}, err
	}
	l.result = ListingResult{Article: a, Quota: quota}
	return ledger.Entry{Outcome: string(Done), Article: a.ID}, nil
}

// insert writes an article, and adds the words by which it is found to b.
func (m *Market) insert(ctx context.Context, tx store.Tx, b *store.Batch, a *Article) error {
	done, err := tx.Exec(ctx, `
		INSERT INTO articles (vendeur_id, categorie, prix_centimes, titre, description, etat, publie_le)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		a.SellerID, a.Category, a.Cents, a.Title, a.Description, string(ForSale), a.Published)
	if err != nil {
		return err
	}
	if a.ID, err = done.LastInsertId(); err != nil {
		return err
	}
	addWords(b, a.ID, Words(a.Title))
	return nil
}

func addWords(b *store.Batch, id int64, words []string) {
	if len(words) == 0 {
		return
	}
	args := make([]any, 0, 2*len(words))
	for _, w := range words {
		args = append(args, w, id)
	}
	b.Exec(`INSERT INTO mots (mot, article_id) VALUES `+strings.Repeat(", (?, ?)", len(words))[2:], args...)
}

// Seed puts an article up for sale outside any quota, for the demonstration.
func (m *Market) Seed(ctx context.Context, seller ledger.User, o Listing, at store.Instant) error {
	return m.Stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		var words store.Batch
		err := m.insert(ctx, tx, &words, &Article{
			Title: o.Title, Description: o.Description, Category: o.Category, Cents: o.Cents,
			Published: at, SellerID: seller.ID,
		})
		if err != nil {
			return err
		}
		return m.Stores.SQL.RunBatch(ctx, tx, &words)
	})
}
