package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"etuservices/protocol"
	"etuservices/server/internal/ledger"
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

// ErrCursor is an After that is not a cursor which List returned.
var ErrCursor error = &protocol.Error{Code: protocol.SYNTAXE}

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
		var id int64
		err := m.Stores.SQL.Read.QueryRow(ctx, `SELECT id FROM utilisateurs WHERE login = ?`, f.Seller).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return Page{}, nil
		}
		if err != nil {
			return Page{}, fmt.Errorf("market: list: %w", err)
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
	list, err := articles(ctx, m.Stores.SQL.Read.Conn,
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

// query is a WHERE in the making.
type query struct {
	terms []string
	args  []any
}

func (q *query) where(term string, args ...any) {
	q.terms = append(q.terms, term)
	q.args = append(q.args, args...)
}

// by sorts so that an index can be read in order, one way or the other.
func (o Order) by() string {
	switch o {
	case Cheapest:
		return " ORDER BY a.prix_centimes, a.id"
	case Expensive:
		return " ORDER BY a.prix_centimes DESC, a.id DESC"
	default:
		return " ORDER BY a.id DESC"
	}
}

// cursor names the place behind an article in an order: "12" or "450-12".
func (o Order) cursor(a Article) string {
	id := strconv.FormatInt(a.ID, 10)
	if o == Cheapest || o == Expensive {
		return strconv.FormatInt(a.Cents, 10) + "-" + id
	}
	return id
}

// CheckCursor fails with ErrCursor where no page in this order ends so.
func (o Order) CheckCursor(cursor string) error { return new(query).after(o, cursor) }

// after narrows the query to what stands behind a cursor. Paging by place and
// not by number keeps pages apart while articles come and go.
func (q *query) after(o Order, cursor string) error {
	if cursor == "" {
		return nil
	}
	price, id, priced := strings.Cut(cursor, "-")
	if !priced {
		id = price
	}
	if priced != (o == Cheapest || o == Expensive) {
		return ErrCursor
	}
	n, err := strconv.ParseUint(id, 10, 63)
	if err != nil {
		return ErrCursor
	}
	if !priced {
		q.where("a.id < ?", n)
		return nil
	}
	cents, err := strconv.ParseUint(price, 10, 31)
	if err != nil {
		return ErrCursor
	}
	if o == Cheapest {
		q.where("(a.prix_centimes > ? OR a.prix_centimes = ? AND a.id > ?)", cents, cents, n)
	} else {
		q.where("(a.prix_centimes < ? OR a.prix_centimes = ? AND a.id < ?)", cents, cents, n)
	}
	return nil
}

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
