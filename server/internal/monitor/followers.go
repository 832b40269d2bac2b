package monitor

import (
	"context"
	"slices"
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

// followerList is who follows on this process, in the order in which they began, so
// that each is served at the same moment of every period.
type followerList struct {
	of    map[Conn]*follower
	order []*follower
}

func (l *followerList) len() int { return len(l.order) }

func (l *followerList) add(f *follower) {
	if l.of == nil {
		l.of = make(map[Conn]*follower)
	}
	l.of[f.conn] = f
	l.order = append(l.order, f)
}

func (l *followerList) remove(conn Conn) {
	f := l.of[conn]
	if f == nil {
		return
	}
	delete(l.of, conn)
	i := slices.Index(l.order, f)
	l.order = slices.Delete(l.order, i, i+1)
}

// follows says whether a connection still follows when its turn comes.
func (l *followerList) follows(f *follower) bool { return l.of[f.conn] == f && !f.dead() }

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
	if m.following.len() == 0 {
		m.history.ring = nil           // of an earlier following
		m.history.keep(newSnapshot(s)) // what the first figures are the difference to
	}
	f := m.following.of[conn]
	if f == nil {
		f = &follower{conn: conn, dead: dead, skip: m.in.mark()}
		m.following.add(f)
		m.followers.Store(int64(m.following.len()))
	}
	f.period, f.since = int64(period/tickEvery), m.history.tick
	return nil
}

// Unfollow ends what Follow began for a connection; a second call does nothing.
func (m *Monitor) Unfollow(conn Conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.following.remove(conn)
	m.followers.Store(int64(m.following.len()))
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
	m.broadcast(ctx, func(period int64) func(int) string { return render(s, m.history.before(period), period, t) })
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
	t.listings, t.purchases, err = m.boards.Totals(ctx)
	return s, t, err
}

const (
	// broadcastTime is over how long a broadcast to many followers is spread: a
	// thousand that woke together would delay everybody else's commands: their p99 was
	// 9 ms with it and 14 ms without (BenchmarkFollowers). With maxGather an event is
	// still seen within a second.
	broadcastTime = 250 * time.Millisecond
	// broadcastStep is the time between two groups of them, minGroup the size of a
	// group below which spreading further gains nothing.
	broadcastStep = 2 * time.Millisecond
	minGroup      = 8
)

// broadcast sends all followers the lines of the feed that were collected and, in the
// same message, the STATS line where it is due. states gives the one of a period;
// it is nil where only the feed is sent.
func (m *Monitor) broadcast(ctx context.Context, states func(period int64) func(lost int) string) {
	m.broadcasting.Lock()
	defer m.broadcasting.Unlock()
	began := time.Now()
	m.mu.Lock()
	tick := m.history.tick
	text, news := m.in.take()
	list := m.batch[:0]
	rendered := make(map[int64]func(int) string) // by period, which most have in common
	for _, f := range m.following.order {
		due := states != nil && f.due(tick)
		if due && rendered[f.period] == nil {
			rendered[f.period] = states(f.period)
		}
		if due || news.n+news.lost > 0 {
			list = append(list, f)
		}
	}
	m.mu.Unlock()
	defer func() {
		clear(list)
		m.batch = list
	}()
	if news.n+news.lost > 0 {
		m.lastFeed = began
	}
	for sent := 0; sent < len(list); {
		end := max(sent+minGroup, int(int64(len(list))*int64(time.Since(began))/int64(broadcastTime)))
		end = min(end, len(list))
		m.mu.Lock()
		for _, f := range list[sent:end] {
			if !m.following.follows(f) {
				continue
			}
			var due func(int) string
			if states != nil && f.due(tick) {
				due = rendered[f.period]
			}
			f.conn.SendFeed(text[f.skip.bytes:], news.n-f.skip.n, news.lost-f.skip.lost, due)
			f.skip = mark{}
		}
		m.mu.Unlock()
		if sent = end; sent < len(list) && wait.For(ctx, broadcastStep) != nil {
			return
		}
	}
}
