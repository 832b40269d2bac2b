package ledger

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Where the members of a window are instants, the logins of one instant count
// once. Run in one transaction, fifteen share Redis's millisecond, and ten pass.
func TestTwoLoginsInOneMillisecond(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		ctx := t.Context()
		if _, err := l.Usage(ctx, alice); err != nil { // the window is known
			t.Fatal(err)
		}
		shared := false
		for try := 0; !shared && try < 50; try++ { // a busy machine needs a millisecond for each
			l.stores.Redis.DB0.Del(ctx, windowKey(alice, Logins))
			passed, stamps := 0, map[int64]int{}
			answers, err := l.stores.Redis.DB0.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
				for range 15 {
					pipe.Eval(ctx, reserveScript.Text(), []string{windowKey(alice, Logins), knownKey(alice, Logins)},
						time.Minute.Milliseconds(), 10, newID(), markLife.Milliseconds(), time.Now().Add(time.Minute).UnixMilli(), "0")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range answers {
				n, err := numbers(a.(*redis.Cmd).Val(), 4)
				if err != nil {
					t.Fatal(err)
				}
				if n[0] == 1 {
					passed++
					stamps[n[2]]++
				}
			}
			if passed != 10 || cards(t, l, alice) != 10 {
				t.Errorf("%d passed, ZCARD %d", passed, cards(t, l, alice))
			}
			shared = len(stamps) < passed
		}
		if !shared {
			t.Error("no two shared a millisecond")
		}
	})
}
