package accounts

import (
	"runtime/debug"
	"sync"
	"time"
)

const (
	// busyGC is GOGC while passwords wait to be hashed. Each hash is 19 MiB of
	// garbage, so that with the usual 100 a small heap is collected once a hash,
	// fifty times a second, and those who are logged in pay for it. Measured on two
	// cores: a p99 of 14.7 ms, where the same hashing in another process makes it
	// 6; with this, 6.
	busyGC = 400
	// calmAfter is how long nobody must have waited before memory is dear again.
	calmAfter = 2 * time.Second
)

// pressure spares the collector's work while there is a line of passwords, and
// gives the memory back after it.
type pressure struct {
	mu      sync.Mutex
	waiting int
	relaxed bool
	usual   int // GOGC
	calm    *time.Timer
}

func (p *pressure) join() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting++
	if p.calm != nil {
		p.calm.Stop()
	}
	if p.relaxed {
		return
	}
	p.relaxed = true
	p.usual = debug.SetGCPercent(busyGC)
	if p.usual < 0 || p.usual > busyGC { // whoever runs us has his own idea
		debug.SetGCPercent(p.usual)
	}
}

func (p *pressure) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting--; p.waiting == 0 {
		p.calm = time.AfterFunc(calmAfter, p.end)
	}
}

func (p *pressure) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == 0 && p.relaxed {
		p.relaxed = false
		debug.SetGCPercent(p.usual)
	}
}
