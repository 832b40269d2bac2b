package cluster

import (
	"context"
	"strings"
	"sync"
	"time"

	"etuservices/server/internal/store"
)

const (
	// feedPause gathers what happens within it into one message: a busy server
	// publishes 20 times a second and not once a call.
	feedPause = 50 * time.Millisecond
	// perFollower, for each of them, is the time between two turns of the feed:
	// a thousand are woken twice a second, one of them with the state.
	perFollower = 500 * time.Microsecond
	// maxGather keeps "at once" true: an event is told within a second.
	maxGather = 500 * time.Millisecond
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

// mark is a place in the lines that are gathered: what stands before it.
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

// feed is what happened here, to be published, and everywhere, to be delivered.
type feed struct {
	out, in lines
	telling sync.Mutex  // one turn after the other: lines keep their order
	told    time.Time   // when the last turn of lines began
	turn    []*follower // the room of the turn under way
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
	for awaitLines(ctx, &h.feed.out) && pause(ctx, feedPause) {
		h.flushOut(ctx)
	}
}

func (h *Hub) flushOut(ctx context.Context) {
	text, all := h.feed.out.take()
	if all.n+all.lost == 0 {
		return
	}
	e := event{Kind: flow, Line: text, Lines: all.n, Lost: all.lost}
	h.deliver(e)
	if err := h.send(ctx, e); err != nil && store.Unavailable(err) {
		h.Counters.dropped.Add(int64(all.n)) // a feed is no state: gone is gone
	}
}

func (h *Hub) deliverFeed(ctx context.Context) {
	for awaitLines(ctx, &h.feed.in) {
		for wait := h.untilBroadcast(); wait > 0; wait = h.untilBroadcast() {
			if !pause(ctx, wait) {
				return
			}
		}
		h.broadcastFeed(ctx, nil)
	}
}

// untilBroadcast is how long the lines that came since the last turn still gather.
func (h *Hub) untilBroadcast() time.Duration {
	gather := min(maxGather, time.Duration(h.Followers())*perFollower)
	h.feed.telling.Lock()
	defer h.feed.telling.Unlock()
	return time.Until(h.feed.told.Add(gather))
}

// awaitLines waits for a first line; those that come with it gather meanwhile.
func awaitLines(ctx context.Context, l *lines) bool {
	select {
	case <-ctx.Done():
		return false
	case <-l.wake:
		return true
	}
}
