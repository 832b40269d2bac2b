package live

import (
	"context"
	"strings"
	"sync"
	"time"

	"etuservices/server/store"
)

const (
	// feedPause gathers what happens within it into one message: a busy server
	// publishes 20 times a second and not once a call.
	feedPause = 50 * time.Millisecond
	// perFollower is added for each follower, so that a thousand of them are
	// woken twice a second and nobody else's commands wait for that.
	perFollower = 500 * time.Microsecond
	// maxFeedPause keeps "at once" true: an event is told within a second.
	maxFeedPause = 500 * time.Millisecond
	// maxFeed bounds the lines gathered in one pause; more are counted as lost.
	maxFeed = 512
)

// lines gathers lines, whole and bounded.
type lines struct {
	mu      sync.Mutex
	text    strings.Builder
	n, lost int
	wake    chan struct{} // has one element when there is something
}

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

func (l *lines) take() (text string, n, lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text, n, lost = l.text.String(), l.n, l.lost
	l.text.Reset()
	l.n, l.lost = 0, 0
	return text, n, lost
}

// feed is what happened here, to be published, and everywhere, to be delivered.
type feed struct {
	out, in    lines
	delivering sync.Mutex // one delivery after the other: lines keep their order
}

func (f *feed) init() {
	f.out.wake, f.in.wake = make(chan struct{}, 1), make(chan struct{}, 1)
}

// Feed tells those who follow, on all instances, what happened here; line is
// without its end. It never waits.
func (h *Hub) Feed(line string) {
	if h.DB != nil {
		h.feed.out.add(line+"\r\n", 1, 0)
	}
}

func (h *Hub) publishFeed(ctx context.Context) {
	for h.awaitLines(ctx, &h.feed.out, feedPause) {
		h.flushOut(ctx)
	}
}

func (h *Hub) flushOut(ctx context.Context) {
	text, n, lost := h.feed.out.take()
	if n+lost == 0 {
		return
	}
	e := event{Kind: flow, Line: text, Lines: n, Lost: lost}
	h.deliver(e)
	if err := h.send(ctx, e); err != nil && store.Unavailable(err) {
		h.Counters.dropped.Add(int64(n)) // a feed is no state: gone is gone
	}
}

func (h *Hub) deliverFeed(ctx context.Context) {
	for h.awaitLines(ctx, &h.feed.in, h.deliverPause()) {
		h.flushIn(ctx)
	}
}

func (h *Hub) flushIn(ctx context.Context) {
	h.feed.delivering.Lock()
	defer h.feed.delivering.Unlock()
	if text, n, lost := h.feed.in.take(); n+lost > 0 {
		h.eachFollower(ctx, func(m *Member, _ *follower) { m.conn.PushFeed(text, n, lost) })
	}
}

func (h *Hub) deliverPause() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return min(maxFeedPause, time.Duration(len(h.followers))*perFollower)
}

// awaitLines waits for a first line and then for those that come with it.
func (h *Hub) awaitLines(ctx context.Context, l *lines, gather time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-l.wake:
		return pause(ctx, gather)
	}
}
