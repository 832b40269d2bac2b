package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
)

// probeRow and probeKey are what is written to learn whether a store writes.
const (
	probeRow = "sonde"
	probeKey = "etu:sonde"
	// probeKeyLife is longer than the pause between two probes of a server.
	probeKeyLife = time.Minute
	// probeFileSize is more than a file of a folder may grow by without taking
	// room of the disk.
	probeFileSize = 64 << 10
)

// readProbe asks a table: a node of a Galera cluster that lost the others answers a ping.
// Where wsrep_dirty_reads is set it answers that, too, so its state is asked as well.
func (s *SQL) readProbe(ctx context.Context) error {
	var one int
	err := s.Read.QueryRow(ctx, `SELECT 1 FROM reglages LIMIT 1`).Scan(&one)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	state := map[string]string{}
	err = s.Read.Query(ctx, func(rows *sql.Rows) error {
		var name, value string
		err := rows.Scan(&name, &value)
		state[name] = value
		return err
	}, `SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_connected', 'wsrep_ready', 'wsrep_cluster_status')`)
	if err == nil && state["wsrep_connected"] == "ON" && (state["wsrep_ready"] != "ON" || state["wsrep_cluster_status"] != "Primary") {
		err = &mysql.MySQLError{Number: myGaleraNotReady, Message: "wsrep_cluster_status is " + state["wsrep_cluster_status"]}
	}
	return err
}

// writeProbe fails when what our work writes would be refused: a row is written
// and committed, and every table is asked for the right to insert.
func (s *SQL) writeProbe(ctx context.Context) error {
	tx, err := s.Write.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := tryWrites(ctx, Tx{Conn{tx}}); err != nil {
		return err
	}
	return tx.Commit()
}

// tryWrites runs writeStatements.
func tryWrites(ctx context.Context, tx Tx) error {
	for _, statement := range writeStatements() {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// writeStatements write one row and need each right that our work needs. They do
// the same in both engines.
var writeStatements = sync.OnceValue(func() []string {
	statements := []string{
		"REPLACE INTO reglages (nom, valeur) VALUES ('" + probeRow + "', '')", // the rights to insert and to delete
		"UPDATE reglages SET valeur = valeur WHERE nom = '" + probeRow + "'",
	}
	for _, table := range Tables() {
		statements = append(statements, "INSERT INTO "+table+" SELECT * FROM "+table+" WHERE 1 = 0")
	}
	return statements
})

var createTable = regexp.MustCompile(`CREATE TABLE IF NOT EXISTS (\w+)`)

// Tables are the names of all tables, in order.
var Tables = sync.OnceValue(func() (names []string) {
	err := fs.WalkDir(migrations, "migrations/sqlite", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := migrations.ReadFile(path)
		for _, found := range createTable.FindAllSubmatch(text, -1) {
			names = append(names, string(found[1]))
		}
		return err
	})
	if err != nil {
		panic(fmt.Sprintf("store: embedded files: %v", err))
	}
	slices.Sort(names)
	return slices.Compact(names)
})

// writeProbe writes one key into each database, or one that is on some node of a Cluster.
func (r *Redis) writeProbe(ctx context.Context) error {
	if r.Cluster {
		return onSomeNode(ctx, func(ctx context.Context, key string) error { return r.DB0.Set(ctx, key, "", probeKeyLife).Err() })
	}
	for _, db := range []*DB{r.DB0, r.DB1} {
		if err := db.Set(ctx, probeKey, "", probeKeyLife).Err(); err != nil {
			return err
		}
	}
	return nil
}

// writeProbe fails when the disk has no room left: SQLite writes into the room
// that its files have already, for a while.
func (d *dataDir) writeProbe() error {
	f, err := os.OpenFile(d.file(probeRow), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(make([]byte, probeFileSize))
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// sayRefusedEvery is the time between two lines of the log that say what an
// outage refuses, however many ask.
const sayRefusedEvery = 30 * time.Second

// Count counts a command that a store's failure refused.
func (h *Health) Count(verb string, err error) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refused == nil {
		h.refused = map[string]int{}
	}
	if len(h.refused) == 0 {
		h.refusedFrom = time.Now()
	}
	h.refused[verb]++
	if !errors.Is(err, context.Canceled) { // of a store that is known to be away
		h.cause = err
	}
}

// takeRefused gives what was refused since the last time, as attributes of the
// log: a number a verb.
func (h *Health) takeRefused() (attrs []any, cause error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, verb := range slices.Sorted(maps.Keys(h.refused)) {
		attrs = append(attrs, slog.Int(verb, h.refused[verb]))
	}
	cause, h.refused, h.cause = h.cause, nil, nil
	return attrs, cause
}

// sayRefused tells the log what was refused, 30 s after an outage began and every
// 30 s from then on, and at its end.
func (h *Health) sayRefused(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var said time.Time
	for {
		select {
		case <-ctx.Done():
		case <-tick.C:
			began := h.outageBegan()
			if began.After(said) {
				said = began
			}
			if began.IsZero() || time.Since(said) < sayRefusedEvery {
				continue
			}
			said = time.Now()
		}
		attrs, cause := h.takeRefused()
		var since time.Duration
		for _, problem := range []string{ProblemSQL, ProblemRedis} {
			since = max(since, h.lasts(problem))
		}
		if len(attrs) > 0 || since > 0 {
			about := []any{slog.Group("par_verbe", attrs...)}
			if since > 0 {
				about = append(about, "panne_depuis", since.String())
			}
			if cause != nil {
				about = append(about, "derniere_cause", cause.Error())
			}
			log.Warn("commandes refusées faute de magasin", about...)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// outageBegan is since when a store has been away, or else commands were refused;
// zero for never.
func (h *Health) outageBegan() (began time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, problem := range []string{ProblemSQL, ProblemRedis} {
		if _, stands := h.problems[problem]; stands && (began.IsZero() || h.since[problem].Before(began)) {
			began = h.since[problem]
		}
	}
	if began.IsZero() && len(h.refused) > 0 {
		began = h.refusedFrom
	}
	return began
}

// lasts is for how long a problem has stood, 0 for none.
func (h *Health) lasts(problem string) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, stands := h.problems[problem]; !stands {
		return 0
	}
	return max(time.Millisecond, time.Since(h.since[problem]).Round(time.Millisecond))
}

// sayBack ends an outage in the log: how long it was, and what it refused.
func (h *Health) sayBack(log *slog.Logger, what string, p probe, lasted time.Duration) {
	attrs, _ := h.takeRefused()
	log.Info(what, "magasin", p.name, "panne", lasted.String(), slog.Group("refus", attrs...))
}
