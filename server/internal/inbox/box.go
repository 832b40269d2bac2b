package inbox

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

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
