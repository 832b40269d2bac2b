package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// connector opens guarded connections and runs setup on each new one.
type connector struct {
	driver.Connector
	setup []string
	// lateBegin sends START TRANSACTION together with the first statement of a
	// transaction, which saves a round trip. The driver must take several
	// statements at once.
	lateBegin bool
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
	return &guardedConn{fullConn: full, checker: checker, lateBegin: c.lateBegin}, nil
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

	lateBegin bool
	begin     bool // START TRANSACTION is still to be sent
}

// ExecContext implements driver.ExecerContext.
func (c *guardedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.fullConn.ExecContext(ctx, c.withBegin(query), args)
	c.sent(err)
	return result, c.look(err)
}

// QueryContext implements driver.QueryerContext.
func (c *guardedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.fullConn.QueryContext(ctx, c.withBegin(query), args)
	c.sent(err)
	return rows, c.look(err)
}

const beginStatement = "START TRANSACTION"

// withBegin is query, after START TRANSACTION where that was not sent yet.
func (c *guardedConn) withBegin(query string) string {
	if !c.begin {
		return query
	}
	return beginStatement + "; " + strings.TrimSpace(query)
}

// sent notes that a query went out; after ErrSkip nothing did, and database/sql
// prepares it.
func (c *guardedConn) sent(err error) {
	c.begin = c.begin && errors.Is(err, driver.ErrSkip)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *guardedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if c.begin {
		c.begin = false
		if _, err := c.fullConn.ExecContext(ctx, beginStatement, nil); err != nil {
			return nil, c.look(err)
		}
	}
	return c.fullConn.PrepareContext(ctx, query)
}

// look gives up a connection that was refused for what it got when it was opened:
// the rights on its database, the way to a server that writes. Kept, it would be
// refused for minutes after the mending.
func (c *guardedConn) look(err error) error {
	if err == nil || errors.Is(err, driver.ErrSkip) {
		return err
	}
	c.broken = c.broken || mysqlLasts(err) >= whileConnected
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
	if c.lateBegin && o == (driver.TxOptions{}) {
		c.begin = true
		return guardedTx{lateTx{c}, c}, nil
	}
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

// lateTx is a transaction that begins with its first statement; without one it
// never began, and nothing has to be ended.
type lateTx struct{ conn *guardedConn }

func (t lateTx) Commit() error   { return t.end("COMMIT") }
func (t lateTx) Rollback() error { return t.end("ROLLBACK") }

func (t lateTx) end(statement string) error {
	if t.conn.begin {
		t.conn.begin = false
		return nil
	}
	// No context: a COMMIT that was sent is waited for. The driver's own
	// timeouts bound it.
	_, err := t.conn.fullConn.ExecContext(context.Background(), statement, nil)
	return err
}
