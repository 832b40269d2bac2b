package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"etuservices/protocol"
	"etuservices/server/store"
)

// Order is the way in which a list is sorted, as the wire names it.
type Order string

// The orders of ARTICLES.
const (
	Recent    Order = "recent"
	Cheapest  Order = "prix"
	Expensive Order = "-prix"
)

// Filter says which articles are wanted. Zero values filter nothing.
type Filter struct {
	Category string
	Query    string
	MaxCents *int64 // inclusive
	Seller   string
	Order    Order
	Limit    int
	After    string // the Next of the page before
}

// Page is one page of a list.
type Page struct {
	Articles []Article
	Next     string // "" on the last page
}

// ErrCursor is an After that no page gave.
var ErrCursor = errors.New("market: not the next page of anything")

// rareWord is the number of articles up to which a word leads the search; a
// commoner one is met soon enough by reading the list itself.
const rareWord = 1000

// List gives what is for sale. Errors: ErrCursor, store.ErrUnavailable.
func (m *Market) List(ctx context.Context, f Filter) (Page, error) {
	q := query{}
	q.where("a.etat = 'en_vente'")
	if f.Category != "" {
		q.where("a.categorie = ?", f.Category)
	}
	if f.MaxCents != nil {
		q.where("a.prix_centimes <= ?", *f.MaxCents)
	}
	if f.Seller != "" {
		id, err := m.sellerID(ctx, f.Seller)
		if errors.Is(err, sql.ErrNoRows) {
			return Page{}, nil
		}
		if err != nil {
			return Page{}, fmt.Errorf("market: list: %w", store.Classify(err))
		}
		q.where("a.vendeur_id = ?", id)
	}
	if err := q.after(f.Order, f.After); err != nil {
		return Page{}, err
	}
	if none, err := m.search(ctx, &q, f.Query); none || err != nil {
		return Page{}, err
	}
	return m.page(ctx, q, f.Order, f.Limit)
}

// page runs a query for one more article than wanted, to know of a next page.
func (m *Market) page(ctx context.Context, q query, order Order, limit int) (Page, error) {
	list, err := articles(ctx, m.Stores.SQL.Read,
		`SELECT `+columns+tables+`WHERE `+strings.Join(q.terms, " AND ")+order.by()+` LIMIT ?`,
		append(q.args, limit+1)...)
	if err != nil {
		return Page{}, fmt.Errorf("market: list: %w", err)
	}
	if len(list) <= limit {
		return Page{Articles: list}, nil
	}
	list = list[:limit]
	return Page{Articles: list, Next: order.cursor(list[limit-1])}, nil
}

func (m *Market) sellerID(ctx context.Context, login string) (id int64, err error) {
	err = m.Stores.SQL.Read.QueryRowContext(ctx, `SELECT id FROM utilisateurs WHERE login = ?`, login).Scan(&id)
	return id, err
}

// search narrows a query to the articles of which every word of s begins a
// word. none says that there is certainly no such article.
func (m *Market) search(ctx context.Context, q *query, s string) (none bool, err error) {
	words := prefixes(s)
	if len(words) > protocol.MaxTitle/2+1 {
		return true, nil // more words than a title has room for
	}
	lead := -1
	var ids []any
	for i, w := range words {
		found, err := m.withWord(ctx, w)
		if err != nil {
			return false, fmt.Errorf("market: search: %w", err)
		}
		if len(found) == 0 {
			return true, nil
		}
		if len(found) <= rareWord && (lead < 0 || len(found) < len(ids)) {
			lead, ids = i, found
		}
	}
	for i, w := range words {
		if i != lead {
			q.where(hasWord, w, after(w))
		}
	}
	if lead >= 0 {
		q.where("a.id IN ("+strings.Repeat(", ?", len(ids))[2:]+")", ids...)
	}
	return false, nil
}

// hasWord is asked of one article after the other. As EXISTS, MariaDB would turn
// it into a join and write all articles with a common word into a table first.
const hasWord = "(SELECT 1 FROM mots m WHERE m.article_id = a.id AND m.mot >= ? AND m.mot < ? LIMIT 1) IS NOT NULL"

// withWord gives the articles with a word that begins so, rareWord + 1 at most.
func (m *Market) withWord(ctx context.Context, prefix string) (ids []any, err error) {
	rows, err := m.Stores.SQL.Read.QueryContext(ctx,
		`SELECT article_id FROM mots WHERE mot >= ? AND mot < ? LIMIT ?`, prefix, after(prefix), rareWord+1)
	if err != nil {
		return nil, store.Classify(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, store.Classify(err)
		}
		ids = append(ids, id)
	}
	return ids, store.Classify(rows.Err())
}
