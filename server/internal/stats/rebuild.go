package stats

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
	err = b.stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var u user
		err := rows.Scan(&u.id, &u.login, &u.logins, &u.sales, &u.buys, &u.last)
		list = append(list, u)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("boards: figures: %w", err)
	}
	return list, nil
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

//go:embed forget.lua
var forgetText string

var forgetScript = store.NewScript(forgetText)

// Forget takes a deleted account's login off the boards; anonymous is the name
// under which its calls stay in the totals of the services.
func (b *Boards) Forget(ctx context.Context, login, anonymous string) error {
	select { // a check of this process may have read the old name
	case b.check <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-b.check }()
	if err := b.forget(ctx, login, anonymous); err != nil {
		return err
	}
	// The boards are smaller than they were, and nothing was lost.
	return errors.Join(
		b.stores.Redis.DB0.HDel(ctx, keyLoginMark, fieldSizes).Err(),
		b.stores.Redis.DB1.HDel(ctx, keyCallMark, fieldSizes).Err())
}

// forget does it; it may be done again.
func (b *Boards) forget(ctx context.Context, login, anonymous string) error {
	pipe := b.stores.Redis.DB0.Pipeline()
	pipe.ZRem(ctx, keyTotal, login)
	pipe.ZRem(ctx, keyLast, login)
	_, loginErr := pipe.Exec(ctx)
	_, callErr := store.EvalAll(ctx, b.stores.Redis.DB1, store.Call{
		Script: forgetScript,
		Keys:   []string{keyCalls, keySales, keyPurch, keyService},
		Args:   []any{login, anonymous},
	})
	if err := errors.Join(loginErr, callErr); err != nil {
		return fmt.Errorf("boards: forget: %w", err)
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
		return fmt.Errorf("boards: deleted accounts: %w", err)
	}
	for login, id := range gone {
		if err := b.forget(ctx, login, accounts.Anonymous(id)); err != nil {
			return err
		}
	}
	return nil
}

// Rebuild throws the boards away and makes them anew from the ledger.
func (b *Boards) Rebuild(ctx context.Context) error {
	err := errors.Join(
		b.stores.Redis.DB0.Del(ctx, loginKeys...).Err(),
		b.stores.Redis.DB1.Del(ctx, callKeys...).Err(),
	)
	if err != nil {
		return fmt.Errorf("boards: rebuild: %w", err)
	}
	return b.Check(ctx)
}

// Totals gives the calls of both services since ever.
func (b *Boards) Totals(ctx context.Context) (sales, buys int64, err error) {
	_, rows, err := b.Calls(ctx)
	for _, r := range rows {
		switch r.Name {
		case "vente":
			sales = r.Value
		case "achat":
			buys = r.Value
		}
	}
	return sales, buys, err
}
