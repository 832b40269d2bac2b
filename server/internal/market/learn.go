package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"etuservices/server/internal/store"
)

const (
	// learnTime bounds the reading of one word; a million articles take half a
	// second, and nobody waits for it.
	learnTime = 30 * time.Second
	// settled is the age from which an article is certainly committed, and every
	// one with a lower number with it: a transaction lasts 3 s, the rest is for
	// clocks that differ.
	settled = 30 * time.Second
)

// loadPostings reads the articles with a common word: all of them, or those behind what
// is known.
func (m *Market) loadPostings(ctx context.Context, word string) error {
	ctx, cancel := context.WithTimeout(ctx, learnTime)
	defer cancel()
	now := time.Now()
	upto, err := m.settledUpto(ctx, now)
	if err != nil || upto/8 > commonMemory/2 {
		m.common.set(word, nil) // to be asked again
		return err
	}
	from := m.common.known(word)
	if from == nil || now.Sub(from.whole) > commonOld || upto < from.upto {
		from = &postings{whole: now}
	}
	p := from.extended(upto)
	p.further = now
	if err := m.extendPostings(ctx, word, from.upto, p); err != nil {
		m.common.set(word, nil)
		return err
	}
	if p.count <= selectiveWord {
		p = nil // rare words lead by themselves
	}
	m.common.set(word, p)
	return nil
}

// settledUpto is the last article below which none can appear any more; 0 where
// there is none.
func (m *Market) settledUpto(ctx context.Context, now time.Time) (id int64, err error) {
	err = m.Stores.SQL.Read.QueryRowContext(ctx,
		`SELECT id FROM articles WHERE publie_le < ? ORDER BY id DESC LIMIT 1`, store.At(now.Add(-settled))).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("market: common word: %w", store.Classify(err))
	}
	return id, nil
}

// extendPostings adds the articles with a word that stand behind one, up to p.upto.
func (m *Market) extendPostings(ctx context.Context, word string, behind int64, p *postings) error {
	rows, err := m.Stores.SQL.Read.QueryContext(ctx,
		`SELECT article_id FROM mots WHERE mot >= ? AND mot < ? AND article_id > ? AND article_id <= ?`,
		word, after(word), behind, p.upto)
	if err != nil {
		return fmt.Errorf("market: common word: %w", store.Classify(err))
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("market: common word: %w", store.Classify(err))
		}
		p.add(id)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("market: common word: %w", store.Classify(err))
	}
	return nil
}
