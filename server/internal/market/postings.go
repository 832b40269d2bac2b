package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"etuservices/server/internal/store"
)

// Two words may each stand in half of all titles, and together in a handful. Reading
// what is for sale until a page is full then reads all of it, and reading either
// word's own rows is as long. So the articles of a common word, once it was searched
// for together with another, are kept as a bitmap, and bitmaps are intersected: of
// 200,000 articles in SQLite, a page of two such words takes a fifth of the time. A
// bitmap may be missing or outdated, which costs time and never changes an answer:
// SQL checks every article that it names, and reads what was published since.

const (
	// commonMemory bounds all bitmaps, in bytes: 128 words of a million articles.
	commonMemory = 16 << 20
	// commonQueue is how many words may wait to be read; others are queued by a
	// later search.
	commonQueue = 64
	// extendAfter is the age at which the bitmap of a word that is searched for is
	// extended: until then each search reads what was published since.
	extendAfter = time.Minute
	// rereadAfter is the age at which it is read from the beginning, without what
	// was sold.
	rereadAfter = 10 * time.Minute
)

// postings are the articles with a word that begins so. They never change: what is
// read later makes new ones.
type postings struct {
	ids      *roaring.Bitmap
	upto     int64     // articles behind it are not known
	read     time.Time // when all of it was read
	extended time.Time // when what is new was last added
}

// postingsCache are the common words that were searched for together, by their
// beginning.
type postingsCache struct {
	wanted chan string // for Run

	mu    sync.Mutex
	words map[string]*cachedWord
}

type cachedWord struct {
	*postings // nil until they are read
	queued    bool
	used      time.Time
}

func newPostingsCache() *postingsCache {
	return &postingsCache{wanted: make(chan string, commonQueue), words: map[string]*cachedWord{}}
}

// intersect gives the articles up to upto and below a number that have all words,
// newest first, selectiveWord + 1 at most. ok is false where the articles of one
// of the words are not known yet; they will be.
func (c *postingsCache) intersect(words []string, below int64, now time.Time) (ids []int64, upto int64, ok bool) {
	lists := c.lists(words, now)
	if lists == nil {
		return nil, 0, false
	}
	upto = lists[0].upto
	bitmaps := make([]*roaring.Bitmap, len(lists))
	for i, p := range lists {
		upto, bitmaps[i] = min(upto, p.upto), p.ids
	}
	all := roaring.FastAnd(bitmaps...)
	all.RemoveRange(uint64(max(0, min(upto+1, below))), 1+math.MaxUint32)
	for next := all.ReverseIterator(); next.HasNext() && len(ids) <= selectiveWord; {
		ids = append(ids, int64(next.Next()))
	}
	return ids, upto, true
}

// lists gives the postings of all words, or nil, and queues those that are missing
// or to be extended.
func (c *postingsCache) lists(words []string, now time.Time) []*postings {
	c.mu.Lock()
	defer c.mu.Unlock()
	lists := make([]*postings, 0, len(words))
	for _, word := range words {
		w := c.words[word]
		if w == nil {
			w = &cachedWord{}
		}
		w.used = now
		if (w.postings == nil || now.Sub(w.extended) > extendAfter) && !w.queued {
			select {
			case c.wanted <- word:
				w.queued = true
				c.words[word] = w
			default:
			}
		}
		if w.postings != nil {
			lists = append(lists, w.postings)
		}
	}
	if len(lists) < len(words) {
		return nil
	}
	return lists
}

// known gives what is known of a word; nil where nothing is.
func (c *postingsCache) known(word string) *postings {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w := c.words[word]; w != nil {
		return w.postings
	}
	return nil
}

// set keeps what was read; nil forgets the word. Where there is too much, what
// was searched for longest ago goes.
func (c *postingsCache) set(word string, p *postings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p == nil {
		delete(c.words, word)
		return
	}
	w := c.words[word]
	if w == nil {
		w = &cachedWord{used: p.extended}
		c.words[word] = w
	}
	w.postings, w.queued = p, false
	for {
		size, oldest := 0, ""
		for name, w := range c.words {
			if w.postings == nil {
				continue
			}
			size += int(w.ids.GetSizeInBytes())
			if name != word && (oldest == "" || w.used.Before(c.words[oldest].used)) {
				oldest = name
			}
		}
		if size <= commonMemory || oldest == "" {
			return
		}
		delete(c.words, oldest)
	}
}

const (
	// learnTime bounds the reading of one word; a million articles take half a
	// second, and nobody waits for it.
	learnTime = 30 * time.Second
	// settled is the age from which an article is certainly committed, and every
	// one with a lower number with it: a transaction lasts 3 s, the rest is for
	// clocks that differ.
	settled = 30 * time.Second
)

// loadPostings reads the articles with a common word: all of them, or those behind
// what is known.
func (m *Market) loadPostings(ctx context.Context, word string) error {
	ctx, cancel := context.WithTimeout(ctx, learnTime)
	defer cancel()
	now := time.Now()
	upto, err := m.settledUpto(ctx, now)
	if err != nil || upto > math.MaxUint32 {
		m.common.set(word, nil) // a later search queues it again
		return err
	}
	p, behind := postings{ids: roaring.New(), upto: upto, read: now, extended: now}, int64(0)
	if known := m.common.known(word); known != nil && now.Sub(known.read) <= rereadAfter && known.upto <= upto {
		p.ids, p.read, behind = known.ids.Clone(), known.read, known.upto
	}
	if err := m.extendPostings(ctx, word, behind, p); err != nil {
		m.common.set(word, nil)
		return err
	}
	if p.ids.GetCardinality() <= selectiveWord {
		m.common.set(word, nil) // rare words lead by themselves
	} else {
		m.common.set(word, &p)
	}
	return nil
}

// settledUpto is the last article below which none can appear any more; 0 where
// there is none.
func (m *Market) settledUpto(ctx context.Context, now time.Time) (id int64, err error) {
	err = m.Stores.SQL.Read.QueryRow(ctx,
		`SELECT id FROM articles WHERE publie_le < ? ORDER BY id DESC LIMIT 1`, store.At(now.Add(-settled))).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("market: common word: %w", err)
	}
	return id, nil
}

// extendPostings adds the articles with a word that stand behind one, up to p.upto.
func (m *Market) extendPostings(ctx context.Context, word string, behind int64, p postings) error {
	err := m.Stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		p.ids.Add(uint32(id))
		return nil
	}, `SELECT article_id FROM mots WHERE mot >= ? AND mot < ? AND article_id > ? AND article_id <= ?`,
		word, after(word), behind, p.upto)
	if err != nil {
		return fmt.Errorf("market: common word: %w", err)
	}
	return nil
}
