package hashing

import (
	"context"
	"slices"
	"sync"
	"time"
)

// line gives turns, so many at once. Those who wait are served by their flow (the
// network that they come from): one of each in turn, and within a flow in the order
// of their coming. However many come from one network, another one's user waits
// for as many turns as there are networks, not guesses.
type line struct {
	mu      sync.Mutex
	free    int
	flows   map[string]*flow
	order   []*flow // those with somebody in them, the next one first
	waiting int
}

type flow struct {
	name  string
	turns []chan struct{} // each is closed when its turn comes
}

func newLine(atOnce int) *line { return &line{free: atOnce, flows: make(map[string]*flow)} }

// enter waits for a turn, which leave ends. Errors: *Busy, ctx's.
func (l *line) enter(ctx context.Context, name string, wait time.Duration) error {
	turn := l.join(name)
	if turn == nil {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	var err error
	select {
	case <-turn:
		return nil
	case <-timer.C:
		err = &Busy{After: wait}
	case <-ctx.Done():
		err = ctx.Err()
	}
	if l.quit(name, turn) {
		return err
	}
	return nil // the turn came in the same moment
}

// join gives what is closed when the turn comes; nil: it has come.
func (l *line) join(name string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free > 0 {
		l.free--
		return nil
	}
	f := l.flows[name]
	if f == nil {
		f = &flow{name: name}
		l.flows[name] = f
		l.order = append(l.order, f)
	}
	turn := make(chan struct{})
	f.turns = append(f.turns, turn)
	l.waiting++
	return turn
}

// quit takes somebody out of the line; false: the turn has come already.
func (l *line) quit(name string, turn chan struct{}) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.flows[name]
	if f == nil {
		return false
	}
	i := slices.Index(f.turns, turn)
	if i < 0 {
		return false
	}
	f.turns = slices.Delete(f.turns, i, i+1)
	l.waiting--
	if len(f.turns) == 0 {
		delete(l.flows, name)
		l.order = slices.DeleteFunc(l.order, func(o *flow) bool { return o == f })
	}
	return true
}

// leave ends a turn, and gives it to the next.
func (l *line) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.order) == 0 {
		l.free++
		return
	}
	f := l.order[0]
	l.order = l.order[1:]
	close(f.turns[0])
	f.turns = f.turns[1:]
	l.waiting--
	if len(f.turns) == 0 {
		delete(l.flows, f.name)
	} else {
		l.order = append(l.order, f)
	}
}

func (l *line) length() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting
}
