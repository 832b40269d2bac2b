package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// SQLTimeout bounds one transaction, and each read and write of a MySQL
// connection: a person waits that long for an answer, and a healthy store needs
// milliseconds, so that what takes longer is a store that does not answer.
const SQLTimeout = 3 * time.Second

// RequestTime bounds the work of one request on the stores, so that whoever asks
// is answered within 5 s whatever they do, the wait for a connection included. Verbs
// that hash a password wait for their turn before (config.Limits.HashWait).
const RequestTime = 4500 * time.Millisecond

// Dialect is the SQL engine; some queries differ between the two.
type Dialect uint8

// The two engines.
const (
	MySQL Dialect = iota
	SQLite
)

func (d Dialect) String() string {
	if d == SQLite {
		return "SQLite"
	}
	return "MySQL"
}

// SharedLock makes a SELECT lock what it reads against those who would change it,
// until its transaction ends. SQLite has one writer, and needs nothing.
func (s *SQL) SharedLock() string {
	if s.Dialect == MySQL {
		return " LOCK IN SHARE MODE"
	}
	return ""
}

// UpdateLock makes a SELECT lock what it reads against all others who would lock it,
// until its transaction ends. SQLite has one writer, and needs nothing.
func (s *SQL) UpdateLock() string {
	if s.Dialect == MySQL {
		return " FOR UPDATE"
	}
	return ""
}

// SQL is the truth. For MySQL, Write and Read are one pool; for SQLite, Write
// has one connection (the engine takes one writer at a time) and Read several.
type SQL struct {
	Dialect     Dialect
	Write, Read Pool
	batches     batcher[txWork] // of GroupCommit
	// OnTx, when not nil, is called once after each transaction, its retries included.
	// It is set before the first transaction.
	OnTx func(took time.Duration, err error)
}

// Ping asks the engine for an answer within SQLTimeout.
// A failure is ErrUnavailable.
func (s *SQL) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, SQLTimeout)
	defer cancel()
	return classify(s.Read.DB.PingContext(ctx))
}

func (s *SQL) close() error {
	if s.Read == s.Write {
		return s.Write.DB.Close()
	}
	return errors.Join(s.Read.DB.Close(), s.Write.DB.Close())
}

// InClause gives "IN (?, ?, …)" for a list that is not empty, and its arguments.
func InClause[T any](list []T) (condition string, args []any) {
	args = make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return "IN (" + strings.Repeat(", ?", len(list))[2:] + ")", args
}

// Setting reads a row of the table reglages, "" where there is none.
func (s *SQL) Setting(ctx context.Context, name string) (value string, err error) {
	err = s.Read.QueryRow(ctx, `SELECT valeur FROM reglages WHERE nom = ?`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// AddSetting writes a row of reglages unless there is one, and gives what stands there
// then: the same value, or that of another server that was first.
func (s *SQL) AddSetting(ctx context.Context, name, value string) (string, error) {
	_, err := s.Write.Exec(ctx, `INSERT INTO reglages (nom, valeur) VALUES (?, ?)`, name, value)
	if err != nil && !IsDuplicate(err) {
		return "", err
	}
	return s.Setting(ctx, name)
}

// DeleteSome deletes at most limit rows of a table that meet a condition, so
// that a cleaning never holds its locks for long. key names the columns of the
// primary key. It gives the number of rows deleted.
func (s *SQL) DeleteSome(ctx context.Context, table, key, condition string, limit int, args ...any) (int64, error) {
	query := fmt.Sprintf("DELETE FROM %s WHERE %s LIMIT %d", table, condition, limit)
	if s.Dialect == SQLite { // which is built without DELETE … LIMIT
		query = fmt.Sprintf("DELETE FROM %s WHERE (%s) IN (SELECT %s FROM %s WHERE %s LIMIT %d)",
			table, key, key, table, condition, limit)
	}
	done, err := s.Write.Exec(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// DeleteAll deletes all rows that meet a condition, some by some.
func (s *SQL) DeleteAll(ctx context.Context, table, key, condition string, some int, args ...any) error {
	for {
		n, err := s.DeleteSome(ctx, table, key, condition, some, args...)
		if err != nil || n < int64(some) {
			return err
		}
	}
}

// Conn runs statements, on a pool or in a transaction. Its errors are those of
// database/sql; a store's failure wraps ErrUnavailable.
type Conn struct{ on statements }

// statements is what a *sql.DB and a *sql.Tx have in common.
type statements interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Pool is a pool of connections.
type Pool struct {
	Conn
	DB *sql.DB // the errors of its own methods are as they come
}

func newPool(db *sql.DB) Pool { return Pool{Conn{db}, db} }

// Tx is a transaction; who gets one does not end it.
type Tx struct{ Conn }

// Exec runs a statement that returns no rows.
func (c Conn) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	result, err := c.on.ExecContext(ctx, query, args...)
	return result, classify(err)
}

// Query calls row for each row that a statement returns, for it to scan.
func (c Conn) Query(ctx context.Context, row func(*sql.Rows) error, query string, args ...any) error {
	rows, err := c.on.QueryContext(ctx, query, args...)
	if err != nil {
		return classify(err)
	}
	defer rows.Close()
	return classify(eachRow(rows, row))
}

func eachRow(rows *sql.Rows, row func(*sql.Rows) error) error {
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// QueryRow runs a statement that returns one row at most.
func (c Conn) QueryRow(ctx context.Context, query string, args ...any) Row {
	return Row{c.on.QueryRowContext(ctx, query, args...)}
}

// Row is the answer to QueryRow.
type Row struct{ row *sql.Row }

// Scan is that of sql.Row: sql.ErrNoRows without a row.
func (r Row) Scan(dest ...any) error { return classify(r.row.Scan(dest...)) }

// Column reads the one column that a statement returns.
func Column[T any](ctx context.Context, c Conn, query string, args ...any) (list []T, err error) {
	err = c.Query(ctx, func(rows *sql.Rows) error {
		var value T
		err := rows.Scan(&value)
		list = append(list, value)
		return err
	}, query, args...)
	return list, err
}
