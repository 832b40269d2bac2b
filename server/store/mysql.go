package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"
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
		return nil, errors.New("ETU_MYSQL_DSN: no database name after the /")
	}
	cfg.InterpolateParams = true // one round trip a query instead of three
	cfg.ClientFoundRows = true   // an UPDATE counts the rows it matched, as in SQLite
	cfg.MultiStatements = false  // nothing of ours needs it, an injection would
	cfg.ParseTime = false        // Instant reads the text, to the millisecond
	cfg.Loc = time.UTC
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = SQLTimeout, SQLTimeout, SQLTimeout
	cfg.Logger = &mysql.NopLogger{} // the errors come back to the callers anyway
	if err := cfg.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return nil, fmt.Errorf("ETU_MYSQL_DSN: %w", err)
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params["time_zone"] = "'+00:00'"
	cfg.Params["sql_mode"] = mysqlMode
	cfg.Params["innodb_lock_wait_timeout"] = strconv.Itoa(mysqlLockWait)
	// Set by statement in readCommitted: the variable's name differs between
	// MariaDB and MySQL, and the wrong one refuses the connection.
	delete(cfg.Params, "tx_isolation")
	delete(cfg.Params, "transaction_isolation")
	return cfg, nil
}

// openMySQL makes the pool; nothing is connected yet.
func openMySQL(cfg *mysql.Config) (*SQL, error) {
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("ETU_MYSQL_DSN: %w", err)
	}
	db := sql.OpenDB(readCommitted{connector})
	conns := mysqlConnsPerCPU * runtime.GOMAXPROCS(0)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns) // fewer would close and open at every burst
	db.SetConnMaxLifetime(mysqlConnLife)
	return &SQL{Dialect: MySQL, Write: db, Read: db, lanes: lanes[txWork]{free: mysqlLanes, most: mostTogether}}, nil
}

// readCommitted sets the isolation level once a connection: every statement
// sees what is committed, also after a lock was waited for, and no gap locks
// make deadlocks. Said in SQL because this form works on MySQL and MariaDB.
type readCommitted struct{ driver.Connector }

func (c readCommitted) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	exec, ok := conn.(driver.ExecerContext)
	if !ok {
		return nil, errors.Join(errors.New("mysql driver: connection cannot execute"), conn.Close())
	}
	if _, err := exec.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}
