package stats

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/store"
)

const (
	// journalsEvery is how often it is looked whether all journals are there.
	journalsEvery = 4 * time.Second
	// journalRows bounds what one look back into the ledger reads.
	journalRows = 20_000
)

// journals are what the checks of this process know of who has a journal.
type journals struct {
	looked time.Time
	upto   int64               // rows up to here were read
	last   map[int64]time.Time // user -> last call, of those who called within callsLife
}

// checkJournals makes those journals anew that Redis lost: of all who called
// within the life of a journal.
func (b *Boards) checkJournals(ctx context.Context) error {
	if time.Since(b.journals.looked) < journalsEvery {
		return nil
	}
	p, err := b.position(ctx, "appels")
	if err != nil {
		return err
	}
	if err := b.readCallers(ctx, p.row); err != nil {
		return err
	}
	b.journals.looked = time.Now()
	callers := make([]int64, 0, len(b.journals.last))
	for id, last := range b.journals.last {
		if time.Since(last) > callsLife {
			delete(b.journals.last, id)
			continue
		}
		callers = append(callers, id)
	}
	for some := range slices.Chunk(callers, batch) {
		if err := b.checkJournalsOf(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// readCallers reads who called since the last time; the first time it goes back as
// far as journals do.
func (b *Boards) readCallers(ctx context.Context, row int64) error {
	first := b.journals.last == nil
	from, last := max(0, b.journals.upto-rewindRows), make(map[int64]time.Time)
	oldest := time.Now().Add(-callsLife)
	for upto := row; upto > from; upto -= journalRows {
		rows, err := b.stores.SQL.Read.QueryContext(ctx, `SELECT utilisateur_id, MAX(instant) FROM appels
			WHERE id > ? AND id <= ? GROUP BY utilisateur_id`, max(from, upto-journalRows), upto)
		if err != nil {
			return fmt.Errorf("boards: journals: %w", store.Classify(err))
		}
		recent := false
		for rows.Next() {
			var id int64
			var at store.Instant
			if err := rows.Scan(&id, &at); err != nil {
				_ = rows.Close()
				return fmt.Errorf("boards: journals: %w", store.Classify(err))
			}
			if at.After(oldest) {
				recent = true
				if at.After(last[id]) {
					last[id] = at.Time
				}
			}
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("boards: journals: %w", store.Classify(err))
		}
		if first && !recent {
			break
		}
	}
	if first {
		b.journals.last = make(map[int64]time.Time, len(last))
	}
	for id, at := range last {
		b.journals.last[id] = at
	}
	b.journals.upto = row
	return nil
}

func (b *Boards) checkJournalsOf(ctx context.Context, callers []int64) error {
	in, args := store.InClause(callers)
	rows, err := b.stores.SQL.Read.QueryContext(ctx, `SELECT id, login FROM utilisateurs WHERE id `+in, args...)
	if err != nil {
		return fmt.Errorf("boards: journals: %w", store.Classify(err))
	}
	defer rows.Close()
	pipe := b.stores.Redis.DB1.Pipeline()
	there := make(map[int64]*redis.IntCmd)
	logins := make(map[int64]string)
	for rows.Next() {
		var id int64
		var login string
		if err := rows.Scan(&id, &login); err != nil {
			return fmt.Errorf("boards: journals: %w", store.Classify(err))
		}
		if !strings.HasPrefix(login, accounts.AnonymousMark) {
			logins[id] = login
			there[id] = pipe.Exists(ctx, journalKey(login))
		}
	}
	if err := rows.Err(); err != nil || len(there) == 0 {
		return store.Classify(err)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("boards: journals: %w", store.Classify(err))
	}
	for id, cmd := range there {
		if cmd.Val() > 0 {
			continue
		}
		// Twice: what was committed while the first was read, and not noted because
		// there was no journal, is read by the second.
		for range 2 {
			if err := b.writeJournal(ctx, id, logins[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeJournal tells Redis of a user's last calls.
func (b *Boards) writeJournal(ctx context.Context, id int64, login string) error {
	rows, err := b.stores.SQL.Read.QueryContext(ctx, `SELECT service, creneau, instant FROM appels
		WHERE utilisateur_id = ? AND instant > ? ORDER BY instant DESC LIMIT ?`,
		id, store.At(time.Now().Add(-callsLife)), keptCalls)
	if err != nil {
		return fmt.Errorf("boards: journal: %w", store.Classify(err))
	}
	defer rows.Close()
	var calls []entry
	for rows.Next() {
		var e entry
		var at store.Instant
		if err := rows.Scan(&e.service, &e.slot, &at); err != nil {
			return fmt.Errorf("boards: journal: %w", store.Classify(err))
		}
		e.at = at.Milli()
		calls = append(calls, e)
	}
	if err := rows.Err(); err != nil || len(calls) == 0 {
		return store.Classify(err)
	}
	_, err = store.Eval(ctx, b.stores.Redis.DB1, journal(login, true, calls...))
	return err
}
