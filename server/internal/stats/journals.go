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
	// journalsEvery is how often missing journals are looked for.
	journalsEvery = 4 * time.Second
	// journalRows bounds what one query reads of the ledger.
	journalRows = 20_000
)

// journals are what the checks of this process know of who has a journal.
type journals struct {
	looked time.Time
	upto   int64               // rows up to here were read
	last   map[int64]time.Time // user -> last call, of those who called within callsLife
}

// checkJournals writes the journals that Redis lost, of all who called within the life
// of a journal.
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
	first, oldest := b.journals.upto == 0, time.Now().Add(-callsLife)
	from := max(0, b.journals.upto-rewindRows)
	for upto := row; upto > from; upto -= journalRows {
		recent := false
		err := b.stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
			var id int64
			var at store.Instant
			if err := rows.Scan(&id, &at); err != nil {
				return err
			}
			recent = recent || at.After(oldest)
			if at.After(oldest) && at.After(b.journals.last[id]) {
				b.journals.last[id] = at.Time
			}
			return nil
		}, `SELECT utilisateur_id, MAX(instant) FROM appels
			WHERE id > ? AND id <= ? GROUP BY utilisateur_id`, max(from, upto-journalRows), upto)
		if err != nil {
			return fmt.Errorf("stats: journals: %w", err)
		}
		if first && !recent {
			break
		}
	}
	b.journals.upto = row
	return nil
}

// checkJournalsOf writes the journals that are missing of these users.
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
		return fmt.Errorf("stats: journals: %w", err)
	}
	if len(there) == 0 {
		return nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("stats: journals: %w", err)
	}
	for id, cmd := range there {
		if cmd.Val() > 0 {
			continue
		}
		// Twice: a call that is committed during the first time finds no journal to be
		// written to, and is read the second time.
		for range 2 {
			if err := b.writeJournal(ctx, id, logins[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeJournal writes a user's last calls to Redis.
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
		return fmt.Errorf("stats: journal: %w", err)
	}
	if len(calls) == 0 {
		return nil
	}
	_, err = store.Eval(ctx, b.stores.Redis.DB1, journal(login, true, calls...))
	return err
}
