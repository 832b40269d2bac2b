package accounts

import (
	"sync"
	"time"
)

// calmAfter is how long nobody must have waited before a line of passwords is
// over.
const calmAfter = 2 * time.Second

// pressure knows while passwords wait in a line.
type pressure struct {
	tell func(pressed bool)

	mu      sync.Mutex
	waiting int
	calm    *time.Timer
}

func (p *pressure) join() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting++
	if p.calm != nil {
		p.calm.Stop()
	}
	p.tell(true)
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
	if p.waiting == 0 {
		p.tell(false)
	}
}
