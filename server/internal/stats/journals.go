package stats

import (
	"context"
	"database/sql"
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
		recent := false
		err := b.stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
			var id int64
			var at store.Instant
			if err := rows.Scan(&id, &at); err != nil {
				return err
			}
			if at.After(oldest) {
				recent = true
				if at.After(last[id]) {
					last[id] = at.Time
				}
			}
			return nil
		}, `SELECT utilisateur_id, MAX(instant) FROM appels
			WHERE id > ? AND id <= ? GROUP BY utilisateur_id`, max(from, upto-journalRows), upto)
		if err != nil {
			return fmt.Errorf("boards: journals: %w", err)
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
	pipe := b.stores.Redis.DB1.Pipeline()
	there := make(map[int64]*redis.IntCmd)
	logins := make(map[int64]string)
	err := b.stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var id int64
		var login string
		if err := rows.Scan(&id, &login); err != nil {
			return err
		}
		if !strings.HasPrefix(login, accounts.AnonymousMark) {
			logins[id] = login
			there[id] = pipe.Exists(ctx, journalKey(login))
		}
		return nil
	}, `SELECT id, login FROM utilisateurs WHERE id `+in, args...)
	if err != nil {
		return fmt.Errorf("boards: journals: %w", err)
	}
	if len(there) == 0 {
		return nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("boards: journals: %w", err)
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
	var calls []entry
	err := b.stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var e entry
		var at store.Instant
		err := rows.Scan(&e.service, &e.slot, &at)
		e.at = at.Milli()
		calls = append(calls, e)
		return err
	}, `SELECT service, creneau, instant FROM appels
		WHERE utilisateur_id = ? AND instant > ? ORDER BY instant DESC LIMIT ?`,
		id, store.At(time.Now().Add(-callsLife)), keptCalls)
	if err != nil {
		return fmt.Errorf("boards: journal: %w", err)
	}
	if len(calls) == 0 {
		return nil
	}
	_, err = store.Eval(ctx, b.stores.Redis.DB1, journal(login, true, calls...))
	return err
}
