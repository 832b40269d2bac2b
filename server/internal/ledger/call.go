package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/broken"
	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

// Service names a counted service as the wire and the ledger do.
type Service string

// The two services.
const (
	Listing  Service = "vente"
	Purchase Service = "achat"
)

// count is how a call of the service is counted in the user's row.
func (s Service) count() string {
	if s == Listing {
		return countListing
	}
	return countPurchase
}

// ErrRefReused is a ref that was given to another verb or other arguments.
var ErrRefReused error = protocol.Invalid("ref", "Cette référence a servi à un autre appel.")

// Call is one call of a counted service. With a Ref it is repeatable: the same
// user's same Ref within 24 h gets the first result again (PROTOCOL.md §7.2).
type Call struct {
	User     User
	Service  Service
	Ref      string // "" where the call is not repeatable
	ArgsHash string // tells calls with other arguments apart
	Instance string // the server process, written into the ledger
}

// Mutation is a service's part of a counted call.
type Mutation interface {
	// Read adds the queries whose rows Apply needs. They run in the round trip that
	// locks the user's row, after the lock and before Apply.
	Read(b *store.Batch)
	// Apply does the work, with the quota decided, and adds the statements that need
	// no answer to b. After a lost lock conflict, Read and Apply run again.
	Apply(ctx context.Context, tx store.Tx, slot Reservation, quota State, b *store.Batch) (Entry, error)
	// Result points at what Apply found. It is stored as JSON with the call's ref, and
	// a replay reads it back.
	Result() any
}

// Entry is what the ledger has of a call that reached its service.
type Entry struct {
	Outcome string
	Article int64 // the one that was put up for sale, or that was to be bought, be there one or not
}

// Replay says whether a result is that of an earlier call with the same ref.
type Replay struct {
	Replayed bool
	// Line is the finished reply, of a call that was written down by a version
	// which stored no result; "" for all others.
	Line string
}

// Done is the result of a call: done now, or replayed.
type Done struct {
	Replay
	// The rest is given of a call that was done now.
	Entry
	Slot   Reservation
	Totals Totals // of the user, this call included
}

// Run does a counted call. The order is what keeps the quota exact and a
// repeatable call single:
//
//  1. A known ref is answered with its first result. No slot is taken or refused.
//  2. Reserve takes a slot in Redis, or refuses. Of calls with the same ref, one gets
//     the slot, the others wait and begin again at 1.
//  3. One transaction locks the user's row, counts the ledger's window, applies the
//     mutation and writes the ledger's row and the ref with its result. A ref that
//     another call committed meanwhile makes it fail as a duplicate.
//  4. Where nothing was committed the slot is released. Where the answer to COMMIT was
//     lost, it stays until the ledger tells.
//
// Errors: *Exceeded, ErrRefReused, ErrNoAccount, store.ErrUnavailable. None counts,
// except that after a store.ErrCommitUnknown (ErrUnavailable too) the call may stand.
func (l *Limiter) Run(ctx context.Context, c Call, m Mutation) (Done, error) {
	ctx, cancel := context.WithTimeout(ctx, store.RequestTime)
	defer cancel()
	for {
		ref, err := l.findRef(ctx, c, m.Result())
		if ref.known || err != nil {
			return Done{Replay: ref.replay}, err
		}
		slot, err := l.Reserve(ctx, c.User, Calls, c.mark())
		switch {
		case errors.Is(err, ErrInProgress):
			if err := wait.For(ctx, inProgressPause); err != nil {
				return Done{}, err
			}
			continue
		case err != nil:
			return l.replayOrFail(ctx, c, m, err)
		}
		done, err := l.commit(ctx, c, m, slot, ref.expired)
		if err != nil {
			return l.abandon(ctx, c, m, slot, err)
		}
		return done, nil
	}
}

// inProgressPause is how often SQL is asked for the result of a call in progress.
const inProgressPause = 20 * time.Millisecond

// mark is the ref by which Redis tells repeatable calls in progress apart.
func (c Call) mark() string {
	if broken.RefTwice {
		return ""
	}
	return c.Ref
}

