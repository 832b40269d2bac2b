package cluster

import "slices"

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
