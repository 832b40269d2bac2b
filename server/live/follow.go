package live

import (
	"context"
	"maps"
	"slices"
	"time"
)

// follower is a connection that follows.
type follower struct {
	period int64 // in ticks of beatEvery
	since  int64 // the tick at which it began
}

// past is what followers' figures are differences to: the snapshots of the last
// minute, one a tick. Used by the beat loop, and under the hub's lock.
type past struct {
	tick int64
	ring []*Snapshot // the newest last
}

// keep adds the snapshot of this tick; nil where Redis did not answer.
func (p *past) keep(s *Snapshot) {
	p.tick++
	p.ring = append(p.ring, s)
	if len(p.ring) > maxTicks {
		p.ring = p.ring[1:]
	}
}

// before gives the snapshot so many ticks ago, or the oldest after it.
func (p *past) before(ticks int64) *Snapshot {
	for i := max(0, len(p.ring)-1-int(ticks)); i < len(p.ring)-1; i++ {
		if p.ring[i] != nil {
			return p.ring[i]
		}
	}
	return nil
}

// maxTicks in the ring: the longest period (protocol.MaxPeriod seconds) and now.
const maxTicks = 61

// Follow sends a member the state each period, and the feed at once. Errors:
// store.ErrUnavailable.
func (h *Hub) Follow(ctx context.Context, m *Member, period time.Duration) error {
	s, err := h.snapshot(ctx)
	if err != nil {
		return err
	}
	h.flushOut(ctx) // what happened before is not for it
	h.flushIn(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.followers == nil {
		h.followers = make(map[*Member]*follower)
	}
	if len(h.followers) == 0 {
		h.past.ring = nil // of an earlier following
		h.past.keep(s)    // what the first state is the difference to
	}
	h.followers[m] = &follower{period: int64(period / beatEvery), since: h.past.tick}
	return nil
}

// Unfollow ends that.
func (h *Hub) Unfollow(m *Member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.followers, m)
	m.conn.DropFeed()
}

// Followers is the number of connections of this process that follow.
func (h *Hub) Followers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.followers)
}

// beatLoop tells Redis that this process lives and, while anybody follows here,
// reads once what all of them are sent.
func (h *Hub) beatLoop(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	failing := false
	for {
		err := h.onBeat(ctx)
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			failing = failed
			h.Log.Warn("présence : Redis", "perdu", failed, "erreur", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *Hub) onBeat(ctx context.Context) error {
	if h.Followers() > 0 {
		return h.sendStates(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, beatEvery)
	defer cancel()
	h.reading.Lock() // beats go one after the other: each is a difference
	defer h.reading.Unlock()
	_, err := h.beat(ctx)
	return err
}

// sendStates takes one snapshot and puts what it says into each follower's slot.
// While Redis does not answer nothing is sent: an old state would be a wrong one.
func (h *Hub) sendStates(ctx context.Context) error {
	s, err := h.read(ctx)
	var t totals
	if err == nil && h.Totals != nil {
		ctx, cancel := context.WithTimeout(ctx, beatEvery)
		defer cancel()
		t.sales, t.buys, err = h.Totals(ctx)
	}
	h.mu.Lock()
	h.past.keep(s)
	h.mu.Unlock()
	if err != nil {
		return err
	}
	rendered := make(map[int64]func(int) string) // by period: most follow alike
	h.eachFollower(ctx, func(m *Member, f *follower) {
		if (h.past.tick-f.since)%f.period != 0 {
			return
		}
		if rendered[f.period] == nil {
			rendered[f.period] = render(s, h.past.before(f.period), f.period, t)
		}
		m.conn.PushState(rendered[f.period])
	})
	return nil
}

const (
	// wakeAtOnce followers, then a pause: a thousand that wake together would
	// keep everybody else's commands waiting for them.
	wakeAtOnce = 32
	wakePause  = 2 * time.Millisecond
)

// eachFollower calls f, under the hub's lock, for whoever follows now and still
// does when his turn comes.
func (h *Hub) eachFollower(ctx context.Context, f func(*Member, *follower)) {
	h.mu.Lock()
	members := slices.Collect(maps.Keys(h.followers))
	h.mu.Unlock()
	for i := 0; i < len(members); i += wakeAtOnce {
		if i > 0 && !pause(ctx, wakePause) {
			return
		}
		h.mu.Lock()
		for _, m := range members[i:min(i+wakeAtOnce, len(members))] {
			if follows := h.followers[m]; follows != nil && !m.dead() {
				f(m, follows)
			}
		}
		h.mu.Unlock()
	}
}
