package store

import "context"

// Coalescer lets callers who ask the same kind of question at once share the next
// asking: after a restart a whole class comes back in one second. Alone, a
// caller asks alone.
type Coalescer[W any] struct {
	lanes batcher[W]
	ask   func(ctx context.Context, works []W) error
}

// gatherLanes: one question is on its way while the next one gathers.
const gatherLanes = 2

// NewCoalescer makes one. ask answers at most the given number of works in one go,
// each W being where its answer goes; its error is everybody's.
func NewCoalescer[W any](most int, ask func(ctx context.Context, works []W) error) *Coalescer[W] {
	return &Coalescer[W]{lanes: batcher[W]{free: gatherLanes, most: most}, ask: ask}
}

// Do has one work done, perhaps with others'. The error is ask's, or ctx's.
func (g *Coalescer[W]) Do(ctx context.Context, work W) error {
	if g.lanes.enter() {
		defer g.lanes.next()
		return g.ask(ctx, []W{work})
	}
	how, err := g.lanes.join(ctx, work, func(few []*waiter[W]) batchResult {
		works := make([]W, len(few))
		for i, m := range few {
			works[i] = m.work
		}
		shared, cancel := sharedTime(few)
		defer cancel()
		return batchResult{err: g.ask(shared, works)}
	})
	if err != nil {
		return Classify(err)
	}
	return how.err
}
