package store

import (
	"context"
	"strings"
)

// Versions are those of both stores, for people; "?" for one that does not say.
func (s *Stores) Versions(ctx context.Context) (sql, redis string) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	question := `SELECT VERSION()`
	if s.SQL.Dialect == SQLite {
		question = `SELECT sqlite_version()`
	}
	var number string
	if err := s.SQL.Read.QueryRowContext(ctx, question).Scan(&number); err != nil {
		number = "?"
	}
	sql = s.SQL.Dialect.String() + " " + number
	if s.SQL.Dialect == SQLite {
		return sql + " embarqué", "embarqué"
	}
	info, _ := s.Redis.DB0.Info(ctx, "server").Result()
	for line := range strings.Lines(info) {
		if number, found := strings.CutPrefix(line, "redis_version:"); found {
			return sql, "Redis " + strings.TrimSpace(number)
		}
	}
	return sql, "Redis ?"
}
