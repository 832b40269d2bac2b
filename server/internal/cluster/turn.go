package cluster

import (
	"context"
	"time"
)

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
