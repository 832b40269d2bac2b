package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ErrOlder is a database that lacks migrations of this program: a start applies them.
var ErrOlder = errors.New("les tables ne sont pas à jour")

// Look opens stores to look at them: nothing is waited for, created or migrated.
// Of embedded ones, which nobody else may hold, there is no Redis: it lives in the
// process of a server. Errors: ErrHalfConfigured, ErrDataLocked.
func Look(o Options) (*Stores, error) {
	if (o.MySQLDSN == "") != (o.RedisURL == "") {
		return nil, ErrHalfConfigured
	}
	s := &Stores{}
	var err error
	if o.MySQLDSN == "" {
		err = s.lookEmbedded(o.DataDir)
	} else {
		_, err = s.openPools(o)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Stores) lookEmbedded(path string) error {
	if _, err := os.Stat(filepath.Join(path, lockFile)); err == nil {
		dir, err := openDataDir(path)
		if err != nil {
			return err
		}
		s.onClose(dir.close)
		s.dir = dir
	}
	db, err := openSQLiteHandle(copyDSN(filepath.Join(path, SQLiteFile), "rw"), 1)
	if err != nil {
		return err
	}
	s.SQL = &SQL{Dialect: SQLite, Write: newPool(db), Read: newPool(db)}
	s.onClose(s.SQL.close)
	return nil
}

// CheckTables compares the tables with what this program knows. Errors: ErrNewer,
// ErrOlder, those of the store.
func (s *SQL) CheckTables(ctx context.Context) error {
	var has uint
	if err := s.Read.QueryRow(ctx, `SELECT version FROM schema_migrations`).Scan(&has); err != nil {
		return err
	}
	last, err := lastMigration(strings.ToLower(s.Dialect.String()))
	if err == nil && has < last {
		return fmt.Errorf("%w : elles en sont à %d, ce programme en veut %d", ErrOlder, has, last)
	}
	return errors.Join(err, notNewer(has, last))
}

// TryWrite fails when SQL would refuse a write; the probe is rolled back.
func (s *Stores) TryWrite(ctx context.Context) error {
	tx, err := s.SQL.Write.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := tryWrites(ctx, Tx{Conn{tx}}); err != nil {
		return err
	}
	if s.dir != nil {
		return s.dir.writeProbe()
	}
	return nil
}

// TryWrite fails when Redis would refuse a write; the probe's key is deleted, or ends by
// itself in a Cluster.
func (r *Redis) TryWrite(ctx context.Context) error {
	if err := r.writeProbe(ctx); err != nil {
		return err
	}
	for _, db := range []*DB{r.DB0, r.DB1} {
		if err := db.Del(ctx, probeKey).Err(); err != nil {
			return err
		}
	}
	return nil
}

// MySQLConns is the number of connections that a server needs at most.
func MySQLConns() int { return mysqlConns() + 2 } // the probe's and a migration's
