package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"etuservices/server/internal/store"
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
	lead, none, err := m.search(ctx, &q, f)
	if none || err != nil {
		return Page{}, err
	}
	if lead == nil {
		return m.page(ctx, q, f.Order, f.Limit)
	}
	return m.listAmong(ctx, q, *lead, f)
}

// listAmong reads a page among the candidates: of the newest, the first ones fill it
// almost always.
func (m *Market) listAmong(ctx context.Context, q query, c candidates, f Filter) (Page, error) {
	if f.priced() {
		if c.more {
			return m.page(ctx, q, f.Order, f.Limit)
		}
		return m.page(ctx, q.restrictTo(c), f.Order, f.Limit)
	}
	newest, others := c.newest(2*(f.Limit+1), f.below())
	page, err := m.page(ctx, q.restrictTo(newest), f.Order, f.Limit)
	if err != nil || page.Next != "" || !others {
		return page, err
	}
	if !c.more {
		q = q.restrictTo(c)
	}
	return m.page(ctx, q, f.Order, f.Limit)
}

// priced says whether the list is sorted by price.
func (f Filter) priced() bool { return f.Order == Cheapest || f.Order == Expensive }

// below is the number below which a page's articles stand, newest first.
func (f Filter) below() int64 {
	if n, err := strconv.ParseInt(f.After, 10, 64); err == nil {
		return n
	}
	return math.MaxInt64 // the first page, or one by price
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
