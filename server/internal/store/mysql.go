package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/golang-migrate/migrate/v4"
	migratemysql "github.com/golang-migrate/migrate/v4/database/mysql"
)

const (
	// mysqlConnsPerCPU: measured, 8 connections a core sell twice as fast as 32;
	// more only wait for each other's row locks.
	mysqlConnsPerCPU = 8
	// mysqlConnLife lets a pool follow a failover or a proxy's rebalancing, and
	// stays below the idle limits of usual firewalls.
	mysqlConnLife = 3 * time.Minute
	// mysqlLockWait, in seconds, is below SQLTimeout, so that a stuck lock gives
	// MySQL's own answer, and a retry, before our patience cuts the connection.
	mysqlLockWait = 2
	// mysqlMode refuses what it would otherwise cut or bend silently.
	mysqlMode = "'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
)

// mysqlConfig reads a DSN and forces what our queries rely on. Its errors never
// show the DSN.
func mysqlConfig(dsn string) (*mysql.Config, error) {
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("ETU_MYSQL_DSN: %w", err)
	}
	if cfg.DBName == "" {
		return nil, errors.New("ETU_MYSQL_DSN : il manque le nom de la base après la barre oblique")
	}
	cfg.InterpolateParams = true // one round trip a query instead of three
	cfg.ClientFoundRows = true   // an UPDATE counts the rows it matched, as in SQLite
	cfg.MultiStatements = true   // a Batch is one round trip; all values are parameters
	cfg.ParseTime = false        // Instant reads the text, to the millisecond
	cfg.Loc = time.UTC
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = SQLTimeout, SQLTimeout, SQLTimeout
	cfg.Logger = &mysql.NopLogger{} // the errors come back to the callers anyway
	if err := cfg.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return nil, fmt.Errorf("ETU_MYSQL_DSN: %w", err)
	}
	// The variables' names differ between MariaDB and MySQL, and the wrong one
	// refuses the connection; mysqlSession sets the level.
	for _, name := range []string{"tx_isolation", "transaction_isolation", "tx_read_only", "transaction_read_only"} {
		delete(cfg.Params, name)
	}
	return cfg, nil
}

func mysqlConns() int { return mysqlConnsPerCPU * runtime.GOMAXPROCS(0) }

// openMySQL makes the pool; nothing is connected yet.
func openMySQL(cfg *mysql.Config) (*SQL, error) {
	db, err := openHandle(cfg)
	if err != nil {
		return nil, err
	}
	conns := mysqlConns()
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns) // fewer would close and open at every burst
	db.SetConnMaxLifetime(mysqlConnLife)
	return &SQL{Dialect: MySQL, Write: newPool(db), Read: newPool(db), batches: batcher[txWork]{free: mysqlBatches, most: mostTogether}}, nil
}

// openHandle makes a handle all of whose connections are set up as mysqlSession
// says.
func openHandle(cfg *mysql.Config) (*sql.DB, error) {
	c, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("ETU_MYSQL_DSN: %w", err)
	}
	return sql.OpenDB(connector{Connector: c, setup: mysqlSession(), lateBegin: true}), nil
}

// mysqlSession sets what our queries rely on, on every new connection and after
// all that the server's configuration, its init_connect or the DSN set. Each
// variable has its value written out: DEFAULT would be the server's.
func mysqlSession() []string {
	return []string{
		"SET NAMES utf8mb4 COLLATE utf8mb4_bin, " + strings.Join([]string{
			"autocommit = 1",      // a statement alone is a transaction
			"completion_type = 0", // COMMIT ends it, and begins no other
			"time_zone = '+00:00'",
			"sql_mode = " + mysqlMode,
			"innodb_lock_wait_timeout = " + strconv.Itoa(mysqlLockWait),
			"foreign_key_checks = 1", "unique_checks = 1",
			// Nothing refuses or cuts what a statement asks for.
			"sql_safe_updates = 0", "sql_big_selects = 1",
			"sql_select_limit = 18446744073709551615",
			"max_sort_length = 1024", "group_concat_max_len = 1048576",
			"sql_auto_is_null = 0", // "id IS NULL" means that
		}, ", "),
		// READ COMMITTED: every statement sees what is committed, also after a lock
		// was waited for, and no gap locks make deadlocks. Said so because the
		// variables' names differ between MySQL and MariaDB.
		"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE",
	}
}

const (
	// migrationTimeout, one read of the migrating connection: DDL on grown
	// tables and the wait for another process take longer than a query.
	migrationTimeout = 10 * time.Minute
	// migrationLockWait, in seconds, for another process that migrates. When it
	// passes, the start waits on and says so.
	migrationLockWait = 10
)

// errMigrating says that another process is at the migrations.
var errMigrating = fmt.Errorf("%w: another process is migrating", ErrUnavailable)

// prepareMySQL creates the database when it is missing and migrates its tables.
// Several processes may do so at once.
func prepareMySQL(ctx context.Context, log *slog.Logger, cfg *mysql.Config) error {
	cfg = cfg.Clone()
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
	// that a killed process left half done, and dies with the connection. It holds on
	// one server: on the nodes of a Galera cluster several may migrate at once, and the
	// one that meets the other's tables, or its note of a migration at work, begins again.
	lock := migrationLock(cfg.DBName)
	var got sql.NullBool
	if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(?, ?)", lock, migrationLockWait).Scan(&got); err != nil {
		return fmt.Errorf("migrations' lock: %w", err)
	}
	if !got.Bool {
		return errMigrating
	}
	drv, err := migratemysql.WithInstance(db, &migratemysql.Config{DatabaseName: cfg.DBName})
	if err == nil {
		err = migrateUp(log, "mysql", drv)
	} else {
		err = fmt.Errorf("migrations: %w", migrationCause(err))
	}
	var dirty migrate.ErrDirty
	if isMySQL(err, myTableExists, myDuplicate, myDeadlock) || errors.As(err, &dirty) {
		return fmt.Errorf("%w: %w", errMigrating, err)
	}
	return err
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
