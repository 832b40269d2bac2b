package market

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

// maxWord is the width of the column of words, in code points. Folding may make
// a word longer (œ is oe); what is cut off is cut off on both sides.
const maxWord = 120

// Words folds a text into its distinct words, sorted. A word is a run of letters,
// digits and emoji; zero-width joiners do not split words.
func Words(s string) []string {
	s = protocol.Fold(s)
	words := strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && !unicode.Is(unicode.So, r)
	})
	for i, w := range words {
		if runes := []rune(w); len(runes) > maxWord {
			words[i] = string(runes[:maxWord])
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// prefixes are the words of a query that say something: a word that begins
// another one is found wherever the longer one is.
func prefixes(q string) []string {
	words := Words(q)
	var out []string
	for i, w := range words {
		if i+1 < len(words) && strings.HasPrefix(words[i+1], w) {
			continue // sorted, so the longer word is the next one
		}
		out = append(out, w)
	}
	return out
}

// after is the end of the range of words that begin with prefix: the last code
// point sorts behind everything in both engines' binary order.
func after(prefix string) string { return prefix + "\U0010FFFF" }

const (
	// forgetBatch bounds one deletion, so that it never holds locks long.
	forgetBatch = 256
	// forgetQueue is how many articles may wait. What finds no room, or waits
	// when the process dies, keeps its words, which costs a search time only.
	forgetQueue = 4096
	// forgetPause gathers deletions: one statement a second, not one a purchase.
	forgetPause = time.Second
)

// deindex queues an article that is no longer for sale, for its words to be deleted:
// searches for a common word would otherwise read all that was ever sold. It never
// waits.
func (m *Market) deindex(id int64) {
	select {
	case m.gone <- id:
	default:
	}
}

// Run deletes the words of what was sold or withdrawn, and reads the postings of common
// words that searches need, until ctx ends.
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
	_, err := m.Stores.SQL.Write.Exec(ctx, `DELETE FROM mots WHERE article_id `+in, args...)
	return err
}

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

// Refold re-indexes titles that an older folding rule indexed, once for all instances,
// which share the work.
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
	state, err := m.Stores.SQL.Setting(ctx, folded)
	if err == nil && state == "" {
		state, err = m.Stores.SQL.AddSetting(ctx, folded, foldRule+":0")
	}
	if err != nil {
		return false, fmt.Errorf("market: refold: %w", err)
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
	err = m.Stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		moved, err := tx.Exec(ctx, `UPDATE reglages SET valeur = ? WHERE nom = ? AND valeur = ?`, next, folded, state)
		if err != nil {
			return err
		}
		if n, err := moved.RowsAffected(); err != nil || n == 0 {
			return errors.Join(errOvertaken, err)
		}
		return m.rewriteWords(ctx, tx, titles)
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
	titles = map[int64]string{}
	err = m.Stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var title string
		err := rows.Scan(&upto, &title)
		if strings.ContainsFunc(title, func(r rune) bool { return r >= 0x80 }) {
			titles[upto] = title
		}
		return err
	}, `SELECT id, titre FROM articles WHERE etat = 'en_vente' AND id > ? ORDER BY id LIMIT ?`, last, foldBatch)
	if err != nil {
		return nil, 0, fmt.Errorf("market: refold: %w", err)
	}
	return titles, upto, nil
}

// rewriteWords rewrites the words that are not those of today.
func (m *Market) rewriteWords(ctx context.Context, tx store.Tx, titles map[int64]string) error {
	ids := slices.Sorted(maps.Keys(titles)) // locks in one order
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
		var b store.Batch
		b.Exec(`DELETE FROM mots WHERE article_id = ?`, id)
		addWords(&b, id, words)
		if err := m.Stores.SQL.RunBatch(ctx, tx, &b); err != nil {
			return err
		}
	}
	return nil
}

func wordsOf(ctx context.Context, tx store.Tx, ids []int64) (map[int64][]string, error) {
	words := map[int64][]string{}
	if len(ids) == 0 {
		return words, nil
	}
	in, args := store.InClause(ids)
	err := tx.Query(ctx, func(rows *sql.Rows) error {
		var id int64
		var word string
		err := rows.Scan(&id, &word)
		words[id] = append(words[id], word)
		return err
	}, `SELECT article_id, mot FROM mots WHERE article_id `+in, args...)
	return words, err
}
