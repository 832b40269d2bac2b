package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"time"

	"etuservices/server/internal/store"
)

// Words that stand in half of all titles each may stand together in a handful.
// Reading the list of what is for sale until a page is full then reads all of
// it, and both words' own lists are as long. So the articles of a common word,
// once it was asked for together with another, are kept as a bitmap: where
// several meet is seen in microseconds, whichever they are. A bitmap may be
// missing or late, which costs time and never an answer: SQL judges what it
// names, and reads what was published since.

const (
	// commonMemory bounds all bitmaps, in bytes: 128 words of a million articles.
	commonMemory = 16 << 20
	// commonQueue is how many words may wait to be read; others are asked again.
	commonQueue = 64
	// commonLate is after how long a word that is asked for is read on: until
	// then each search for it reads what was published since.
	commonLate = time.Minute
	// commonOld is after how long it is read anew: what was sold goes.
	commonOld = 10 * time.Minute
)

// postings are the articles with a word that begins so. They never change: what
// is read later makes new ones.
type postings struct {
	bits    []uint64
	count   int
	upto    int64     // articles behind it are not known
	whole   time.Time // when all of it was read
	further time.Time // when it was last read on
}

func (p *postings) add(id int64) {
	word, bit := id/64, uint64(1)<<(id%64)
	if p.bits[word]&bit == 0 {
		p.bits[word] |= bit
		p.count++
	}
}

// extended is a copy with room for the articles up to upto.
func (p *postings) extended(upto int64) *postings {
	next := *p
	next.upto = upto
	next.bits = make([]uint64, upto/64+1)
	copy(next.bits, p.bits)
	return &next
}

// postingsCache are the common words that were asked for together, by their beginning.
type postingsCache struct {
	wanted chan string // for Run

	mu    sync.Mutex
	words map[string]*cachedWord
}

type cachedWord struct {
	*postings // nil until they are read
	asked     bool
	used      time.Time
}

func newPostingsCache() *postingsCache {
	return &postingsCache{wanted: make(chan string, commonQueue), words: map[string]*cachedWord{}}
}

// has says whether a word is known to be common.
func (c *postingsCache) has(word string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.words[word]
	return w != nil && w.postings != nil
}

// intersect gives the articles up to upto and below a number that have all words,
// newest first, rareWord + 1 at most. ok is false where one of the words is not
// yet known; it will be.
func (c *postingsCache) intersect(words []string, below int64, now time.Time) (ids []int64, upto int64, ok bool) {
	lists := c.lists(words, now)
	if lists == nil {
		return nil, 0, false
	}
	upto = lists[0].upto
	for _, p := range lists[1:] {
		upto = min(upto, p.upto)
	}
	last := min(upto, below-1)
	for i := last / 64; i >= 0; i-- {
		all := lists[0].bits[i]
		for _, p := range lists[1:] {
			all &= p.bits[i]
		}
		for all != 0 {
			bit := bits.Len64(all) - 1
			all &^= 1 << bit
			if id := i*64 + int64(bit); id <= last {
				ids = append(ids, id)
			}
			if len(ids) > selectiveWord {
				return ids, upto, true
			}
		}
	}
	return ids, upto, true
}

// lists gives every word's postings, or nil, and asks for what is missing or late.
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
		if (w.postings == nil || now.Sub(w.further) > commonLate) && !w.asked {
			select {
			case c.wanted <- word:
				w.asked = true
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
// was asked for longest ago goes.
func (c *postingsCache) set(word string, p *postings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p == nil {
		delete(c.words, word)
		return
	}
	w := c.words[word]
	if w == nil {
		w = &cachedWord{used: p.further}
		c.words[word] = w
	}
	w.postings, w.asked = p, false
	for {
		size, oldest := 0, ""
		for name, w := range c.words {
			if w.postings == nil {
				continue
			}
			size += 8 * len(w.bits)
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
