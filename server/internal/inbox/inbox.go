// Package inbox keeps what happened to each user until the user has read it
// (NOUVELLES and LU, PROTOCOL.md §5).
//
// News are written in the transactions of others, and the order in which these
// commit is not that of their rows' ids. So a row gets its rank, which is what the
// wire shows, when the user looks: what commits later ranks above every page that
// was sent, and marking a page as read never marks it.
package inbox

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

// Kind says what happened, as the wire and the table do.
type Kind string

// The kinds of news.
const (
	Sold     Kind = "VENDU"
	Announce Kind = "ANNONCE"
	Expelled Kind = "EXPULSE"
	Reset    Kind = "RAZ"
)

const day = 24 * time.Hour

const (
	// keep is how long news are kept, and maxKept how many of one user.
	keep    = 90 * day
	maxKept = 500
	// announced is how long an announcement still enters the inboxes of those who
	// were away.
	announced = 30 * day
)

// Failures of this package.
var (
	// ErrAbsent is a rank that no page has shown.
	ErrAbsent error = &protocol.Error{Code: protocol.ABSENT}
	// ErrCursor is a cursor that List did not return.
	ErrCursor error = &protocol.Error{Code: protocol.SYNTAXE}
)

// Item is one piece of news.
type Item struct {
	Rank    int64
	At      store.Instant
	Kind    Kind
	Read    bool
	Text    string // what was said to the user; "" of a sale
	Article int64  // of a sale, as are the rest
	Title   string
	Buyer   string // as the account is called now
	Email   string // "" once the buyer's account is deleted
}

// Page is one page of news, newest first.
type Page struct {
	Items  []Item
	Next   string // "" on the last page
	Unread int    // in the whole inbox
	// Through is the greatest rank among the news that this page and those before it
	// chose from.
	Through int64
}

// Inbox is safe for concurrent use.
type Inbox struct {
	sql     *store.SQL
	unreads *store.Coalescer[*unreadOf]
}

// New makes the inbox of all users.
func New(db *store.SQL) *Inbox {
	i := &Inbox{sql: db}
	i.unreads = store.NewCoalescer(maxAtOnce, i.readUnread)
	return i
}

// List gives a page of a user's news, after the Next of the page before. Errors:
// ErrCursor, store.ErrUnavailable.
func (i *Inbox) List(ctx context.Context, user int64, limit int, after string) (page Page, err error) {
	var before int64
	if after != "" {
		if before, err = strconv.ParseInt(after, 10, 64); err != nil {
			return Page{}, ErrCursor
		}
	}
	err = i.locked(ctx, user, func(ctx context.Context, tx store.Tx, b *box) error {
		if after == "" {
			if err := b.rank(ctx, i.sql, tx); err != nil {
				return err
			}
			before = b.last + 1
		}
		page, err = b.page(ctx, tx, limit, before)
		return err
	})
	return page, err
}

// page reads the news below a rank.
func (b *box) page(ctx context.Context, tx store.Tx, limit int, before int64) (Page, error) {
	page := Page{Through: min(before-1, b.last)}
	err := tx.Query(ctx, func(rows *sql.Rows) error {
		var n Item
		err := rows.Scan(&n.Rank, &n.At, (*string)(&n.Kind), &n.Text, &n.Article, &n.Title, &n.Buyer, &n.Email)
		n.Read = n.Rank <= b.read
		page.Items = append(page.Items, n)
		return err
	}, `
		SELECT n.rang, n.instant, n.type, COALESCE(c.texte, n.texte, ''), COALESCE(a.id, 0), COALESCE(a.titre, ''),
		  COALESCE(b.login, ''), CASE b.etat WHEN 'supprime' THEN '' ELSE COALESCE(b.email, '') END
		FROM nouvelles n LEFT JOIN communiques c ON c.id = n.annonce_id
		LEFT JOIN articles a ON a.id = n.article_id LEFT JOIN utilisateurs b ON b.id = a.acheteur_id
		WHERE n.utilisateur_id = ? AND n.rang < ? AND n.instant > ? ORDER BY n.rang DESC LIMIT ?`,
		b.user, before, oldest(keep), limit+1)
	if err != nil {
		return Page{}, err
	}
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = strconv.FormatInt(page.Items[limit-1].Rank, 10)
	}
	unread, err := unread(ctx, tx.Conn, b.user)
	page.Unread = unread[b.user]
	return page, err
}

