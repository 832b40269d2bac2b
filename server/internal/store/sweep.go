package store

import (
	"context"
	"fmt"
)

// DeleteSome deletes at most limit rows of a table that meet a condition, so
// that a cleaning never holds its locks for long. key names the columns of the
// primary key. It gives the number of rows deleted.
func (s *SQL) DeleteSome(ctx context.Context, table, key, condition string, limit int, args ...any) (int64, error) {
	query := fmt.Sprintf("DELETE FROM %s WHERE %s LIMIT %d", table, condition, limit)
	if s.Dialect == SQLite { // which is built without DELETE … LIMIT
		query = fmt.Sprintf("DELETE FROM %s WHERE (%s) IN (SELECT %s FROM %s WHERE %s LIMIT %d)",
			table, key, key, table, condition, limit)
	}
	done, err := s.Write.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, Classify(err)
	}
	return done.RowsAffected()
}
