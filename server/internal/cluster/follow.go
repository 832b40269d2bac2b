package cluster

import (
	"context"
	"time"
)

// snapshotHistory is what followers' figures are differences to: the snapshots of the last
// minute, one a tick. Used by the beat loop, and under the hub's lock.
type snapshotHistory struct {
	tick int64
	ring []*Snapshot // the newest last
}

// keep adds the snapshot of this tick; nil where Redis did not answer.
func (p *snapshotHistory) keep(s *Snapshot) {
	p.tick++
	p.ring = append(p.ring, s)
	if len(p.ring) > maxTicks {
		p.ring = p.ring[1:]
	}
}

// before gives the snapshot so many ticks ago, or the oldest after it.
func (p *snapshotHistory) before(ticks int64) *Snapshot {
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
func (h *Hub) Follow(ctx context.Context, m *Subscriber, period time.Duration) error {
	s, err := h.snapshot(ctx)
	if err != nil {
		return err
	}
	h.flushOut(ctx) // what happened before is not for it
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.audience.len() == 0 {
		h.past.ring = nil // of an earlier following
		h.past.keep(s)    // what the first state is the difference to
	}
	f := h.audience.of[m]
	if f == nil {
		f = &follower{Subscriber: m, skip: h.feed.in.mark()}
		h.audience.add(f)
	}
	f.period, f.since = int64(period/beatEvery), h.past.tick
	return nil
}

// Unfollow ends that.
func (h *Hub) Unfollow(m *Subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.audience.remove(m)
	m.conn.ClearFeed()
}

// Followers is the number of connections of this process that follow.
func (h *Hub) Followers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.audience.len()
}

// heartbeatLoop tells Redis that this process lives and, while anybody follows here,
// reads once what all of them are sent.
func (h *Hub) heartbeatLoop(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	failing := false
	for {
		err := h.onHeartbeat(ctx)
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			failing = failed
			if failed {
				h.Log.Warn("présence non tenue dans Redis", "erreur", err)
			} else {
				h.Log.Debug("présence tenue de nouveau dans Redis")
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *Hub) onHeartbeat(ctx context.Context) error {
	if h.Followers() > 0 {
		return h.sendStates(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, beatEvery)
	defer cancel()
	h.reading.Lock() // beats go one after the other: each is a difference
	defer h.reading.Unlock()
	_, err := h.heartbeat(ctx)
	return err
}

// sendStates takes one snapshot and tells each follower what it says.
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
	h.broadcastFeed(ctx, func(period int64) func(int) string { return render(s, h.past.before(period), period, t) })
	return nil
}
