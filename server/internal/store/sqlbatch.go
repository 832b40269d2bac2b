package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// Batch holds statements of one transaction that travel together: on MySQL they
// are one round trip, on SQLite they run one after another. The first that fails
// ends it. The zero value is empty.
type Batch struct{ statements []statement }

type statement struct {
	query string
	args  []any
	row   func(*sql.Rows) error // nil: the answer is not needed
}

// Exec adds a statement that returns no rows.
func (b *Batch) Exec(query string, args ...any) {
	b.statements = append(b.statements, statement{query: query, args: args})
}

// Query adds a statement that returns rows; row is called for each of them, and
// scans it.
func (b *Batch) Query(row func(*sql.Rows) error, query string, args ...any) {
	b.statements = append(b.statements, statement{query, args, row})
}

// RunBatch runs the statements of b in their order.
func (s *SQL) RunBatch(ctx context.Context, tx Tx, b *Batch) error {
	if s.Dialect == MySQL {
		return b.runTogether(ctx, tx)
	}
	for _, st := range b.statements {
		if err := st.run(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

func (st statement) run(ctx context.Context, tx Tx) error {
	if st.row == nil {
		_, err := tx.Exec(ctx, st.query, st.args...)
		return err
	}
	return tx.Query(ctx, st.row, st.query, st.args...)
}

// errNoResult is a server that answered fewer queries than it was asked.
var errNoResult = errors.New("store: a result set is missing")

// runTogether sends everything as one query. The driver skips the results of
// statements without rows.
func (b *Batch) runTogether(ctx context.Context, tx Tx) error {
	var texts []string
	var args []any
	var queries []statement
	for _, st := range b.statements {
		texts = append(texts, strings.TrimSpace(st.query))
		args = append(args, st.args...)
		if st.row != nil {
			queries = append(queries, st)
		}
	}
	text := strings.Join(texts, "; ")
	if len(queries) == 0 {
		_, err := tx.Exec(ctx, text, args...)
		return err
	}
	rows, err := tx.on.QueryContext(ctx, text, args...)
	if err != nil {
		return classify(err)
	}
	defer rows.Close()
	for i, st := range queries {
		if i > 0 && !rows.NextResultSet() {
			return classify(errors.Join(errNoResult, rows.Err()))
		}
		if err := eachRow(rows, st.row); err != nil {
			return classify(err)
		}
	}
	for rows.NextResultSet() { // statements behind the last query may still fail
	}
	return classify(rows.Err())
}
