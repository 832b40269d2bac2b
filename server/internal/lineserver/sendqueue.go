package lineserver

import (
	"sync"

	"etuservices/protocol"
)

// sendQueue holds the events that a connection has not written yet. A full one drops
// what comes: no sender ever waits.
type sendQueue struct {
	mu      sync.Mutex
	events  []pushed
	feed    []string // chunks that all followers share
	lines   int      // of the feed
	lost    int      // lines of the feed that were dropped since the last state
	state   func(lost int) string
	fed     bool // the connection follows
	end     bool // the connection ends behind what is queued
	max     int  // events, and apart from them lines of the feed
	dropped int64
}

// pushed is one event and, when not nil, what is called once it is written.
type pushed struct {
	line string
	sent func()
}

func (q *sendQueue) push(line string, sent func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.events) >= q.max || q.end {
		q.dropped++
		return
	}
	q.events = append(q.events, pushed{line, sent})
}

// pushFeed adds n whole lines, and the state in place of one not yet written. An empty
// queue takes a chunk larger than itself: no follower would ever see it otherwise.
func (q *sendQueue) pushFeed(lines string, n, lost int, state func(lost int) string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fed = true
	if state != nil {
		q.state = state
	}
	q.lost += lost
	if q.lines > 0 && q.lines+n > q.max {
		q.lost += n
		q.dropped += int64(n)
		return
	}
	if n > 0 {
		q.feed = append(q.feed, lines)
		q.lines += n
	}
}

func (q *sendQueue) dropFeed() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.feed, q.lines, q.lost, q.state, q.fed = nil, 0, 0, nil, false
}

func (q *sendQueue) follows() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.fed
}

// pushFinal adds the last event, however full the queue is; nothing follows it.
func (q *sendQueue) pushFinal(line string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.end {
		q.end = true
		q.events = append(q.events, pushed{line: line})
	}
}

func (q *sendQueue) ended() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.end
}

// drainTo writes what is queued and appends the calls that are then due to sent: the
// feed first, for the state has the number of its lines that were lost.
func (q *sendQueue) drainTo(out *protocol.Writer, sent []func()) []func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, lines := range q.feed {
		out.Lines(lines)
	}
	if q.state != nil {
		out.Raw(q.state(q.lost))
		q.lost = 0
	}
	for _, e := range q.events {
		out.Raw(e.line)
		if e.sent != nil {
			sent = append(sent, e.sent)
		}
	}
	clear(q.feed) // the slice is used again: the next lines come soon
	q.feed, q.lines, q.state, q.events = q.feed[:0], 0, nil, nil
	return sent
}
