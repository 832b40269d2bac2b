package store

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// go-redis has one logger a process, on stderr: every failed dial would stand
// there beside the error that the caller gets and logs. It is replaced here, for
// later there may be clients that read it.
func init() { redis.SetLogger(quietLog{}) }

type quietLog struct{}

func (quietLog) Printf(ctx context.Context, format string, args ...any) {
	if slog.Default().Enabled(ctx, slog.LevelDebug) {
		slog.DebugContext(ctx, fmt.Sprintf(format, args...))
	}
}
