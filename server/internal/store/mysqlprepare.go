package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	migratemysql "github.com/golang-migrate/migrate/v4/database/mysql"
)

const (
	// migrationTimeout, one read of the migrating connection: DDL on grown
	// tables and the wait for another process take longer than a query.
	migrationTimeout = 10 * time.Minute
	// migrationLockWait, in seconds, for another process that migrates. When it
	// passes, the start waits on and says so.
	migrationLockWait = 10
)

// errMigrating says that another process holds the migrations' lock.
var errMigrating = fmt.Errorf("%w: another process is migrating", ErrUnavailable)

// prepareMySQL creates the database when it is missing and migrates its tables.
// Several processes may do so at once.
func prepareMySQL(ctx context.Context, log *slog.Logger, cfg *mysql.Config) error {
	cfg = cfg.Clone()
	cfg.MultiStatements = true // a migration file holds several
	cfg.ReadTimeout = migrationTimeout
	db, err := openHandle(cfg)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()

	conn, err := db.Conn(ctx)
	if isMySQL(err, myUnknownDatabase) {
		if err = createDatabase(ctx, log, cfg); err != nil {
			return err
		}
		conn, err = db.Conn(ctx)
	}
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()

	// Our own lock around the library's: it covers the mending of a migration
	// that a killed process left half done, and dies with the connection.
	lock := migrationLock(cfg.DBName)
	var got sql.NullBool
	if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(?, ?)", lock, migrationLockWait).Scan(&got); err != nil {
		return fmt.Errorf("migrations' lock: %w", err)
	}
	if !got.Bool {
		return errMigrating
	}
	drv, err := migratemysql.WithInstance(db, &migratemysql.Config{DatabaseName: cfg.DBName})
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return migrateUp(log, "mysql", drv)
}

// createDatabase needs a connection without a database.
func createDatabase(ctx context.Context, log *slog.Logger, cfg *mysql.Config) error {
	bare := cfg.Clone()
	bare.DBName = ""
	db, err := openHandle(bare)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	name := "`" + strings.ReplaceAll(cfg.DBName, "`", "``") + "`"
	_, err = db.ExecContext(ctx, "CREATE DATABASE IF NOT EXISTS "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	if err != nil {
		return fmt.Errorf("the database %s does not exist and cannot be created: %w", name, err)
	}
	log.Info("base créée", "base", cfg.DBName)
	return nil
}

// migrationLock names the lock: such names are the whole server's, and short.
func migrationLock(database string) string {
	sum := sha256.Sum256([]byte(database))
	return "etu_migrations_" + hex.EncodeToString(sum[:8])
}
