package monitor

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// seen is a connection that notes what it was sent, in how many messages.
type seen struct {
	messages int
	lines    []string
	lost     int
}

func (s *seen) ClearFeed() {}

func (s *seen) SendFeed(lines string, n, lost int, state func(int) string) {
	s.messages++
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
	m.following[conn] = &follower{conn: conn, dead: alive, period: period, skip: m.in.mark()}
	m.followers.Store(int64(len(m.following)))
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

// The collected lines go with the STATS line that is due, in one message; a follower
// with nothing due gets none; one that began meanwhile gets what came since.
func TestBroadcastSendsOnce(t *testing.T) {
	t.Parallel()
	m, all := followedBy(2, 1)
	states := func(period int64) func(int) string {
		return func(int) string { return fmt.Sprint("STATS", period) }
	}
	m.in.add("before\r\n", 1, 5)
	late := &seen{}
	m.add(late, 2)
	m.in.add("after\r\n", 1, 1)
	m.history.keep(nil)
	m.broadcast(states) // tick 1
	m.history.keep(nil)
	m.broadcast(states) // tick 2
	m.history.keep(nil)
	m.broadcast(nil) // nothing to send
	for _, s := range all {
		if got := strings.Join(s.lines, " "); got != "before after STATS1 STATS1" || s.messages != 2 || s.lost != 6 {
			t.Errorf("%q in %d messages, %d lost", got, s.messages, s.lost)
		}
	}
	if got := strings.Join(late.lines, " "); got != "after STATS2" || late.messages != 2 || late.lost != 1 {
		t.Errorf("the late one: %q in %d messages, %d lost", got, late.messages, late.lost)
	}
}

// Whoever stopped following, or whose session ended, is sent no more.
func TestBroadcastLeavesOutWhoStopped(t *testing.T) {
	t.Parallel()
	m, all := followedBy(3, 1)
	m.Unfollow(all[1])
	m.Unfollow(all[1]) // twice does nothing
	m.following[all[2]].dead = func() bool { return true }
	m.in.add("line\r\n", 1, 0)
	m.broadcast(nil)
	for i, s := range all {
		if sent := len(s.lines) == 1; sent != (i == 0) {
			t.Errorf("follower %d was sent %q", i, s.lines)
		}
	}
	if n := m.Followers(); n != 2 {
		t.Errorf("%d follow", n)
	}
}
