package store

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// askEvery is how often a store is asked whether it answers: one that comes
	// back is used again within so long.
	askEvery = 500 * time.Millisecond
	// askTime is a question's patience, far above what a busy store needs.
	askTime = 2 * time.Second
	// silentAfter questions without an answer, one after the other, a store is
	// said to be away: one lost answer is no outage.
	silentAfter = 2
)

// Need says what a piece of work cannot do without.
type Need uint8

// The two stores.
const (
	NeedSQL Need = 1 << iota
	NeedRedis
)

// Health knows which stores answer, so that work which needs one that does not
// is refused at once and holds nobody up. It asks over connections of its own,
// which no load can use up. The zero value, and nil, say that all is well.
type Health struct{ away atomic.Uint32 }

// Missing says whether any of the needed stores is away.
func (h *Health) Missing(need Need) bool { return h != nil && h.away.Load()&uint32(need) != 0 }

// Watch asks the stores until ctx ends. Embedded ones are not asked: they live
// and die with this process.
func (s *Stores) Watch(ctx context.Context, log *slog.Logger) {
	var all sync.WaitGroup
	for _, probe := range s.probes {
		all.Go(func() { s.Health.watch(ctx, log, probe) })
	}
	all.Wait()
}

// probe asks one store.
type probe struct {
	need Need
	name string
	ask  func(context.Context) error
}

func (h *Health) watch(ctx context.Context, log *slog.Logger, p probe) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	silent := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asking, cancel := context.WithTimeout(ctx, askTime)
		err := p.ask(asking)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			if h.away.And(^uint32(p.need))&uint32(p.need) != 0 {
				log.Info("le magasin répond de nouveau", "magasin", p.name)
			}
			silent = 0
		default:
			if silent++; silent == silentAfter {
				h.away.Or(uint32(p.need))
				log.Error("le magasin ne répond plus", "magasin", p.name, "erreur", err)
			}
		}
	}
}
