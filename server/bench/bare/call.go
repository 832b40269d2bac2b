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

// work is what a verb does in its transaction: it may read in the round trip that
// locks the user's row, and writes in that of the ledger's row.
type work struct {
	read  func(first *store.Batch)
	write func(tx store.Tx, at store.Instant, last *store.Batch) (article int64, err error)
}

func (d *Driver) sale(ctx context.Context, u User, o Offer) work {
	return work{func(*store.Batch) {}, func(tx store.Tx, at store.Instant, last *store.Batch) (int64, error) {
		done, err := tx.Exec(ctx, insertArticle, u.ID, o.Category, o.Cents, o.Title, "", "en_vente", at)
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
		last.Exec(insertWords+strings.Repeat(", (?, ?)", len(o.Words))[2:], args...)
		return id, nil
	}}
}

// Buy does ACHAT of an article that is for sale.
func (d *Driver) Buy(ctx context.Context, u User, article int64) error {
	var seller int64
	return d.call(ctx, u, "achat", work{func(first *store.Batch) {
		first.Query(func(rows *sql.Rows) error {
			var text [8]string
			var id, cents int64
			return rows.Scan(&id, &text[0], &text[1], &text[2], &cents, &text[3], &text[4], new(sql.NullString),
				&seller, &text[5], &text[6], &text[7], new(string))
		}, readArticle, u.ID, article)
	}, func(tx store.Tx, at store.Instant, last *store.Batch) (int64, error) {
		done, err := tx.Exec(ctx, sellArticle, u.ID, at, article, u.ID)
		if err != nil {
			return 0, err
		}
		if n, err := done.RowsAffected(); err != nil {
			return 0, err
		} else if n != 1 {
			return 0, fmt.Errorf("%w: article %d is not for sale", ErrUnexpected, article)
		}
		last.Exec(insertUnsaid, article, seller)
		last.Exec(insertNews, seller, at, "VENDU", article)
		return article, nil
	}})
}

func (d *Driver) call(ctx context.Context, u User, service string, w work) error {
	slot := newSlot()
	answer, err := d.evalList(ctx, store.Call{
		Script: d.take, Keys: u.windows[2:],
		Args: []any{d.rule.Window.Milliseconds(), d.rule.Max, slot, slotLife.Milliseconds(), noDeadline, false},
	}, 3)
	if err != nil {
		return err
	}
	now, _ := answer[2].(string)
	ms, err := strconv.ParseInt(now, 10, 64)
	if err != nil || answer[0] != int64(1) {
		return fmt.Errorf("%w of the quota: %v", ErrUnexpected, answer)
	}
	sales, buys, err := d.write(ctx, u, service, slot, store.AtMilli(ms), w)
	if err != nil {
		return err
	}
	_, err = d.eval(ctx, d.stores.Redis.DB1,
		store.Call{Script: d.calls, Keys: stats.Keys.Call, Args: []any{u.Login, sales, buys}},
		store.Call{Script: d.journal, Keys: u.journal, Args: []any{100, (24 * time.Hour).Milliseconds(), false, ms, service + ":" + slot}})
	return err
}

// noDeadline is later than any clock of Redis.
const noDeadline = 1 << 43

// slotLife is the life of a repeatable call's mark; the script is told it also
// where there is none.
const slotLife = 15 * time.Second

func (d *Driver) write(ctx context.Context, u User, service, slot string, at store.Instant, w work) (sales, buys int64, err error) {
	transaction := func(ctx context.Context, tx store.Tx) error {
		sales, buys, err = d.statements(ctx, tx, u, service, slot, at, w)
		return err
	}
	if d.grouped {
		err := d.stores.SQL.GroupCommit(ctx, transaction)
		return sales, buys, err
	}
	err = d.stores.SQL.Tx(ctx, transaction)
	return sales, buys, err
}

func (d *Driver) statements(ctx context.Context, tx store.Tx, u User, service, slot string, at store.Instant, w work) (sales, buys int64, err error) {
	var first, last store.Batch
	first.Exec(countCall[service], u.ID)
	first.Query(func(rows *sql.Rows) error {
		var stamp sql.RawBytes
		return rows.Scan(new(int64), &sales, &buys, &stamp)
	}, readWindow, store.At(at.Add(-d.rule.Window)), at, at, u.ID, "actif")
	w.read(&first)
	if err := d.stores.SQL.RunBatch(ctx, tx, &first); err != nil {
		return 0, 0, err
	}
	article, err := w.write(tx, at, &last)
	if err != nil {
		return 0, 0, err
	}
	last.Exec(insertCall, u.ID, service, article, "ok", at, instance, slot, nil)
	return sales, buys, d.stores.SQL.RunBatch(ctx, tx, &last)
}
