package monitor

import (
	"context"
	"time"

	"etuservices/server/internal/wait"
)

// Conn is what the monitor needs of a connection that follows; neither call blocks.
type Conn interface {
	// SendFeed brings n whole lines that followers share; lost were dropped on
	// their way here. state, when not nil, replaces a STATS line that is not yet
	// written; it gets the number of lines of the feed that this connection did
	// not get.
	SendFeed(lines string, n, lost int, state func(lost int) string)
	// ClearFeed drops the feed and the STATS line that are not yet written.
	ClearFeed()
}

// follower is a connection that follows.
type follower struct {
	conn   Conn
	dead   func() bool
	period int64 // in ticks of tickEvery
	since  int64 // the tick at which it began
	skip   mark  // what the feed held by then
}

// due says whether a follower is sent the state of a tick.
func (f *follower) due(tick int64) bool {
	return tick > f.since && (tick-f.since)%f.period == 0
}

// snapshotHistory is the snapshots of the last minute, one for each tick: followers'
// figures are differences to one of them.
type snapshotHistory struct {
	tick int64
	ring []*snapshot // the newest last
}

// keep adds the snapshot of this tick; nil where Redis did not answer.
func (h *snapshotHistory) keep(s *snapshot) {
	h.tick++
	h.ring = append(h.ring, s)
	if len(h.ring) > maxTicks {
		h.ring = h.ring[1:]
	}
}

// before gives the snapshot so many ticks ago, or the oldest after it.
func (h *snapshotHistory) before(ticks int64) *snapshot {
	for i := max(0, len(h.ring)-1-int(ticks)); i < len(h.ring)-1; i++ {
		if h.ring[i] != nil {
			return h.ring[i]
		}
	}
	return nil
}

const (
	// tickEvery is the unit of followers' periods.
	tickEvery = time.Second
	// maxTicks in the ring: the longest period (protocol.MaxPeriod seconds) and now.
	maxTicks = 61
)

// Follow sends a connection the figures of all instances each period, and the feed
// as it comes, until Unfollow or until dead is true. Errors: store.ErrUnavailable.
func (m *Monitor) Follow(ctx context.Context, conn Conn, dead func() bool, period time.Duration) error {
	s, err := m.hub.Snapshot(ctx)
	if err != nil {
		return err
	}
	m.publishFeed(ctx) // what happened before is not for this follower
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.following) == 0 {
		m.history.ring = nil           // of an earlier following
		m.history.keep(newSnapshot(s)) // what the first figures are the difference to
	}
	f := m.following[conn]
	if f == nil {
		f = &follower{conn: conn, dead: dead, skip: m.in.mark()}
		m.following[conn] = f
		m.followers.Store(int64(len(m.following)))
	}
	f.period, f.since = int64(period/tickEvery), m.history.tick
	return nil
}

// Unfollow ends that; it may be called again.
func (m *Monitor) Unfollow(conn Conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.following, conn)
	m.followers.Store(int64(len(m.following)))
	conn.ClearFeed()
}

// Followers is the number of connections of this process that follow.
func (m *Monitor) Followers() int64 { return m.followers.Load() }

// stateLoop reads, at each tick and once for all followers, what they are sent.
func (m *Monitor) stateLoop(ctx context.Context) {
	failing := false
	wait.Every(ctx, tickEvery, func() {
		if m.Followers() == 0 {
			return
		}
		err := m.sendStates(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			m.log.Warn("état non envoyé à ceux qui suivent", "erreur", err)
		}
		failing = err != nil
	})
}

// sendStates takes one snapshot and sends each follower that is due what it says.
// While Redis does not answer nothing is sent: the figures would be old.
func (m *Monitor) sendStates(ctx context.Context) error {
	s, t, err := m.read(ctx)
	m.mu.Lock()
	m.history.keep(s)
	m.mu.Unlock()
	if err != nil {
		return err
	}
	m.broadcast(func(period int64) func(int) string { return render(s, m.history.before(period), period, t) })
	return nil
}

func (m *Monitor) read(ctx context.Context) (s *snapshot, t totals, err error) {
	now, err := m.hub.ReadSnapshot(ctx)
	if err != nil {
		return nil, t, err
	}
	s = newSnapshot(now)
	ctx, cancel := context.WithTimeout(ctx, tickEvery)
	defer cancel()
	t.listings, t.purchases, err = m.totals.Totals(ctx)
	return s, t, err
}

// broadcast sends all followers the lines of the feed that were collected and, in the
// same message, the STATS line where it is due. states gives the one of a period;
// it is nil where only the feed is sent. Nothing in it waits for a connection.
func (m *Monitor) broadcast(states func(period int64) func(lost int) string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text, news := m.in.take()
	rendered := make(map[int64]func(int) string) // by period, which most have in common
	for _, f := range m.following {
		var state func(int) string
		if states != nil && f.due(m.history.tick) {
			if rendered[f.period] == nil {
				rendered[f.period] = states(f.period)
			}
			state = rendered[f.period]
		}
		if (state != nil || news.n+news.lost > 0) && !f.dead() {
			f.conn.SendFeed(text[f.skip.bytes:], news.n-f.skip.n, news.lost-f.skip.lost, state)
		}
		f.skip = mark{}
	}
}
