package lineserver

import (
	"sync"

	"etuservices/protocol"
)

// sendQueue holds the events that wait for a connection. Full, it drops: whoever
// brings an event never waits.
type sendQueue struct {
	mu      sync.Mutex
	events  []pushed
	feed    []string // chunks that all followers share
	lines   int      // of the feed
	lost    int      // lines of the feed that were dropped, and not yet told
	state   func(lost int) string
	fed     bool // the connection follows
	end     bool // the connection ends behind what is in the box
	max     int  // events, and apart from them lines of the feed
	dropped int64
}

// pushed is one event and whom to tell once it is written.
type pushed struct {
	line string
	sent func()
}

func (b *sendQueue) push(line string, sent func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) >= b.max || b.end {
		b.dropped++
		return
	}
	b.events = append(b.events, pushed{line, sent})
}

// pushFeed adds n whole lines, and the state in place of one not yet written. A
// chunk larger than the box is taken by an empty one: else a follower who reads
// would never see it.
func (b *sendQueue) pushFeed(lines string, n, lost int, state func(lost int) string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fed = true
	if state != nil {
		b.state = state
	}
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

func (b *sendQueue) dropFeed() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.feed, b.lines, b.lost, b.state, b.fed = nil, 0, 0, nil, false
}

func (b *sendQueue) follows() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.fed
}

// pushFinal adds the last event, whatever is in the box; nothing follows it.
func (b *sendQueue) pushFinal(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.end {
		b.end = true
		b.events = append(b.events, pushed{line: line})
	}
}

func (b *sendQueue) ended() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.end
}

// drainTo writes what is in the box and adds whom to tell of it to sent: the feed
// first, for the state tells what it lost.
func (b *sendQueue) drainTo(out *protocol.Writer, sent []func()) []func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, lines := range b.feed {
		out.Lines(lines)
	}
	if b.state != nil {
		out.Raw(b.state(b.lost))
		b.lost = 0
	}
	for _, e := range b.events {
		out.Raw(e.line)
		if e.sent != nil {
			sent = append(sent, e.sent)
		}
	}
	clear(b.feed) // its room is kept: whoever follows needs it again at once
	b.feed, b.lines, b.state, b.events = b.feed[:0], 0, nil, nil
	return sent
}
