package market

import (
	"context"
	"time"

	"etuservices/server/internal/store"
)

const (
	// forgetBatch bounds one deletion, so that it never holds locks long.
	forgetBatch = 256
	// forgetQueue is how many articles may wait. What finds no room, or waits
	// when the process dies, keeps its words, which costs a search time only.
	forgetQueue = 4096
	// forgetPause gathers deletions: one statement a second, not one a purchase.
	forgetPause = time.Second
)

// deindex lets the words of an article go that is no longer for sale: searches
// for a common word would otherwise pass by all that was ever sold. It never
// waits.
func (m *Market) deindex(id int64) {
	select {
	case m.gone <- id:
	default:
	}
}

// Run deletes the words of what was sold or withdrawn, and reads the lists of
// common words that searches ask for, until ctx ends.
func (m *Market) Run(ctx context.Context) {
	tick := time.NewTicker(forgetPause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case word := <-m.common.wanted:
			if err := m.loadPostings(ctx, word); err != nil && ctx.Err() == nil {
				m.Log.Warn("articles d'un mot commun non lus", "mot", word, "erreur", err)
			}
			continue
		case <-tick.C:
		}
		for {
			ids := m.takeDeindexQueue()
			if len(ids) == 0 {
				break
			}
			if err := m.deindexNow(ctx, ids); err != nil {
				m.Log.Warn("mots d'articles vendus non effacés", "articles", len(ids), "erreur", err)
				break
			}
		}
	}
}

// takeDeindexQueue takes a batch of what waits.
func (m *Market) takeDeindexQueue() (ids []int64) {
	for len(ids) < forgetBatch {
		select {
		case id := <-m.gone:
			ids = append(ids, id)
		default:
			return ids
		}
	}
	return ids
}

func (m *Market) deindexNow(ctx context.Context, ids []int64) error {
	ctx, cancel := context.WithTimeout(ctx, store.SQLTimeout)
	defer cancel()
	in, args := store.InClause(ids)
	_, err := m.Stores.SQL.Write.ExecContext(ctx, `DELETE FROM mots WHERE article_id `+in, args...)
	return store.Classify(err)
}
