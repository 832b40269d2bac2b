package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"etuservices/server/internal/broken"
	"etuservices/server/internal/inbox"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// PurchaseResult is what became of an ACHAT.
type PurchaseResult struct {
	ledger.Replay `json:"-"`

	Result  Result       `json:"result"`
	Article Article      `json:"article"` // zero where it is Unknown
	Quota   ledger.State `json:"quota"`   // of calls, this one included
}

// Buy buys an article; a counted call, whatever its result. Errors: see
// ledger.Limiter.Run.
func (m *Market) Buy(ctx context.Context, user ledger.User, id int64, ref string) (PurchaseResult, error) {
	p := purchase{buyer: user, id: id}
	replay, err := m.run(ctx, user, ledger.Purchase, ref, hashArgs(id), &p)
	p.result.Replay = replay
	if err == nil && !replay.Replayed && p.result.Result == Done {
		m.deindex(id)
	}
	return p.result, err
}

// purchase is the mutation of an ACHAT.
type purchase struct {
	buyer  ledger.User
	id     int64
	found  Article // with the buyer that it may have; zero where there is none
	result PurchaseResult
}

func (p *purchase) Result() any { return &p.result }

// Read asks for the article beside who wants to buy it.
func (p *purchase) Read(b *store.Batch) {
	p.found = Article{}
	if broken.SecondBuyer {
		b.Exec(`DELETE FROM annonces WHERE article_id = ?`, p.id)
		b.Exec(`UPDATE articles SET etat = 'en_vente' WHERE id = ? AND etat = 'vendu'`, p.id)
	}
	b.Query(func(rows *sql.Rows) error { return rows.Scan(p.found.fields()...) },
		`SELECT `+columns+` FROM articles a JOIN utilisateurs v ON v.id = a.vendeur_id
		JOIN utilisateurs b ON b.id = ? WHERE a.id = ?`, p.buyer.ID, p.id)
}

func (p *purchase) Apply(ctx context.Context, tx store.Tx, slot ledger.Reservation, quota ledger.State, b *store.Batch) (ledger.Entry, error) {
	result, err := p.take(ctx, tx, store.At(slot.Stamp))
	if err != nil {
		return ledger.Entry{}, err
	}
	if result == Done { // until the seller was told, on whichever instance and however late
		b.Exec(`INSERT INTO annonces (article_id, vendeur_id) VALUES (?, ?)`, p.id, p.found.SellerID)
		inbox.AddSold(b, p.found.SellerID, p.id, store.At(slot.Stamp))
	}
	p.result = PurchaseResult{Result: result, Article: p.found, Quota: quota}
	return ledger.Entry{Outcome: string(result), Article: p.id}, nil
}

// take makes the article the buyer's. Read's answer may be outdated for one that
// is for sale; one that was sold or withdrawn stays so.
func (p *purchase) take(ctx context.Context, tx store.Tx, at store.Instant) (Result, error) {
	switch {
	case p.found.ID == 0:
		return Unknown, nil
	case p.found.SellerID == p.buyer.ID:
		return Forbidden, nil
	case p.found.State != ForSale:
		return Gone, nil
	}
	done, err := tx.Exec(ctx, `
		UPDATE articles SET etat = 'vendu', acheteur_id = ?, vendu_le = ?
		WHERE id = ? AND etat = 'en_vente' AND vendeur_id <> ?`,
		p.buyer.ID, at, p.id, p.buyer.ID)
	if err != nil {
		return "", err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return Done, err
	}
	return Gone, nil
}

// Withdraw takes one's own article out of the sale; not counted. Errors:
// ErrAbsent, ErrNotYours, ErrGone, store.ErrUnavailable.
func (m *Market) Withdraw(ctx context.Context, user ledger.User, id int64) error {
	err := m.Stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		a, err := article(ctx, tx.Conn, id)
		if err != nil {
			return err
		}
		if a.SellerID != user.ID {
			return ErrNotYours
		}
		done, err := tx.Exec(ctx,
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
