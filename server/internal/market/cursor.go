package market

import (
	"strconv"
	"strings"
)

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
