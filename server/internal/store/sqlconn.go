package store

import (
	"context"
	"database/sql"
)

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
