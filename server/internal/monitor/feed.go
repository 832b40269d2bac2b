package monitor

import (
	"context"
	"strings"
	"sync"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

const (
	// feedPause collects what happens within it into one message: a busy server
	// publishes 20 times a second, and not once for each command.
	feedPause = 50 * time.Millisecond
	// perFollower, for each of them, is the time between two broadcasts of the feed:
	// a thousand followers are woken twice a second, once of these with the STATS line.
	perFollower = 500 * time.Microsecond
	// maxGather bounds that time: a follower sees an event within a second.
	maxGather = 500 * time.Millisecond
	// maxFeed bounds the lines collected in one pause; more are counted as lost.
	maxFeed = 512
)

// lines collects whole lines, up to maxFeed of them.
type lines struct {
	mu      sync.Mutex
	text    strings.Builder
	n, lost int
	wake    chan struct{} // has one element when there is something
}

func newLines() lines { return lines{wake: make(chan struct{}, 1)} }

// add takes n lines, each with its end, and the number of those lost before.
func (l *lines) add(text string, n, lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost += lost
	if l.n+n > maxFeed {
		l.lost += n
	} else {
		l.text.WriteString(text)
		l.n += n
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// mark is a position in the collected lines: how much stands before it.
type mark struct{ bytes, n, lost int }

func (l *lines) mark() mark {
	l.mu.Lock()
	defer l.mu.Unlock()
	return mark{l.text.Len(), l.n, l.lost}
}

func (l *lines) take() (text string, all mark) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text, all = l.text.String(), mark{l.text.Len(), l.n, l.lost}
	l.text.Reset()
	l.n, l.lost = 0, 0
	return text, all
}

// Feed shows the followers of all instances what happened here; line is without
// its end. It never waits.
func (m *Monitor) Feed(line string) { m.out.add(line+"\r\n", 1, 0) }

// publishLoop sends this process's lines of the feed to all instances.
func (m *Monitor) publishLoop(ctx context.Context) {
	for awaitLines(ctx, &m.out) && wait.For(ctx, feedPause) == nil {
		m.publishFeed(ctx)
	}
}

func (m *Monitor) publishFeed(ctx context.Context) {
	text, all := m.out.take()
	if all.n+all.lost == 0 {
		return
	}
	if err := m.hub.PublishFeed(ctx, text, all.n, all.lost); err != nil && store.Unavailable(err) {
		m.dropped.Add(int64(all.n)) // not sent again: nothing depends on the feed
	}
}

// feedLoop broadcasts the lines that arrive to the followers of this process.
func (m *Monitor) feedLoop(ctx context.Context) {
	for awaitLines(ctx, &m.in) {
		for left := m.untilBroadcast(); left > 0; left = m.untilBroadcast() {
			if wait.For(ctx, left) != nil {
				return
			}
		}
		m.broadcast(ctx, nil)
	}
}

// untilBroadcast is how long the lines that came since the last broadcast are still
// collected.
func (m *Monitor) untilBroadcast() time.Duration {
	gather := min(maxGather, time.Duration(m.Followers())*perFollower)
	m.broadcasting.Lock()
	defer m.broadcasting.Unlock()
	return time.Until(m.lastFeed.Add(gather))
}

// awaitLines waits for a first line; it is false when ctx ended first.
func awaitLines(ctx context.Context, l *lines) bool {
	select {
	case <-ctx.Done():
		return false
	case <-l.wake:
		return true
	}
}
