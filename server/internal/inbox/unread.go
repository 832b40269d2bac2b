package inbox

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"etuservices/server/internal/store"
)

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
