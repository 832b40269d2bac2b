package bare

import (
	"context"

	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
)

// Quota does QUOTA: one script.
func (d *Driver) Quota(ctx context.Context, u User) error {
	_, err := d.evalList(ctx, store.Call{
		Script: d.look, Keys: u.windows, Args: []any{d.rule.Window.Milliseconds(), d.rule.Max, 0},
	}, 7)
	return err
}

// Stats does STATS: four boards and the marks beside them, a round trip for
// each database.
func (d *Driver) Stats(ctx context.Context) error {
	if _, err := d.evalList(ctx, store.Call{Script: d.best, Keys: loginBoards, Args: []any{"instant", 10, 3}}, 3); err != nil {
		return err
	}
	calls := d.stores.Redis.DB1.Pipeline()
	calls.HExists(ctx, stats.Keys.CallCheckpoint, "instant")
	calls.ZRangeWithScores(ctx, stats.Keys.Calls, 0, 9)
	calls.ZRangeWithScores(ctx, stats.Keys.Services, 0, -1)
	_, err := calls.Exec(ctx)
	return err
}

var loginBoards = []string{stats.Keys.LoginCheckpoint, stats.Keys.Last, stats.Keys.Total}