// MarkRead marks the news up to a rank as read, and gives the number of those that
// are not. Errors: ErrAbsent, store.ErrUnavailable.
func (i *Inbox) MarkRead(ctx context.Context, user, rank int64) (left int, err error) {
	return i.mark(ctx, user, func(_ context.Context, _ store.Tx, b *box) (int64, error) {
		if rank > b.last {
			return 0, ErrAbsent
		}
		return rank, nil
	})
}

// MarkAllRead marks all that there is now. Errors: store.ErrUnavailable.
func (i *Inbox) MarkAllRead(ctx context.Context, user int64) (left int, err error) {
	return i.mark(ctx, user, func(ctx context.Context, tx store.Tx, b *box) (int64, error) {
		err := b.rank(ctx, i.sql, tx)
		return b.last, err
	})
}

func (i *Inbox) mark(ctx context.Context, user int64, through func(context.Context, store.Tx, *box) (int64, error)) (left int, err error) {
	err = i.locked(ctx, user, func(ctx context.Context, tx store.Tx, b *box) error {
		rank, err := through(ctx, tx, b)
		if err != nil {
			return err
		}
		if rank > b.read {
			if _, err := tx.Exec(ctx, `UPDATE boites SET lu_jusqua = ? WHERE utilisateur_id = ?`, rank, user); err != nil {
				return err
			}
		}
		all, err := unread(ctx, tx.Conn, user)
		left = all[user]
		return err
	})
	return left, err
}

// locked runs fn in a transaction that holds the user's box.
func (i *Inbox) locked(ctx context.Context, user int64, fn func(context.Context, store.Tx, *box) error) error {
	run := func() error {
		return i.sql.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
			b, err := lock(ctx, i.sql, tx, user)
			if err != nil {
				return err
			}
			return fn(ctx, tx, b)
		})
	}
	err := run()
	if store.IsDuplicate(err) { // another session of the user made the box meanwhile
		err = run()
	}
	if err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	return nil
}

// oldest is the first instant that is younger than an age.
func oldest(age time.Duration) store.Instant { return store.At(time.Now().Add(-age)) }

// unreadOf is a user whose unread news are counted, and their number.
type unreadOf struct {
	user int64
	n    int
}

// maxAtOnce are counted in one statement: what comes back when a class lost its
// server.
const maxAtOnce = 64

// Unread is the number of news that a user has not read; those who log in at once share
// a query. Errors: store.ErrUnavailable.
func (i *Inbox) Unread(ctx context.Context, user int64) (int, error) {
	u := &unreadOf{user: user}
	if err := i.unreads.Do(ctx, u); err != nil {
		return 0, fmt.Errorf("inbox: unread: %w", err)
	}
	return u.n, nil
}

func (i *Inbox) readUnread(ctx context.Context, list []*unreadOf) error {
	ids := make([]int64, 0, len(list))
	for _, u := range list {
		if !slices.Contains(ids, u.user) {
			ids = append(ids, u.user)
		}
	}
	all, err := unread(ctx, i.sql.Read.Conn, ids...)
	for _, u := range list {
		u.n = all[u.user]
	}
	return err
}

// unread counts what the boxes of users have unread, with what came since the last
// look and has no rank yet.
func unread(ctx context.Context, from store.Conn, users ...int64) (map[int64]int, error) {
	in, ids := store.InClause(users)
	all := make(map[int64]int, len(users))
	err := from.Query(ctx, func(rows *sql.Rows) error {
		var user int64
		var n int
		err := rows.Scan(&user, &n)
		all[user] = min(n, maxKept)
		return err
	}, `
		SELECT u.id, (
		    SELECT COUNT(*) FROM nouvelles n WHERE n.utilisateur_id = u.id AND n.instant > ?
		      AND (n.rang IS NULL OR n.rang > COALESCE(b.lu_jusqua, 0))
		  ) + (
		    SELECT COUNT(*) FROM communiques c WHERE c.id > COALESCE(b.annonce_jusqua, 0) AND c.instant > ?)
		FROM utilisateurs u LEFT JOIN boites b ON b.utilisateur_id = u.id WHERE u.id `+in,
		append([]any{oldest(keep), oldest(announced)}, ids...)...)
	return all, err
}
