package cluster

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// seen is a connection that notes when it was told what.
type seen struct {
	silent
	at    []time.Time
	lines []string
	lost  int
}

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

// audienceOf gives a hub without Redis and those who follow it.
func audienceOf(n int, period int64) (*Hub, []*seen) {
	h := New(Options{})
	all := make([]*seen, n)
	for i := range all {
		all[i] = &seen{}
		m := h.Join(User{ID: int64(i), Login: fmt.Sprint("l", i)}, all[i], alive)
		h.audience.add(&follower{Subscriber: m, period: period, skip: h.feed.in.mark()})
	}
	return h, all
}

// A thousand are never woken together: a few at a time, within the time of a
// turn, and each at the same moment of every turn.
func TestTurnIsSpread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, all := audienceOf(1000, 1)
		places := make([]time.Duration, len(all))
		for range 3 {
			h.past.keep(nil)
			began := time.Now()
			h.broadcastFeed(t.Context(), func(int64) func(int) string { return func(int) string { return "STATS" } })
			together := map[time.Duration]int{}
			for i, s := range all {
				place := s.at[len(s.at)-1].Sub(began)
				together[place]++
				if h.past.tick > 1 && place != places[i] {
					t.Fatalf("follower %d is told after %v, then after %v", i, places[i], place)
				}
				places[i] = place
			}
			for place, n := range together {
				if place > turnTime || n > 2*turnLeast {
					t.Errorf("%d together, after %v", n, place)
				}
			}
			time.Sleep(time.Second)
		}
	})
}

// What gathered goes with the state that is due, in one waking; who is due
// nothing is not woken; who began meanwhile gets what came since.
func TestTurnTellsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, all := audienceOf(2, 1)
		states := func(period int64) func(int) string {
			return func(int) string { return fmt.Sprint("STATS", period) }
		}
		h.feed.in.add("before\r\n", 1, 5)
		late := &seen{}
		m := h.Join(User{ID: 9, Login: "late"}, late, alive)
		h.audience.add(&follower{Subscriber: m, period: 2, skip: h.feed.in.mark()})
		h.feed.in.add("after\r\n", 1, 1)
		h.past.keep(nil)
		h.broadcastFeed(t.Context(), states) // tick 1
		h.past.keep(nil)
		h.broadcastFeed(t.Context(), states) // tick 2
		h.past.keep(nil)
		h.broadcastFeed(t.Context(), nil) // nothing to tell
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
func TestTurnLeavesOutWhoStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, all := audienceOf(100, 1)
		h.feed.in.add("line\r\n", 1, 0)
		done := make(chan struct{})
		go func() {
			defer close(done)
			h.broadcastFeed(t.Context(), nil)
		}()
		synctest.Wait() // the first lot was told
		h.Unfollow(h.audience.order[98].Subscriber)
		h.Leave(h.audience.order[98].Subscriber) // the last, now that the other is gone
		<-done
		for i, s := range all {
			if told := len(s.at) == 1; told != (i < 98) {
				t.Errorf("follower %d is told %d times", i, len(s.at))
			}
		}
		if h.Followers() != 98 {
			t.Errorf("%d follow", h.Followers())
		}
	})
}
