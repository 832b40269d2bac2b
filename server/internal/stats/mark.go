package stats

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
)

// position is a place in the ledger: the greatest numbers of its rows.
type position struct{ row, user int64 }

// rewind gives a place far enough behind that whatever was being written down
// when the position was read lies after it.
func (p position) rewind() position {
	return position{max(0, p.row-rewindRows), max(0, p.user-rewindRows)}
}

// rewindRows is more rows than all instances together can have between their
// number and their commit: each has at most a pool of connections at work.
const rewindRows = 1000

// checkpoint says up to where the boards of a database hold the ledger. It stands in
// Redis beside them, so that a Redis back on an old file brings its own mark.
type checkpoint struct {
	sure position  // up to here for certain
	next position  // sure, once the mark is markAge old
	at   time.Time // zero: there is no mark
	seen sizes
}

func (m checkpoint) known() bool { return !m.at.IsZero() }

// Fields of a mark in Redis.
const (
	fieldAt      = "instant"
	fieldSizes   = "tailles"
	fieldRebuild = "rebatit:" // + the name of a rebuilding under way
)

func readCheckpoint(ctx context.Context, db redis.UniversalClient, key string) (checkpoint, error) {
	f, err := db.HGetAll(ctx, key).Result()
	if err != nil {
		return checkpoint{}, fmt.Errorf("boards: mark: %w", store.Classify(err))
	}
	if f[fieldAt] == "" {
		return checkpoint{}, nil
	}
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(f[name], 10, 64)
		return n
	}
	return checkpoint{
		sure: position{number("ligne"), number("compte")},
		next: position{number("ligne_suivante"), number("compte_suivant")},
		at:   time.UnixMilli(number(fieldAt)),
		seen: sizes{f[fieldSizes], number("vu_ligne"), number("vu_compte")},
	}, nil
}

// sizes are how large a database's boards were when the ledger stood at a row and
// an account: what is smaller later was lost. Deleting an account makes them
// smaller as well, and costs a rebuilding.
type sizes struct {
	text      string // numbers, in the order of the keys
	row, user int64
}

func newSizes(list []int64, p position) sizes {
	return sizes{strings.Trim(fmt.Sprint(list), "[]"), p.row, p.user}
}

// lost says whether a board is smaller than it was, or the first is empty though it
// cannot be: that of all accounts, or of all who logged in.
func (was sizes) lost(now []int64, p position, accounts bool) bool {
	var old []int64
	for _, field := range strings.Fields(was.text) {
		n, _ := strconv.ParseInt(field, 10, 64)
		old = append(old, n)
	}
	for i, n := range now {
		if i < len(old) && n < old[i] {
			return true
		}
	}
	return now[0] == 0 && (accounts && p.user > was.user || !accounts && p.row > was.row)
}

// startRebuild notes that a rebuilding begins and gives the field under which, at its
// end, the mark may be written. Each has its own: processes that rebuild at once
// must not make each other begin anew for ever.
func startRebuild(ctx context.Context, db redis.UniversalClient, key string) (field string, err error) {
	field = fieldRebuild + rand.Text()
	return field, store.Classify(db.HSet(ctx, key, field, rebuildStarted).Err())
}

// rebuildStarted is the value of a claim's field.
const rebuildStarted = "1"

// writeCheckpoint writes a mark where field still has the expected value; otherwise
// nothing happens, and the next check begins anew.
func writeCheckpoint(ctx context.Context, db redis.UniversalClient, key, field, expected string, m checkpoint) error {
	_, err := store.EvalAll(ctx, db, store.Call{
		Script: markScript, Keys: []string{key},
		Args: []any{
			field, expected,
			"ligne", m.sure.row, "compte", m.sure.user,
			"ligne_suivante", m.next.row, "compte_suivant", m.next.user,
			fieldAt, m.at.UnixMilli(),
			fieldSizes, m.seen.text, "vu_ligne", m.seen.row, "vu_compte", m.seen.user,
		},
	})
	if err != nil {
		return fmt.Errorf("boards: mark: %w", err)
	}
	return nil
}
