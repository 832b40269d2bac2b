package inbox

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"etuservices/server/internal/store"
)

// box is a user's row of boites, locked by the transaction that read it.
type box struct {
	user         int64
	last         int64 // the last rank that was given
	read         int64 // up to this one all is read
	announcement int64 // the last announcement that was taken over
}

// lock reads a user's box and keeps others from it until the transaction ends.
// One that is missing is made: a duplicate where another transaction does so too.
//
// The lock holds within one database server. Between the nodes of a Galera cluster, of two
// transactions that change the box (rank, MarkRead) the second to commit fails and is
// tried again.
func lock(ctx context.Context, db *store.SQL, tx store.Tx, user int64) (*box, error) {
	b, found := &box{user: user}, false
	var batch store.Batch
	batch.Exec(`UPDATE boites SET dernier = dernier WHERE utilisateur_id = ?`, user)
	batch.Query(func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&b.last, &b.read, &b.announcement)
	}, `SELECT dernier, lu_jusqua, annonce_jusqua FROM boites WHERE utilisateur_id = ?`, user)
	err := db.RunBatch(ctx, tx, &batch)
	if err == nil && !found {
		_, err = tx.Exec(ctx,
			`INSERT INTO boites (utilisateur_id, dernier, lu_jusqua, annonce_jusqua) VALUES (?, 0, 0, 0)`, user)
	}
	return b, err
}

// unranked is a row without a rank, or an announcement that the box lacks.
type unranked struct {
	id           int64
	at           store.Instant
	announcement bool
}

// rank gives ranks to what has come since the last look, oldest first, and deletes
// what the box is too small for.
//
// Rows are read without a lock and then changed by their id: one that a transaction
// under way has written is not waited for.
func (b *box) rank(ctx context.Context, db *store.SQL, tx store.Tx) error {
	var list []unranked
	scan := func(announcement bool) func(*sql.Rows) error {
		return func(rows *sql.Rows) error {
			n := unranked{announcement: announcement}
			err := rows.Scan(&n.id, &n.at)
			list = append(list, n)
			return err
		}
	}
	var asked, given store.Batch
	asked.Query(scan(false), `SELECT id, instant FROM nouvelles WHERE utilisateur_id = ? AND rang IS NULL`, b.user)
	asked.Query(scan(true), `SELECT id, instant FROM communiques WHERE id > ? AND instant > ?`,
		b.announcement, oldest(announced))
	if err := db.RunBatch(ctx, tx, &asked); err != nil || len(list) == 0 {
		return err
	}
	slices.SortFunc(list, func(x, y unranked) int { return cmp.Or(x.at.Compare(y.at.Time), cmp.Compare(x.id, y.id)) })
	for _, n := range list {
		b.last++
		if !n.announcement {
			given.Exec(`UPDATE nouvelles SET rang = ? WHERE id = ?`, b.last, n.id)
			continue
		}
		b.announcement = max(b.announcement, n.id)
		given.Exec(`INSERT INTO nouvelles (utilisateur_id, rang, instant, type, annonce_id) VALUES (?, ?, ?, ?, ?)`,
			b.user, b.last, n.at, string(Announce), n.id)
	}
	given.Exec(`UPDATE boites SET dernier = ?, annonce_jusqua = ? WHERE utilisateur_id = ?`, b.last, b.announcement, b.user)
	if b.last > maxKept {
		given.Exec(`DELETE FROM nouvelles WHERE utilisateur_id = ? AND rang <= ?`, b.user, b.last-maxKept)
	}
	return db.RunBatch(ctx, tx, &given)
}

// AddSold adds the news of a sale to the batch of the transaction that does it. Title
// and buyer are read when the seller looks, so that nothing keeps the name of an
// account that was deleted since.
func AddSold(b *store.Batch, seller, article int64, at store.Instant) {
	b.Exec(`INSERT INTO nouvelles (utilisateur_id, instant, type, article_id) VALUES (?, ?, ?, ?)`,
		seller, at, string(Sold), article)
}

// Add tells one user something, in the transaction that does it.
func Add(ctx context.Context, tx store.Tx, user int64, kind Kind, text string) error {
	_, err := tx.Exec(ctx, `INSERT INTO nouvelles (utilisateur_id, instant, type, texte) VALUES (?, ?, ?, ?)`,
		user, store.At(time.Now()), string(kind), text)
	return err
}

// AddForAll tells everybody something. The transaction has locked the row verrou of
// reglages, so that announcements commit in the order of their ids: a user's row of
// boites notes the last one that was taken in.
func AddForAll(ctx context.Context, tx store.Tx, text string) error {
	_, err := tx.Exec(ctx, `INSERT INTO communiques (instant, texte) VALUES (?, ?)`, store.At(time.Now()), text)
	return err
}

// Forget deletes all news of a user, in the transaction that deletes the account.
func Forget(ctx context.Context, tx store.Tx, user int64) error {
	_, news := tx.Exec(ctx, `DELETE FROM nouvelles WHERE utilisateur_id = ?`, user)
	_, box := tx.Exec(ctx, `DELETE FROM boites WHERE utilisateur_id = ?`, user)
	return errors.Join(news, box)
}

// sweepBatch bounds what one statement deletes, so that it never holds locks long.
const sweepBatch = 1000

// Sweep deletes the news that are too old. Errors: store.ErrUnavailable.
func (i *Inbox) Sweep(ctx context.Context) error {
	for _, table := range []string{"nouvelles", "communiques"} {
		if err := i.sql.DeleteAll(ctx, table, "id", "instant <= ?", sweepBatch, oldest(keep)); err != nil {
			return err
		}
	}
	return nil
}
