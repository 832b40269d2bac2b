package stats

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/store"
)

// user is the absolute figures of an account.
type user struct {
	id                  int64
	login               string
	logins, sales, buys int64
	last                store.Instant
}

const userTotals = `SELECT u.id, u.login, u.nb_connexions, u.nb_ventes, u.nb_achats, u.derniere_connexion FROM utilisateurs u `

// changed tells of the accounts that are new, or whose ledger has rows, behind
// a place.
func (b *Boards) changed(ctx context.Context, table string, from position, tell func(context.Context, []user) error) error {
	users, err := b.users(ctx, userTotals+`WHERE u.id > ?
		UNION `+userTotals+`WHERE u.id IN (SELECT l.utilisateur_id FROM `+table+` l WHERE l.id > ?)`, from.user, from.row)
	if err != nil {
		return err
	}
	for len(users) > 0 {
		n := min(batch, len(users))
		if err := tell(ctx, users[:n]); err != nil {
			return err
		}
		users = users[n:]
	}
	return nil
}

// everyone tells of all accounts, page by page.
func (b *Boards) everyone(ctx context.Context, tell func(context.Context, []user) error) error {
	var last int64
	for {
		users, err := b.users(ctx, userTotals+`WHERE u.id > ? ORDER BY u.id LIMIT ?`, last, batch)
		if err != nil || len(users) == 0 {
			return err
		}
		if err := tell(ctx, users); err != nil {
			return err
		}
		last = users[len(users)-1].id
	}
}

func (b *Boards) users(ctx context.Context, query string, args ...any) (list []user, err error) {
	rows, err := b.stores.SQL.Read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("boards: figures: %w", store.Classify(err))
	}
	defer rows.Close()
	for rows.Next() {
		var u user
		if err := scan(rows, &u); err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, store.Classify(rows.Err())
}

func scan(rows *sql.Rows, u *user) error {
	if err := rows.Scan(&u.id, &u.login, &u.logins, &u.sales, &u.buys, &u.last); err != nil {
		return fmt.Errorf("boards: figures: %w", store.Classify(err))
	}
	return nil
}

func (b *Boards) writeLogins(ctx context.Context, users []user) error {
	args := make([]any, 1, 1+3*len(users))
	args[0] = keptLast
	floor := newest(users)
	for _, u := range users {
		if strings.HasPrefix(u.login, accounts.AnonymousMark) {
			continue // deleted: on no board
		}
		var last int64
		if !u.last.IsZero() && u.last.Milli() >= floor {
			last = u.last.Milli()
		}
		args = append(args, u.login, u.logins, last)
	}
	_, err := store.EvalAll(ctx, b.stores.Redis.DB0,
		store.Call{Script: loginScript, Keys: []string{keyTotal, keyLast}, Args: args})
	return err
}

// newest is the instant, in milliseconds, below which none of the users can be
// among those that are kept: there are enough newer ones. Redis need not sort them.
func newest(users []user) (floor int64) {
	if len(users) <= keptLast {
		return 0
	}
	last := make([]int64, 0, len(users))
	for _, u := range users {
		if !u.last.IsZero() && !strings.HasPrefix(u.login, accounts.AnonymousMark) {
			last = append(last, u.last.Milli())
		}
	}
	if len(last) <= keptLast {
		return 0
	}
	slices.Sort(last)
	return last[len(last)-keptLast]
}

func (b *Boards) writeCalls(ctx context.Context, users []user) error {
	args := make([]any, 0, 3*len(users))
	for _, u := range users {
		args = append(args, u.login, u.sales, u.buys)
	}
	_, err := store.EvalAll(ctx, b.stores.Redis.DB1,
		store.Call{Script: callsScript, Keys: callKeys, Args: args})
	return err
}
