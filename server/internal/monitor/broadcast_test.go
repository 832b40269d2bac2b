package monitor

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// seen is a connection that notes when it was sent what.
type seen struct {
	at    []time.Time
	lines []string
	lost  int
}

func (s *seen) ClearFeed() {}

func (s *seen) SendFeed(lines string, n, lost int, state func(int) string) {
	s.at = append(s.at, time.Now())
	if got := strings.Count(lines, "\r\n"); got != n {
		panic(fmt.Sprintf("%d lines in %q", n, lines))
	}
	s.lines = append(s.lines, strings.Fields(lines)...)
	s.lost += lost
	if state != nil {
		s.lines = append(s.lines, state(lost))
	}
}

func alive() bool { return false }

func (m *Monitor) add(conn Conn, period int64) {
	m.following.add(&follower{conn: conn, dead: alive, period: period, skip: m.in.mark()})
}

// followedBy gives a monitor without a hub, and those who follow it.
func followedBy(n int, period int64) (*Monitor, []*seen) {
	m := New(nil, NewRecorder(), nil, nil, slog.New(slog.DiscardHandler))
	all := make([]*seen, n)
	for i := range all {
		all[i] = &seen{}
		m.add(all[i], period)
	}
	return m, all
}

// A thousand are never woken together: a few at a time, within the time of a
// turn, and each at the same moment of every turn.
func TestBroadcastIsSpread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, all := followedBy(1000, 1)
		places := make([]time.Duration, len(all))
		for range 3 {
			m.history.keep(nil)
			began := time.Now()
			m.broadcast(t.Context(), func(int64) func(int) string { return func(int) string { return "STATS" } })
			together := map[time.Duration]int{}
			for i, s := range all {
				place := s.at[len(s.at)-1].Sub(began)
				together[place]++
				if m.history.tick > 1 && place != places[i] {
					t.Fatalf("follower %d is told after %v, then after %v", i, places[i], place)
				}
				places[i] = place
			}
			for place, n := range together {
				if place > broadcastTime || n > 2*minGroup {
					t.Errorf("%d together, after %v", n, place)
				}
			}
			time.Sleep(time.Second)
		}
	})
}

// What gathered goes with the state that is due, in one waking; who is due
// nothing is not woken; who began meanwhile gets what came since.
func TestBroadcastSendsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, all := followedBy(2, 1)
		states := func(period int64) func(int) string {
			return func(int) string { return fmt.Sprint("STATS", period) }
		}
		m.in.add("before\r\n", 1, 5)
		late := &seen{}
		m.add(late, 2)
		m.in.add("after\r\n", 1, 1)
		m.history.keep(nil)
		m.broadcast(t.Context(), states) // tick 1
		m.history.keep(nil)
		m.broadcast(t.Context(), states) // tick 2
		m.history.keep(nil)
		m.broadcast(t.Context(), nil) // nothing to tell
		for _, s := range all {
			if got := strings.Join(s.lines, " "); got != "before after STATS1 STATS1" || len(s.at) != 2 || s.lost != 6 {
				t.Errorf("%q in %d wakings, %d lost", got, len(s.at), s.lost)
			}
		}
		if got := strings.Join(late.lines, " "); got != "after STATS2" || len(late.at) != 2 || late.lost != 1 {
			t.Errorf("who came late: %q in %d wakings, %d lost", got, len(late.at), late.lost)
		}
	})
}

// Who stops, or leaves, in the midst of a turn is told no more.
func TestBroadcastLeavesOutWhoStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, all := followedBy(100, 1)
		m.in.add("line\r\n", 1, 0)
		done := make(chan struct{})
		go func() {
			defer close(done)
			m.broadcast(t.Context(), nil)
		}()
		synctest.Wait() // the first lot was told
		m.Unfollow(all[98])
		m.Unfollow(all[98]) // twice does nothing
		m.Unfollow(all[99])
		<-done
		for i, s := range all {
			if told := len(s.at) == 1; told != (i < 98) {
				t.Errorf("follower %d is told %d times", i, len(s.at))
			}
		}
		if m.Followers() != 98 {
			t.Errorf("%d follow", m.Followers())
		}
	})
}
