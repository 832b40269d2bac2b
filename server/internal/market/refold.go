package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"etuservices/server/internal/store"
)

const (
	// folded is the row of reglages that says by which rule the words of titles
	// were folded: foldRule once all are, before that "rule:article" with the last
	// article that was done.
	folded   = "mots"
	foldRule = "2" // to be raised when Words changes
	// foldBatch is what one transaction does.
	foldBatch = 200
)

var errOvertaken = errors.New("market: another instance did this batch")

// Refold writes the words of articles anew that an older rule folded, so that
// they are found; once for all instances, which share the work.
func (m *Market) Refold(ctx context.Context) error {
	for {
		done, err := m.refoldBatch(ctx)
		if errors.Is(err, errOvertaken) {
			continue
		}
		if done || err != nil {
			return err
		}
	}
}

func (m *Market) refoldBatch(ctx context.Context) (done bool, err error) {
	var state string
	err = m.Stores.SQL.Read.QueryRowContext(ctx, `SELECT valeur FROM reglages WHERE nom = ?`, folded).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		state = foldRule + ":0"
		_, err = m.Stores.SQL.Write.ExecContext(ctx, `INSERT INTO reglages (nom, valeur) VALUES (?, ?)`, folded, state)
		if store.IsDuplicate(err) {
			return false, errOvertaken
		}
	}
	if err != nil {
		return false, fmt.Errorf("market: refold: %w", store.Classify(err))
	}
	if state == foldRule {
		return true, nil
	}
	after, _ := strings.CutPrefix(state, foldRule+":")
	last, _ := strconv.ParseInt(after, 10, 64) // 0 where another rule was at work
	titles, upto, err := m.titlesAfter(ctx, last)
	if err != nil {
		return false, err
	}
	next := foldRule
	if upto > 0 {
		next = foldRule + ":" + strconv.FormatInt(upto, 10)
	}
	err = m.Stores.SQL.Tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		moved, err := tx.ExecContext(ctx, `UPDATE reglages SET valeur = ? WHERE nom = ? AND valeur = ?`, next, folded, state)
		if err != nil {
			return err
		}
		if n, err := moved.RowsAffected(); err != nil || n == 0 {
			return errors.Join(errOvertaken, err)
		}
		return refold(ctx, tx, titles)
	})
	if err != nil {
		return false, fmt.Errorf("market: refold: %w", err)
	}
	return next == foldRule, nil
}

// titlesAfter reads the titles behind an article that any rule could fold
// differently, and the last article looked at, 0 where there is none behind.
func (m *Market) titlesAfter(ctx context.Context, last int64) (titles map[int64]string, upto int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, store.SQLTimeout)
	defer cancel()
	rows, err := m.Stores.SQL.Read.QueryContext(ctx,
		`SELECT id, titre FROM articles WHERE etat = 'en_vente' AND id > ? ORDER BY id LIMIT ?`, last, foldBatch)
	if err != nil {
		return nil, 0, fmt.Errorf("market: refold: %w", store.Classify(err))
	}
	defer rows.Close()
	titles = map[int64]string{}
	for rows.Next() {
		var title string
		if err := rows.Scan(&upto, &title); err != nil {
			return nil, 0, fmt.Errorf("market: refold: %w", store.Classify(err))
		}
		if strings.ContainsFunc(title, func(r rune) bool { return r >= 0x80 }) {
			titles[upto] = title
		}
	}
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("market: refold: %w", store.Classify(err))
	}
	return titles, upto, nil
}

// refold rewrites the words that are not those of today.
func refold(ctx context.Context, tx *sql.Tx, titles map[int64]string) error {
	var ids []int64
	for id := range titles {
		ids = append(ids, id)
	}
	slices.Sort(ids) // locks in one order
	present, err := wordsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		words := Words(titles[id])
		slices.Sort(present[id])
		if slices.Equal(words, present[id]) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM mots WHERE article_id = ?`, id); err != nil {
			return err
		}
		if err := writeWords(ctx, tx, id, words); err != nil {
			return err
		}
	}
	return nil
}

func wordsOf(ctx context.Context, tx *sql.Tx, ids []int64) (map[int64][]string, error) {
	words := map[int64][]string{}
	if len(ids) == 0 {
		return words, nil
	}
	in, args := store.InClause(ids)
	rows, err := tx.QueryContext(ctx, `SELECT article_id, mot FROM mots WHERE article_id `+in, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var word string
		if err := rows.Scan(&id, &word); err != nil {
			return nil, err
		}
		words[id] = append(words[id], word)
	}
	return words, rows.Err()
}
