package bare

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
)

// Offer is what is sold; the words of its title are known beforehand.
type Offer struct {
	Category, Title string
	Cents           int64
	Words           []string
}

// Sell does VENTE: a slot, a transaction, the boards.
func (d *Driver) Sell(ctx context.Context, u User, o Offer) error {
	return d.call(ctx, u, "vente", d.sale(ctx, u, o))
}

// SellInSQL does the transaction of VENTE, with its commit, and nothing in
// Redis.
func (d *Driver) SellInSQL(ctx context.Context, u User, o Offer) error {
	_, _, err := d.write(ctx, u, "vente", newSlot(), store.At(time.Now()), d.sale(ctx, u, o))
	return err
}

func (d *Driver) sale(ctx context.Context, u User, o Offer) func(*sql.Tx, store.Instant) (int64, error) {
	return func(tx *sql.Tx, at store.Instant) (int64, error) {
		done, err := tx.ExecContext(ctx, insertArticle, u.ID, o.Category, o.Cents, o.Title, "", "en_vente", at)
		if err != nil {
			return 0, err
		}
		id, err := done.LastInsertId()
		if err != nil {
			return 0, err
		}
		args := make([]any, 0, 2*len(o.Words))
		for _, w := range o.Words {
			args = append(args, w, id)
		}
		_, err = tx.ExecContext(ctx, insertWords+strings.Repeat(", (?, ?)", len(o.Words))[2:], args...)
		return id, err
	}
}

// Buy does ACHAT of an article that is for sale.
func (d *Driver) Buy(ctx context.Context, u User, article int64) error {
	return d.call(ctx, u, "achat", func(tx *sql.Tx, at store.Instant) (int64, error) {
		done, err := tx.ExecContext(ctx, sellArticle, u.ID, at, article, u.ID)
		if err != nil {
			return 0, err
		}
		if n, err := done.RowsAffected(); err != nil {
			return 0, err
		} else if n != 1 {
			return 0, fmt.Errorf("%w: article %d is not for sale", ErrUnexpected, article)
		}
		var text [8]string
		var id, cents, seller int64
		if err := tx.QueryRowContext(ctx, readArticle, article).Scan(
			&id, &text[0], &text[1], &text[2], &cents, &text[3], &text[4], new(sql.NullString), &seller, &text[5], &text[6], &text[7], new(string)); err != nil {
			return 0, err
		}
		_, err = tx.ExecContext(ctx, insertUnsaid, article, seller)
		return article, err
	})
}

func (d *Driver) call(ctx context.Context, u User, service string, work func(*sql.Tx, store.Instant) (int64, error)) error {
	slot := newSlot()
	answer, err := d.evalList(ctx, store.Call{
		Script: d.take, Keys: u.windows[2:],
		Args: []any{d.rule.Window.Milliseconds(), d.rule.Max, slot, slotLife.Milliseconds(), noDeadline, "0"},
	}, 3)
	if err != nil {
		return err
	}
	now, _ := answer[2].(string)
	ms, err := strconv.ParseInt(now, 10, 64)
	if err != nil || answer[0] != int64(1) {
		return fmt.Errorf("%w of the quota: %v", ErrUnexpected, answer)
	}
	sales, buys, err := d.write(ctx, u, service, slot, store.AtMilli(ms), work)
	if err != nil {
		return err
	}
	_, err = d.eval(ctx, d.stores.Redis.DB1,
		store.Call{Script: d.calls, Keys: stats.Keys.Call, Args: []any{u.Login, sales, buys}},
		store.Call{Script: d.journal, Keys: u.journal, Args: []any{100, (24 * time.Hour).Milliseconds(), "0", ms, service + ":" + slot}})
	return err
}

// noDeadline is later than any clock of Redis.
const noDeadline = 1 << 43

// slotLife is the life of a repeatable call's mark; the script is told it also
// where there is none.
const slotLife = 15 * time.Second

func (d *Driver) write(ctx context.Context, u User, service, slot string, at store.Instant,
	work func(*sql.Tx, store.Instant) (int64, error),
) (sales, buys int64, err error) {
	transaction := func(ctx context.Context, tx *sql.Tx) error {
		sales, buys, err = d.statements(ctx, tx, u, service, slot, at, work)
		return err
	}
	if d.grouped {
		err := d.stores.SQL.GroupCommit(ctx, transaction)
		return sales, buys, err
	}
	tx, err := d.stores.SQL.Write.BeginTx(ctx, nil)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = tx.Rollback() }()
	if err := transaction(ctx, tx); err != nil {
		return 0, 0, err
	}
	return sales, buys, tx.Commit()
}

func (d *Driver) statements(ctx context.Context, tx *sql.Tx, u User, service, slot string, at store.Instant,
	work func(*sql.Tx, store.Instant) (int64, error),
) (sales, buys int64, err error) {
	if _, err := tx.ExecContext(ctx, countCall[service], u.ID); err != nil {
		return 0, 0, err
	}
	since := store.At(at.Add(-d.rule.Window))
	if sales, buys, err = d.counts(ctx, tx, u, since, at); err != nil {
		return 0, 0, err
	}
	article, err := work(tx, at)
	if err != nil {
		return 0, 0, err
	}
	_, err = tx.ExecContext(ctx, insertCall, u.ID, service, article, "ok", at, instance, slot, nil)
	return sales, buys, err
}

func (d *Driver) counts(ctx context.Context, tx *sql.Tx, u User, since, at store.Instant) (sales, buys int64, err error) {
	rows, err := tx.QueryContext(ctx, readWindow, since, at, at, u.ID)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	var logins int64
	var state, stamp sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&state, &logins, &sales, &buys, &stamp); err != nil {
			return 0, 0, err
		}
	}
	return sales, buys, rows.Err()
}
