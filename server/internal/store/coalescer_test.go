package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"etuservices/server/internal/store"
)

// square is a question and where its answer goes.
type square struct{ n, answer int }

// gathered has ten callers ask behind two that are on their way, and gives how
// many were asked about each time.
func gathered(t *testing.T, ask func(works []*square) error) (sizes []int, works []*square, errs []error) {
	t.Helper()
	on := make(chan struct{})
	var mu sync.Mutex
	g := store.NewCoalescer(8, func(_ context.Context, works []*square) error {
		mu.Lock()
		sizes = append(sizes, len(works))
		mu.Unlock()
		<-on
		return ask(works)
	})
	works, errs = make([]*square, 12), make([]error, 12)
	var all sync.WaitGroup
	for i := range works {
		works[i] = &square{n: i}
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errs[i] = errOwn
				}
			}()
			errs[i] = g.Do(t.Context(), works[i])
		})
		synctest.Wait()
	}
	close(on)
	all.Wait()
	return sizes, works, errs
}

func TestGatherAsksForManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sizes, works, errs := gathered(t, func(works []*square) error {
			for _, w := range works {
				w.answer = w.n * w.n
			}
			return nil
		})
		for i, w := range works {
			if w.answer != i*i || errs[i] != nil {
				t.Errorf("%d: %d, %v", i, w.answer, errs[i])
			}
		}
		if len(sizes) != 4 || sizes[2]+sizes[3] != 10 || max(sizes[2], sizes[3]) != 8 {
			t.Errorf("asked about %v, want one, one, and the ten others in two goes of 8 at most", sizes)
		}
	})
}

func TestGatherFailsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, errs := gathered(t, func([]*square) error { return errOwn })
		for i, err := range errs {
			if !errors.Is(err, errOwn) {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

// TestGatherPanics: nobody waits for ever for one who panicked.
func TestGatherPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, errs := gathered(t, func([]*square) error { panic("ours") })
		for i, err := range errs {
			if err == nil {
				t.Errorf("%d was told that all is well", i)
			}
		}
	})
}
