package admin

import (
	"context"
	"fmt"
	"time"

	"etuservices/server/internal/store"
)

const (
	// actionArchive is what the audit calls an archiving.
	actionArchive = "ARCHIVER"
	// archiveBatch bounds the rows of one transaction of Archive, whose locks the
	// deletion of an account or a reset may wait for.
	archiveBatch = 1000
)

// Archived is what Archive moved: rows from before the beginning of a month.
type Archived struct {
	Before                 time.Time
	Logins, Calls, Actions int64
}

// Until is the last day whose rows were to be moved.
func (d Archived) Until() string { return d.Before.AddDate(0, 0, -1).Format(time.DateOnly) }

// Empty says that there was nothing to move.
func (d Archived) Empty() bool { return d.Logins+d.Calls+d.Actions == 0 }

func (d Archived) String() string {
	return fmt.Sprintf("jusqu'au %s : %d connexions, %d appels, %d actes d'administration", d.Until(), d.Logins, d.Calls, d.Actions)
}

// archiveBoundary is the beginning, in UTC, of the first month that stays: that of now
// and so many before it, and all of which a quota still counts a row.
func archiveBoundary(now time.Time, months int, window time.Duration) time.Time {
	beginning := func(t time.Time, earlier int) time.Time {
		return time.Date(t.Year(), t.Month()-time.Month(earlier), 1, 0, 0, 0, 0, time.UTC)
	}
	boundary, counted := beginning(now.UTC(), months), beginning(now.Add(-window).UTC(), 0)
	if counted.Before(boundary) {
		return counted
	}
	return boundary
}

// Archive moves the rows of the ledger and of the audit that are older than the current
// month and so many before it into the tables connexions_archive, appels_archive and
// audit_archive. Each batch is a transaction, with the number of rows in the audit:
// Archive may be stopped at any moment, run again, and run twice at once.
// Errors: store.ErrUnavailable.
func (a *Admin) Archive(ctx context.Context, actor Actor, months int) (Archived, error) {
	now, err := a.Quota.Clock(ctx, actor.Login) // which the instants of the ledger are of
	if err != nil {
		return Archived{}, fmt.Errorf("admin: archive: %w", err)
	}
	run := archiving{admin: a, actor: actor, done: Archived{Before: archiveBoundary(now, months, a.Quota.Rule().Window)}}
	for _, t := range archived {
		if err := run.moveTable(ctx, t); err != nil {
			return run.done, fmt.Errorf("admin: archive: %w", err)
		}
	}
	if !run.done.Empty() {
		a.logAction(actor, actionArchive, "", run.done.String())
	}
	return run.done, nil
}

// archivedTable is a table whose old rows are moved into that of the same name with
// "_archive" behind it.
type archivedTable struct {
	name  string
	count func(*Archived) *int64
}

var archived = []archivedTable{
	{"connexions", func(d *Archived) *int64 { return &d.Logins }},
	{"appels", func(d *Archived) *int64 { return &d.Calls }},
	{"audit", func(d *Archived) *int64 { return &d.Actions }},
}

// archiving is one run of Archive.
type archiving struct {
	admin *Admin
	actor Actor
	done  Archived
	audit int64 // the row of the audit that tells of it; 0: none yet
}

// moveTable moves the old rows of a table. It walks through the primary key, for
// instants have no index of their own.
func (r *archiving) moveTable(ctx context.Context, t archivedTable) error {
	db := r.admin.Stores.SQL
	var from, end int64
	if err := db.Read.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) FROM `+t.name).Scan(&end); err != nil {
		return err
	}
	for from < end {
		var upto, old int64 // the last row of the batch, and the last that is old
		err := db.Read.QueryRow(ctx, `
			SELECT COALESCE(MAX(b.id), 0), COALESCE(MAX(CASE WHEN b.instant < ? THEN b.id END), 0)
			FROM (SELECT id, instant FROM `+t.name+` WHERE id > ? AND id <= ? ORDER BY id LIMIT ?) b`,
			store.At(r.done.Before), from, end, archiveBatch).Scan(&upto, &old)
		if err != nil || upto == 0 { // another run moved the rest
			return err
		}
		if old > 0 {
			if err := r.moveBatch(ctx, t, from, old); err != nil {
				return err
			}
		}
		from = upto
	}
	return nil
}

// moveBatch moves the old rows behind an ID up to another. They are locked before they
// are copied: another run, a reset or the deletion of an account comes either before
// this transaction or after it.
func (r *archiving) moveBatch(ctx context.Context, t archivedTable, from, upto int64) error {
	db, audit, done := r.admin.Stores.SQL, int64(0), Archived{}
	err := db.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		before := store.At(r.done.Before)
		if _, err := tx.Exec(ctx, `
			INSERT INTO `+t.name+`_archive
			SELECT * FROM `+t.name+` WHERE id > ? AND id <= ? AND instant < ?`+db.UpdateLock(), from, upto, before); err != nil {
			return err
		}
		result, err := tx.Exec(ctx, `
			DELETE FROM `+t.name+` WHERE id > ? AND id <= ? AND instant < ?
			  AND EXISTS (SELECT 1 FROM `+t.name+`_archive a WHERE a.id = `+t.name+`.id)`, from, upto, before)
		if err != nil {
			return err
		}
		moved, err := result.RowsAffected()
		audit, done = r.audit, r.done
		if err != nil || moved == 0 { // another run moved them
			return err
		}
		*t.count(&done) += moved
		audit, err = r.tell(ctx, tx, done)
		return err
	})
	if err == nil {
		r.audit, r.done = audit, done
	}
	return err
}

// tell writes into the audit what was moved so far, and gives the ID of the row.
func (r *archiving) tell(ctx context.Context, tx store.Tx, done Archived) (int64, error) {
	if r.audit == 0 {
		return r.admin.insertAudit(ctx, tx, r.actor, actionArchive, target{}, done.String())
	}
	_, err := tx.Exec(ctx, `UPDATE audit SET raison = ? WHERE id = ?`, done.String(), r.audit)
	return r.audit, err
}
