package tcp

import "sync"

// box holds the events that wait for a connection. Full, it drops: whoever
// brings an event never waits.
type box struct {
	mu      sync.Mutex
	lines   []string
	max     int
	dropped int64
}

func (b *box) put(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines) >= b.max {
		b.dropped++
		return
	}
	b.lines = append(b.lines, line)
}

func (b *box) take() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines := b.lines
	b.lines = nil
	return lines
}
