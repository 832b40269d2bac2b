package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

// selectiveWord is the number of articles up to which a word, or several together,
// lead the search; commoner ones are met soon enough by reading the list itself.
const selectiveWord = 1000

// fullScanLimit is the number of articles with which a word leads without a look at the
// others: up to 200, MariaDB weighs each of them before it reads the first.
const fullScanLimit = 200

// candidates are the only articles among which a search need look: ids, those published
// after the article behind where it is not 0, and, where more is set, any other.
type candidates struct {
	ids    []int64 // newest first
	behind int64
	more   bool
}

// search narrows a query to the articles of which every word of f.Query begins
// a word. lead is nil where the list itself must be read; none says that there
// is certainly no such article.
func (m *Market) search(ctx context.Context, q *query, f Filter) (lead *candidates, none bool, err error) {
	words := prefixes(f.Query)
	if len(words) > protocol.MaxTitle/2+1 {
		return nil, true, nil // more words than a title has room for
	}
	rarest := ""
	// The longest first: it is likely to be the rarest.
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	for _, w := range words {
		if m.common.known(w) != nil {
			continue
		}
		found, err := m.lookupWord(ctx, w)
		if err != nil {
			return nil, false, fmt.Errorf("market: search: %w", err)
		}
		if len(found) <= selectiveWord && (lead == nil || len(found) < len(lead.ids)) {
			lead, rarest = &candidates{ids: found}, w
		}
		if len(found) <= fullScanLimit {
			break
		}
	}
	for _, w := range words {
		if w != rarest {
			q.where(hasWord, w, after(w))
		}
	}
	if lead == nil {
		return m.candidatesOfCommonWords(words, f), false, nil
	}
	slices.SortFunc(lead.ids, func(a, b int64) int { return cmp.Compare(b, a) })
	return lead, len(lead.ids) == 0, nil
}

// candidatesOfCommonWords gives the articles that have all of several common words,
// where their postings are known.
func (m *Market) candidatesOfCommonWords(words []string, f Filter) *candidates {
	if len(words) == 0 {
		return nil
	}
	ids, upto, ok := m.common.intersect(words, f.below(), time.Now())
	if !ok {
		return nil
	}
	c := &candidates{ids: ids, behind: upto}
	if len(ids) > selectiveWord {
		c.ids, c.more = ids[:selectiveWord], true
	}
	return c
}

// newest are the newest n below a number, and whether there are others.
func (c candidates) newest(n int, below int64) (newest candidates, others bool) {
	ids := c.ids
	for len(ids) > 0 && ids[0] >= below {
		ids = ids[1:]
	}
	end := min(n, len(ids))
	return candidates{ids: ids[:end], behind: c.behind}, c.more || end < len(ids)
}

// restrictTo makes a query read the candidates and nothing else.
func (q query) restrictTo(c candidates) query {
	var terms []string
	var args []any
	if c.behind > 0 {
		terms, args = append(terms, "a.id > ?"), append(args, c.behind)
	}
	if len(c.ids) > 0 {
		in, ids := store.InClause(c.ids)
		terms, args = append(terms, "a.id "+in), append(args, ids...)
	}
	if len(terms) == 0 {
		terms = append(terms, "1 = 0")
	}
	led := query{terms: slices.Clone(q.terms), args: slices.Clone(q.args)}
	led.where("("+strings.Join(terms, " OR ")+")", args...)
	return led
}

// hasWord is asked of one article after the other. As EXISTS, MariaDB would turn
// it into a join and write all articles with a common word into a table first.
const hasWord = "(SELECT 1 FROM mots m WHERE m.article_id = a.id AND m.mot >= ? AND m.mot < ? LIMIT 1) IS NOT NULL"

// lookupWord gives the articles with a word that begins so, selectiveWord + 1 at most.
func (m *Market) lookupWord(ctx context.Context, prefix string) (ids []int64, err error) {
	return store.Column[int64](ctx, m.Stores.SQL.Read.Conn,
		`SELECT article_id FROM mots WHERE mot >= ? AND mot < ? LIMIT ?`, prefix, after(prefix), selectiveWord+1)
}
