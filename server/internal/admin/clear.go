package admin

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

// Contents are the accounts, and the rows that Clear deletes.
type Contents struct{ Accounts, Articles, Logins, Calls int64 }

// Contents counts, a table at a time: each takes long where it is large. Errors:
// store.ErrUnavailable.
func (a *Admin) Contents(ctx context.Context) (c Contents, err error) {
	for _, t := range []struct {
		sum   *int64
		table string
	}{
		{&c.Accounts, "utilisateurs WHERE etat <> '" + accounts.Deleted + "'"},
		{&c.Articles, "articles"},
		{&c.Logins, "connexions"},
		{&c.Logins, "connexions_archive"},
		{&c.Calls, "appels"},
		{&c.Calls, "appels_archive"},
	} {
		var n int64
		if err := a.Stores.SQL.Read.QueryRow(ctx, `SELECT COUNT(*) FROM `+t.table).Scan(&n); err != nil {
			return c, fmt.Errorf("admin: contents: %w", err)
		}
		*t.sum += n
	}
	return c, nil
}

const (
	// clearBatch bounds one statement, and one event that ends sessions.
	clearBatch = 1000
	// settleTime is longer than what began before Clear may still write to Redis or to
	// the table refus: a request (store.RequestTime), a check of the leaderboards, the
	// refusals that are counted in memory.
	settleTime = 10 * time.Second
)

// Clear empties the market, the ledger with its archive, and the inboxes, and ends all sessions; the
// accounts and the audit stay. It may be run again after a failure.
//
// One transaction decides. It locks every user's row, as logins and counted calls do,
// so that those which it waits for are among the rows that it notes and that are
// deleted after it, in batches. A call that waits for it is refused, because its user
// has no login (ledger.ErrNoAccount). What Redis holds is deleted once nothing that
// began earlier can write it again.
func (a *Admin) Clear(ctx context.Context, actor Actor) error {
	if err := a.Stores.Redis.Ping(ctx); err != nil {
		return fmt.Errorf("admin: clear: %w", err)
	}
	var tokens []string
	var last lastRows
	err := a.record(ctx, actor, "RESET", "", func(ctx context.Context, tx store.Tx) (err error) {
		if _, err := tx.Exec(ctx,
			`UPDATE utilisateurs SET nb_connexions = 0, nb_ventes = 0, nb_achats = 0, derniere_connexion = NULL`); err != nil {
			return err
		}
		if tokens, err = store.Column[string](ctx, tx.Conn, `SELECT empreinte FROM jetons`); err != nil {
			return err
		}
		for _, table := range []string{"jetons", "refs", "boites"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table); err != nil {
				return err
			}
		}
		last, err = readLastRows(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("admin: clear: %w", err)
	}
	for some := range slices.Chunk(tokens, clearBatch) {
		a.Accounts.Revoke(ctx, some, event("EXPULSE", protocol.SaidCleared))
	}
	if err := a.deleteRows(ctx, last); err != nil {
		return fmt.Errorf("admin: clear: %w", err)
	}
	if err := wait.For(ctx, settleTime); err != nil {
		return err
	}
	if err := a.clearRedis(ctx); err != nil {
		return fmt.Errorf("admin: clear: %w", err)
	}
	return nil
}

// lastRows are the greatest IDs of the tables whose rows are deleted.
type lastRows struct{ article, login, call, news, announcement int64 }

func readLastRows(ctx context.Context, tx store.Tx) (r lastRows, err error) {
	err = tx.QueryRow(ctx, `
		SELECT (SELECT COALESCE(MAX(id), 0) FROM articles), (SELECT COALESCE(MAX(id), 0) FROM connexions),
		  (SELECT COALESCE(MAX(id), 0) FROM appels), (SELECT COALESCE(MAX(id), 0) FROM nouvelles),
		  (SELECT COALESCE(MAX(id), 0) FROM communiques)`).
		Scan(&r.article, &r.login, &r.call, &r.news, &r.announcement)
	return r, err
}

// deleteRows deletes the rows up to the last ones. Articles come first: until they are
// gone, whoever logs in again may buy one. The archive comes last, and wholly: rows come
// there from the ledger, and none of those that are written now.
func (a *Admin) deleteRows(ctx context.Context, last lastRows) error {
	for _, t := range []struct {
		table, key, condition string
		args                  []any
	}{
		{"articles", "id", "id <= ?", []any{last.article}},
		{"mots", "mot, article_id", "article_id <= ?", []any{last.article}},
		{"annonces", "article_id", "article_id <= ?", []any{last.article}},
		{"nouvelles", "id", "id <= ? OR article_id <= ?", []any{last.news, last.article}},
		{"communiques", "id", "id <= ?", []any{last.announcement}},
		{"appels", "id", "id <= ?", []any{last.call}},
		{"connexions", "id", "id <= ?", []any{last.login}},
		{"appels_archive", "id", "id > 0", nil},
		{"connexions_archive", "id", "id > 0", nil},
	} {
		if err := a.Stores.SQL.DeleteAll(ctx, t.table, t.key, t.condition, clearBatch, t.args...); err != nil {
			return err
		}
	}
	return nil
}

// clearRedis deletes the windows and the leaderboards, which are made again from the
// ledger, and with them the counts of refusals that were written late.
func (a *Admin) clearRedis(ctx context.Context) error {
	if err := a.Stores.SQL.DeleteAll(ctx, "refus", "utilisateur_id, jour, quota", "nombre > 0", clearBatch); err != nil {
		return err
	}
	var users []ledger.User
	err := a.Stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var u ledger.User
		err := rows.Scan(&u.ID, &u.Login)
		users = append(users, u)
		return err
	}, `SELECT id, login FROM utilisateurs`)
	if err != nil {
		return err
	}
	for _, u := range users {
		if err := a.Quota.Forget(ctx, u); err != nil {
			return err
		}
	}
	return a.Stats.Rebuild(ctx)
}