// commit is the transaction that decides.
func (l *Limiter) commit(ctx context.Context, c Call, m Mutation, slot Reservation, expired bool) (done Done, err error) {
	db := l.stores.SQL
	err = db.GroupCommit(ctx, func(ctx context.Context, tx store.Tx) error {
		var first, last store.Batch
		confirmation := l.confirm(&first, slot, c.Service.count())
		m.Read(&first)
		if err := db.RunBatch(ctx, tx, &first); err != nil {
			return err
		}
		quota, err := confirmation.decide()
		if err != nil {
			return err
		}
		entry, err := m.Apply(ctx, tx, slot, quota, &last)
		if err != nil {
			return err
		}
		last.Exec(`
			INSERT INTO appels (utilisateur_id, service, article_id, resultat, instant, serveur, creneau, ref)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			c.User.ID, string(c.Service), nullable(entry.Article), entry.Outcome, store.At(slot.Stamp), c.Instance, slot.ID, nullable(c.Ref))
		if err := c.writeRef(&last, m.Result(), expired); err != nil {
			return err
		}
		done = Done{Entry: entry, Slot: slot, Totals: confirmation.totals}
		return db.RunBatch(ctx, tx, &last)
	})
	return done, err
}

// abandon frees the slot of a call that was not committed, and gives a call that lost
// against another one with its ref the other's result.
func (l *Limiter) abandon(ctx context.Context, c Call, m Mutation, slot Reservation, err error) (Done, error) {
	if errors.Is(err, store.ErrCommitUnknown) {
		l.ResolveLater(slot)
		return Done{}, fmt.Errorf("ledger: %s: %w", c.Service, err)
	}
	l.Release(ctx, slot)
	var full *Exceeded
	if errors.As(err, &full) {
		l.Restore(ctx, slot) // Redis had forgotten
		err = full
	}
	if full != nil || store.IsDuplicate(err) {
		return l.replayOrFail(ctx, c, m, err)
	}
	return Done{}, fmt.Errorf("ledger: %s: %w", c.Service, err)
}

// replayOrFail gives the result of a call with the same ref that was committed
// meanwhile, or err.
func (l *Limiter) replayOrFail(ctx context.Context, c Call, m Mutation, err error) (Done, error) {
	ref, findErr := l.findRef(ctx, c, m.Result())
	switch {
	case ref.known, errors.Is(findErr, ErrRefReused):
		return Done{Replay: ref.replay}, findErr
	case store.IsDuplicate(err): // the other's result cannot be read now: ask again
		return Done{}, fmt.Errorf("ledger: %s: %w", c.Service, errors.Join(store.ErrUnavailable, findErr))
	}
	return Done{}, err
}

// refLife is how long a ref is remembered (PROTOCOL.md §7.2).
const refLife = 24 * time.Hour

// foundRef is what SQL knows of a ref.
type foundRef struct {
	known   bool
	expired bool // it has a row, which counts no more
	replay  Replay
}

// findRef looks a ref up, and reads the result of a known one into result. Errors:
// ErrRefReused, store.ErrUnavailable.
func (l *Limiter) findRef(ctx context.Context, c Call, result any) (found foundRef, err error) {
	if c.Ref == "" {
		return found, nil
	}
	var verb, args, text string
	var ends store.Instant
	err = l.stores.SQL.Read.QueryRow(ctx, `
		SELECT verbe, empreinte, reponse, expire_le FROM refs WHERE utilisateur_id = ? AND ref = ?`,
		c.User.ID, c.Ref).Scan(&verb, &args, &text, &ends)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return found, nil
	case err != nil:
		return found, fmt.Errorf("ledger: find the ref: %w", err)
	case !ends.After(time.Now()):
		return foundRef{expired: true}, nil
	case verb != string(c.Service) || args != c.ArgsHash:
		return found, ErrRefReused
	}
	found = foundRef{known: true, replay: Replay{Replayed: true}}
	if !strings.HasPrefix(text, "{") { // a finished reply begins with "+" or "-"
		found.replay.Line = text
		return found, nil
	}
	if err := json.Unmarshal([]byte(text), result); err != nil {
		return foundRef{}, fmt.Errorf("ledger: result of a ref: %w", err)
	}
	return found, nil
}

// writeRef adds the row of a repeatable call to b.
func (c Call) writeRef(b *store.Batch, result any, expired bool) error {
	if c.Ref == "" || broken.RefTwice {
		return nil
	}
	text, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("ledger: result of a ref: %w", err)
	}
	now := time.Now()
	if expired {
		b.Exec(`DELETE FROM refs WHERE utilisateur_id = ? AND ref = ? AND expire_le <= ?`, c.User.ID, c.Ref, store.At(now))
	}
	b.Exec(`
		INSERT INTO refs (utilisateur_id, ref, verbe, empreinte, reponse, expire_le) VALUES (?, ?, ?, ?, ?, ?)`,
		c.User.ID, c.Ref, string(c.Service), c.ArgsHash, string(text), store.At(now.Add(refLife)))
	return nil
}

// sweepBatch bounds what one cleaning takes, so that it never holds locks long.
const sweepBatch = 1000

// Sweep deletes the refs that expired, and the counts of refusals of deleted accounts.
func (l *Limiter) Sweep(ctx context.Context) error {
	_, err := l.stores.SQL.DeleteSome(ctx, "refs", "utilisateur_id, ref", "expire_le <= ?", sweepBatch, store.At(time.Now()))
	return errors.Join(err, l.sweepRefusals(ctx))
}

// nullable writes the zero value as NULL.
func nullable[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}
