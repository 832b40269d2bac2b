package store

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"sync"
	"time"
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

// writeProbe fails when what our work writes would be refused: a row is written
// and committed, and every table is asked for the right to insert.
func (s *SQL) writeProbe(ctx context.Context) error {
	tx, err := s.Write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range writeStatements() {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
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

// writeProbe writes one key into each database.
func (r *Redis) writeProbe(ctx context.Context) error {
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
