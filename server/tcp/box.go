package tcp

import "sync"

// box holds the events that wait for a connection. Full, it drops: whoever
// brings an event never waits.
type box struct {
	mu      sync.Mutex
	events  []pushed
	feed    []string // chunks that all followers share
	lines   int      // of the feed
	lost    int      // lines of the feed that were dropped, and not yet told
	state   func(lost int) string
	end     bool // the connection ends behind what is in the box
	max     int  // events, and apart from them lines of the feed
	dropped int64
}

// pushed is one event and whom to tell once it is written.
type pushed struct {
	line string
	sent func()
}

func (b *box) put(line string, sent func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) >= b.max || b.end {
		b.dropped++
		return
	}
	b.events = append(b.events, pushed{line, sent})
}

// putFeed adds n whole lines. A chunk larger than the box is taken by an empty
// one: else a follower who reads would never see it.
func (b *box) putFeed(lines string, n, lost int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost += lost
	if b.lines > 0 && b.lines+n > b.max {
		b.lost += n
		b.dropped += int64(n)
		return
	}
	if n > 0 {
		b.feed = append(b.feed, lines)
		b.lines += n
	}
}

// putState replaces a state that was not yet written.
func (b *box) putState(render func(lost int) string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state = render
}

func (b *box) dropFeed() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.feed, b.lines, b.lost, b.state = nil, 0, 0, nil
}

// putEnd adds the last event, whatever is in the box; nothing follows it.
func (b *box) putEnd(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.end {
		b.end = true
		b.events = append(b.events, pushed{line: line})
	}
}

func (b *box) ended() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.end
}

// take empties the box: the feed first, for the state tells what it lost.
func (b *box) take() (feed []string, state string, events []pushed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	feed, events = b.feed, b.events
	if b.state != nil {
		state = b.state(b.lost)
		b.lost = 0
	}
	b.feed, b.lines, b.state, b.events = nil, 0, nil, nil
	return feed, state, events
}
