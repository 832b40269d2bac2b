package ledger

import (
	"sync"
	"time"
)

const (
	// checkEvery bounds how often one user's window is held against the ledger,
	// so that a script that hammers a full quota costs SQL next to nothing; and
	// it is well within the 10 s of contract section 4.
	checkEvery = 5 * time.Second
	// checkLeast is the same where a slot is about to be old enough to be judged.
	checkLeast = 100 * time.Millisecond
	// maxChecked bounds the memory of when that is to be done next.
	maxChecked = 10_000
)

// reconcileThrottle remembers when a window may be held against the ledger again.
type reconcileThrottle struct {
	mu   sync.Mutex
	next map[string]time.Time
}

// due says whether it is time, once for all who ask at once.
func (c *reconcileThrottle) due(key string) bool {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Before(c.next[key]) {
		return false
	}
	if c.next == nil || len(c.next) >= maxChecked {
		c.next = make(map[string]time.Time)
	}
	c.next[key] = now.Add(checkEvery)
	return true
}

// sooner moves the next check forward, to when there is something to judge.
func (c *reconcileThrottle) sooner(key string, in time.Duration) {
	at := time.Now().Add(max(in, checkLeast))
	c.mu.Lock()
	defer c.mu.Unlock()
	if next, ok := c.next[key]; ok && at.Before(next) {
		c.next[key] = at
	}
}
