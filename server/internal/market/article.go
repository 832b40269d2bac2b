package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"etuservices/server/internal/broken"
	"etuservices/server/internal/store"
)

// columns of an Article, of which a is the article, v its seller, b its buyer.
// A deleted account has no address any more.
const columns = `a.id, a.titre, a.description, a.categorie, a.prix_centimes, a.etat, a.publie_le, a.vendu_le,
	a.vendeur_id, v.login, CASE v.etat WHEN 'supprime' THEN '' ELSE v.email END,
	COALESCE(b.login, ''), CASE b.etat WHEN 'supprime' THEN '' ELSE COALESCE(b.email, '') END`

// tables joins all three by LEFT JOIN, though each article has a seller: MariaDB would
// otherwise begin with the accounts where they are few, and sort all articles.
const tables = ` FROM articles a LEFT JOIN utilisateurs v ON v.id = a.vendeur_id
	LEFT JOIN utilisateurs b ON b.id = a.acheteur_id `

func (a *Article) fields() []any {
	return []any{
		&a.ID, &a.Title, &a.Description, &a.Category, &a.Cents, (*string)(&a.State), &a.Published, &a.Sold,
		&a.SellerID, &a.Seller, &a.SellerEmail, &a.Buyer, &a.BuyerEmail,
	}
}

// Article reads one article, whatever its state. Errors: ErrAbsent,
// store.ErrUnavailable.
func (m *Market) Article(ctx context.Context, id int64) (Article, error) {
	a, err := article(ctx, m.Stores.SQL.Read.Conn, id)
	if broken.StaleRead && a.State == Sold {
		a.State = ForSale
	}
	return a, err
}

func article(ctx context.Context, q store.Conn, id int64) (a Article, err error) {
	err = q.QueryRow(ctx, `SELECT `+columns+tables+`WHERE a.id = ?`, id).Scan(a.fields()...)
	if errors.Is(err, sql.ErrNoRows) {
		return Article{}, ErrAbsent
	}
	if err != nil {
		return Article{}, fmt.Errorf("market: article: %w", err)
	}
	return a, nil
}

func articles(ctx context.Context, q store.Conn, query string, args ...any) ([]Article, error) {
	var list []Article
	err := q.Query(ctx, func(rows *sql.Rows) error {
		var a Article
		err := rows.Scan(a.fields()...)
		list = append(list, a)
		return err
	}, query, args...)
	return list, err
}
