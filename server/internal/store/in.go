package store

import (
	"context"
	"database/sql"
	"strings"
)

// InClause gives "IN (?, ?, …)" for a list that is not empty, and its arguments.
func InClause[T any](list []T) (condition string, args []any) {
	args = make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return "IN (" + strings.Repeat(", ?", len(list))[2:] + ")", args
}

// Texts reads the one column that a query asks for.
func Texts(ctx context.Context, tx *sql.Tx, query string, args ...any) (list []string, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}
