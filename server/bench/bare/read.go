package bare

import (
	"context"

	"github.com/redis/go-redis/v9"

	"etuservices/server/boards"
)

// Quota does QUOTA: one script.
func (d *Driver) Quota(ctx context.Context, u User) error {
	_, err := numbers(d.look.EvalSha(ctx, d.stores.Redis.DB0, u.windows,
		d.rule.Window.Milliseconds(), d.rule.Max, 0), 7)
	return err
}

// Stats does STATS: four boards and the marks beside them, a round trip for
// each database.
func (d *Driver) Stats(ctx context.Context) error {
	logins := d.stores.Redis.DB0.Pipeline()
	d.board(ctx, logins, boards.Keys.Last, 10)
	d.board(ctx, logins, boards.Keys.Total, 3)
	if _, err := logins.Exec(ctx); err != nil {
		return err
	}
	calls := d.stores.Redis.DB1.Pipeline()
	calls.HExists(ctx, boards.Keys.CallMark, "instant")
	calls.ZRangeWithScores(ctx, boards.Keys.Calls, 0, 9)
	calls.HExists(ctx, boards.Keys.CallMark, "instant")
	calls.ZRangeWithScores(ctx, boards.Keys.Services, 0, -1)
	_, err := calls.Exec(ctx)
	return err
}

func (d *Driver) board(ctx context.Context, pipe redis.Pipeliner, key string, rows int) {
	pipe.HExists(ctx, boards.Keys.LoginMark, "instant")
	d.best.EvalSha(ctx, pipe, []string{key}, rows)
}
