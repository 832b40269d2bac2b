package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"runtime"
	"strconv"

	migratesqlite "github.com/golang-migrate/migrate/v4/database/sqlite"
	"modernc.org/sqlite"
)

const (
	// SQLiteFile stands in the data folder.
	SQLiteFile = "etuservices.db"
	// sqliteReadersPerCPU: readers never wait for the writer (WAL); a few a core
	// cover those that wait for the disk.
	sqliteReadersPerCPU = 4
)

// openSQLite opens and migrates the one file, made with mode 0600. The folder's
// lock keeps other processes of ours out.
func openSQLite(ctx context.Context, log *slog.Logger, path string) (*SQL, error) {
	// SQLite would create it for the group and others too; its -wal and -shm
	// files take the mode of this one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	if err := migrateSQLite(log, path); err != nil {
		return nil, err
	}
	writer, err := openSQLiteHandle(writeDSN(path), 1)
	if err != nil {
		return nil, err
	}
	readers, err := openSQLiteHandle(readDSN(path), sqliteReadersPerCPU*runtime.GOMAXPROCS(0))
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	s := &SQL{Dialect: SQLite, Write: newPool(writer), Read: newPool(readers), batches: batcher[txWork]{free: sqliteBatches, most: mostTogether}}
	if err := s.Ping(ctx); err != nil {
		_ = s.close()
		return nil, err
	}
	return s, nil
}

func migrateSQLite(log *slog.Logger, path string) error {
	db, err := openSQLiteHandle(writeDSN(path), 1)
	if err != nil {
		return err
	}
	drv, err := migratesqlite.WithInstance(db, &migratesqlite.Config{})
	if err != nil {
		_ = db.Close()
		return fmt.Errorf("migrations: %w", err)
	}
	return migrateUp(log, "sqlite", drv) // closes db
}

func openSQLiteHandle(dsn string, conns int) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector{Connector: c})
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// writeDSN: immediate so that a transaction takes its lock where it can wait for
// it, not in its middle where it can only fail.
func writeDSN(path string) string {
	return sqliteDSN(path, url.Values{"_txlock": {"immediate"}})
}

// readDSN: a write that strays here would pass on MySQL, where both are one
// pool, and fight the writer; it is refused instead.
func readDSN(path string) string {
	return sqliteDSN(path, url.Values{"_pragma": {"query_only(1)"}})
}

// sqliteDSN: WAL so that readers go on beside the writer; FULL so that a commit
// survives a power cut.
func sqliteDSN(path string, q url.Values) string {
	for _, pragma := range []string{
		"busy_timeout(" + strconv.FormatInt(SQLTimeout.Milliseconds(), 10) + ")",
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	} {
		q.Add("_pragma", pragma)
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}
