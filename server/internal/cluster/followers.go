package cluster

import (
	"context"
	"slices"
	"time"
)

// follower is a connection that follows.
type follower struct {
	*Subscriber
	period int64 // in ticks of beatEvery
	since  int64 // the tick at which it began
	skip   mark  // what the feed held by then
}

// due says whether a follower is sent the state of a tick.
func (f *follower) due(tick int64) bool {
	return tick > f.since && (tick-f.since)%f.period == 0
}

// followerList is who follows on this process, in the order in which they began, so
// that each has his turn at the same moment of every period. Under the hub's
// lock.
type followerList struct {
	of    map[*Subscriber]*follower
	order []*follower
}

func (a *followerList) len() int { return len(a.order) }

func (a *followerList) add(f *follower) {
	if a.of == nil {
		a.of = make(map[*Subscriber]*follower)
	}
	a.of[f.Subscriber] = f
	a.order = append(a.order, f)
}

func (a *followerList) remove(m *Subscriber) (followed bool) {
	f := a.of[m]
	if f == nil {
		return false
	}
	delete(a.of, m)
	i := slices.Index(a.order, f)
	a.order = slices.Delete(a.order, i, i+1)
	return true
}

// follows says whether one still follows when his turn comes.
func (a *followerList) follows(f *follower) bool { return a.of[f.Subscriber] == f && !f.dead() }

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

const (
	// turnTime is over how long a turn of many followers is spread: a thousand
	// that woke together would keep everybody else's commands waiting. With
	// maxGather an event is still told within a second.
	turnTime = 250 * time.Millisecond
	// turnStep is the time between two lots of them, turnLeast the size of a lot
	// up to which spreading further gains nothing.
	turnStep  = 2 * time.Millisecond
	turnLeast = 8
)

// state gives what those with a period are sent, made once for all of them.
type state func(period int64) func(lost int) string

// broadcastFeed tells all who follow what gathered in the feed and, in the same breath,
// what is due to them at tick; states is nil where only the feed is told.
func (h *Hub) broadcastFeed(ctx context.Context, states state) {
	h.feed.telling.Lock()
	defer h.feed.telling.Unlock()
	began := time.Now()
	h.mu.Lock()
	tick := h.past.tick
	text, news := h.feed.in.take()
	list := h.feed.turn[:0]
	rendered := make(map[int64]func(int) string) // by period: most follow alike
	for _, f := range h.audience.order {
		due := states != nil && f.due(tick)
		if due && rendered[f.period] == nil {
			rendered[f.period] = states(f.period)
		}
		if due || news.n+news.lost > 0 {
			list = append(list, f)
		}
	}
	h.mu.Unlock()
	defer func() {
		clear(list)
		h.feed.turn = list
	}()
	if news.n+news.lost > 0 {
		h.feed.told = began
	}
	for told := 0; told < len(list); {
		end := max(told+turnLeast, int(int64(len(list))*int64(time.Since(began))/int64(turnTime)))
		end = min(end, len(list))
		h.mu.Lock()
		for _, f := range list[told:end] {
			if !h.audience.follows(f) {
				continue
			}
			var due func(int) string
			if states != nil && f.due(tick) {
				due = rendered[f.period]
			}
			f.conn.SendFeed(text[f.skip.bytes:], news.n-f.skip.n, news.lost-f.skip.lost, due)
			f.skip = mark{}
		}
		h.mu.Unlock()
		if told = end; told < len(list) && !pause(ctx, turnStep) {
			return
		}
	}
}
