package stats

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/store"
)

// user is what the boards show of an account: totals, which only grow.
type user struct {
	id                          int64
	login                       string
	logins, listings, purchases int64
	last                        store.Instant // of its logins
}

const userTotals = `SELECT u.id, u.login, u.nb_connexions, u.nb_ventes, u.nb_achats, u.derniere_connexion FROM utilisateurs u `

// writeChanged writes the accounts that are new, or whose ledger has rows, behind a
// place.
func (b *Boards) writeChanged(ctx context.Context, o boards, from position) error {
	users, err := b.users(ctx, userTotals+`WHERE u.id > ?
		UNION `+userTotals+`WHERE u.id IN (SELECT l.utilisateur_id FROM `+o.table+` l WHERE l.id > ?)`, from.user, from.row)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(users, batch) {
		if err := o.write(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// writeAll writes all accounts, page by page.
func (b *Boards) writeAll(ctx context.Context, o boards) error {
	var last int64
	for {
		users, err := b.users(ctx, userTotals+`WHERE u.id > ? ORDER BY u.id LIMIT ?`, last, batch)
		if err != nil || len(users) == 0 {
			return err
		}
		if err := o.write(ctx, users); err != nil {
			return err
		}
		last = users[len(users)-1].id
	}
}

func (b *Boards) users(ctx context.Context, query string, args ...any) (list []user, err error) {
	err = b.stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var u user
		err := rows.Scan(&u.id, &u.login, &u.logins, &u.listings, &u.purchases, &u.last)
		list = append(list, u)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("stats: figures: %w", err)
	}
	return list, nil
}

// loginTotals returns the script calls that write users to the boards of logins. Deleted accounts are on
// none.
func loginTotals(users []user) store.Call {
	args := make([]any, 1, 1+3*len(users))
	args[0] = keptLast
	floor := newest(users)
	for _, u := range users {
		if strings.HasPrefix(u.login, accounts.AnonymousMark) {
			continue
		}
		var last int64
		if !u.last.IsZero() && u.last.Milli() >= floor {
			last = u.last.Milli()
		}
		args = append(args, u.login, u.logins, last)
	}
	return store.Call{Script: loginScript, Keys: []string{keyTotal, keyLast}, Args: args}
}

// newest is the instant, in milliseconds, below which no user's last login can be among
// those that are kept: enough of the others are newer. Redis need not sort them.
func newest(users []user) (floor int64) {
	var last []int64
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

// callTotals returns the script calls that write users to the boards of calls. The calls of deleted
// accounts count in the totals of the services.
func callTotals(users []user) store.Call {
	args := make([]any, 0, 3*len(users))
	for _, u := range users {
		args = append(args, u.login, u.listings, u.purchases)
	}
	return store.Call{Script: callsScript, Keys: callKeys, Args: args}
}

// Forget takes a deleted account's login off the boards; anonymous is the name
// under which its calls stay in the totals of the services.
func (b *Boards) Forget(ctx context.Context, login, anonymous string) error {
	if err := b.check.Acquire(ctx, 1); err != nil { // a check of this process may have read the old name
		return err
	}
	defer b.check.Release(1)
	if err := b.forget(ctx, login, anonymous); err != nil {
		return err
	}
	// The boards are smaller than they were, and nothing was lost.
	return errors.Join(
		b.stores.Redis.DB0.HDel(ctx, keyLoginCheckpoint, fieldSizes).Err(),
		b.stores.Redis.DB1.HDel(ctx, keyCallCheckpoint, fieldSizes).Err())
}

// forget does it; it may be done again.
func (b *Boards) forget(ctx context.Context, login, anonymous string) error {
	pipe := b.stores.Redis.DB0.Pipeline()
	pipe.ZRem(ctx, keyTotal, login)
	pipe.ZRem(ctx, keyLast, login)
	_, loginErr := pipe.Exec(ctx)
	_, callErr := store.EvalAll(ctx, b.stores.Redis.DB1, store.Call{
		Script: forgetScript,
		Keys:   []string{keyCalls, keyAccounts, keyService},
		Args:   []any{login, anonymous},
	})
	if err := errors.Join(loginErr, callErr); err != nil {
		return fmt.Errorf("stats: forget: %w", err)
	}
	return nil
}

const (
	// deletedFor is how long after a deletion another process may still write
	// the old login: what it read or committed just before. The longest
	// request and the longest check are far below it.
	deletedFor = time.Minute
	// auditRows bounds the end of the audit that is looked at, whose rows have
	// no index by time.
	auditRows = 500
)

// forgetDeleted takes deleted accounts off the boards that another process put back,
// or that stayed because the process that deleted them died. A login that a new
// account has by now stays.
func (b *Boards) forgetDeleted(ctx context.Context) error {
	gone := make(map[string]int64)
	err := b.stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var login string
		var id int64
		err := rows.Scan(&login, &id)
		gone[login] = id
		return err
	}, `
		SELECT a.cible, a.cible_id FROM audit a LEFT JOIN utilisateurs u ON u.login = a.cible
		WHERE a.id > (SELECT COALESCE(MAX(id), 0) FROM audit) - ? AND a.action = ? AND a.instant >= ? AND u.id IS NULL`,
		auditRows, accounts.ActionDelete, store.At(time.Now().Add(-deletedFor)))
	if err != nil {
		return fmt.Errorf("stats: deleted accounts: %w", err)
	}
	for login, id := range gone {
		if err := b.forget(ctx, login, accounts.Anonymous(id)); err != nil {
			return err
		}
	}
	return nil
}

// Rebuild deletes the boards and makes them again from the ledger.
func (b *Boards) Rebuild(ctx context.Context) error {
	err := errors.Join(
		b.stores.Redis.DB0.Del(ctx, loginKeys...).Err(),
		b.stores.Redis.DB1.Del(ctx, callKeys...).Err(),
	)
	if err != nil {
		return fmt.Errorf("stats: rebuild: %w", err)
	}
	return b.Check(ctx)
}

// Totals gives the calls of both services since the beginning.
func (b *Boards) Totals(ctx context.Context) (listings, purchases int64, err error) {
	_, rows, err := b.Calls(ctx)
	for _, r := range rows {
		switch r.Name {
		case "vente":
			listings = r.Value
		case "achat":
			purchases = r.Value
		}
	}
	return listings, purchases, err
}
