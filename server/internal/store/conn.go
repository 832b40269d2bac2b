package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// connector opens guarded connections and runs setup on each new one.
type connector struct {
	driver.Connector
	setup []string
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(fullConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("SQL driver: %T lacks methods", conn), conn.Close())
	}
	for _, statement := range c.setup {
		if _, err := full.ExecContext(ctx, statement, nil); err != nil {
			return nil, errors.Join(fmt.Errorf("session: %w", err), conn.Close())
		}
	}
	checker, _ := conn.(driver.NamedValueChecker)
	return &guardedConn{fullConn: full, checker: checker}, nil
}

// fullConn is what database/sql uses of a connection of both drivers.
type fullConn interface {
	driver.Conn
	driver.Pinger
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// guardedConn is a connection that is closed, and never used again, once the
// engine refused a COMMIT or a ROLLBACK. database/sql would put it back into the
// pool with its transaction open, and the next START TRANSACTION would commit
// that (MySQL: "statements that cause an implicit commit"). Closing makes the
// engine roll back. It stands below database/sql because that rolls back by
// itself, too, when a context ends.
type guardedConn struct {
	fullConn
	checker driver.NamedValueChecker // nil: the driver has none
	broken  bool                     // database/sql holds its lock of the connection
}

// ExecContext implements driver.ExecerContext.
func (c *guardedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.fullConn.ExecContext(ctx, query, args)
	return result, c.look(err)
}

// QueryContext implements driver.QueryerContext.
func (c *guardedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.fullConn.QueryContext(ctx, query, args)
	return rows, c.look(err)
}

// look gives up a connection that was refused for what it got when it was opened:
// the rights on its database, the way to a server that writes. Kept, it would be
// refused for minutes after the mending.
func (c *guardedConn) look(err error) error {
	if err == nil || errors.Is(err, driver.ErrSkip) {
		return err
	}
	c.broken = c.broken || isMySQL(err, mysqlOfConn...)
	return err
}

// IsValid implements driver.Validator.
func (c *guardedConn) IsValid() bool { return !c.broken && c.fullConn.IsValid() }

// CheckNamedValue implements driver.NamedValueChecker.
func (c *guardedConn) CheckNamedValue(v *driver.NamedValue) error {
	if c.checker == nil {
		return driver.ErrSkip
	}
	return c.checker.CheckNamedValue(v)
}

// BeginTx implements driver.ConnBeginTx.
func (c *guardedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.fullConn.BeginTx(ctx, o)
	if err != nil {
		return nil, c.look(err)
	}
	return guardedTx{tx, c}, nil
}

type guardedTx struct {
	driver.Tx
	conn *guardedConn
}

func (t guardedTx) Commit() error   { return t.conn.ended(t.Tx.Commit()) }
func (t guardedTx) Rollback() error { return t.conn.ended(t.Tx.Rollback()) }

func (c *guardedConn) ended(err error) error {
	c.broken = c.broken || err != nil
	return err
}
