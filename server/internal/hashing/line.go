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
	mu    sync.Mutex
	free  int
	flows []*flow // those with somebody waiting, the next one first
}

type flow struct {
	name  string
	turns []chan struct{} // each is closed when its turn comes
}

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
	if l.quit(turn) {
		return err
	}
	return nil // the turn came in the same moment
}

// join gives the channel that is closed when the turn comes; nil: it has come.
func (l *line) join(name string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free > 0 {
		l.free--
		return nil
	}
	i := slices.IndexFunc(l.flows, func(f *flow) bool { return f.name == name })
	if i < 0 {
		i = len(l.flows)
		l.flows = append(l.flows, &flow{name: name})
	}
	turn := make(chan struct{})
	l.flows[i].turns = append(l.flows[i].turns, turn)
	return turn
}

// quit takes a turn out of the line; false: it has come already.
func (l *line) quit(turn chan struct{}) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.flows {
		if j := slices.Index(f.turns, turn); j >= 0 {
			if f.turns = slices.Delete(f.turns, j, j+1); len(f.turns) == 0 {
				l.flows = slices.Delete(l.flows, i, i+1)
			}
			return true
		}
	}
	return false
}

// leave ends a turn, and gives it to the next.
func (l *line) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.flows) == 0 {
		l.free++
		return
	}
	f := l.flows[0]
	l.flows = l.flows[1:]
	close(f.turns[0])
	if f.turns = f.turns[1:]; len(f.turns) > 0 {
		l.flows = append(l.flows, f)
	}
}

func (l *line) length() (waiting int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.flows {
		waiting += len(f.turns)
	}
	return waiting
}
