package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Step does one operation, or n at once, to its end. A *Refused counts and the
// worker goes on; ErrDone ends the whole run early and well (nothing is left
// to buy, say); any other error fails the run.
type Step func() (n int, err error)

// ErrDone says that there is nothing left to do.
var ErrDone = errors.New("load: nothing left to do")

// Plan says how the steps are repeated.
type Plan struct {
	Warmup time.Duration // not measured, before
	Time   time.Duration // measured
	Rate   float64       // steps a second over all workers; 0 is a closed loop
	Shape  Shape         // what part of Rate there is when; none: all of it, always
}

// Run gives each step its own goroutine and measures. It comes back when the
// last operation has ended, though those that end after the time do not count.
// Where none ended within it, it is doubled until one does: no figure can be
// made of nothing.
func Run(ctx context.Context, steps []Step, p Plan) (Result, error) {
	for {
		result, err := once(ctx, steps, p)
		if err != nil || ctx.Err() != nil || result.All == 0 || result.Ops+result.Refused > 0 {
			return result, err
		}
		p.Warmup, p.Time = 0, 2*p.Time
	}
}

func once(ctx context.Context, steps []Step, p Plan) (Result, error) {
	r := &run{plan: p, from: time.Now().Add(p.Warmup)}
	r.begin, r.until = time.Now(), r.from.Add(p.Time)
	ctx, r.stop = context.WithDeadline(ctx, r.until)
	defer r.stop()
	var all sync.WaitGroup
	workers := make([]*worker, len(steps))
	for i, step := range steps {
		w := &worker{run: r, step: step, latencies: NewLatencies()}
		workers[i] = w
		all.Go(func() { w.work(ctx) })
	}
	all.Wait()
	return r.result(workers)
}

// run is what the workers of a Run share.
type run struct {
	plan               Plan
	begin, from, until time.Time // the measured time is from … until
	stop               context.CancelFunc
	arrivals           atomic.Int64 // of an open loop
	early              atomic.Int64 // when ErrDone came, nanoseconds after from
}

type worker struct {
	*run
	step      Step
	latencies *Latencies
	all       int64
	refused   int64
	refusal   string
	err       error
}

func (w *worker) work(ctx context.Context) {
	for {
		due, ok := w.next(ctx)
		if !ok {
			return
		}
		n, err := w.step()
		end := time.Now()
		var refused *Refused
		switch {
		case errors.Is(err, ErrDone):
			w.early.CompareAndSwap(0, max(1, int64(end.Sub(w.from))))
			w.stop()
			return
		case err != nil && !errors.As(err, &refused):
			w.err = err
			w.stop()
			return
		}
		w.all += int64(n)
		if end.Before(w.from) || end.After(w.until) {
			continue
		}
		if refused != nil {
			w.refused++
			w.refusal = refused.Line
			continue
		}
		w.latencies.Record(end.Sub(due), n)
	}
}

// next gives when the next step is due, once it is. In an open loop that does
// not move when steps are late: their wait counts as latency.
func (w *worker) next(ctx context.Context) (due time.Time, ok bool) {
	if w.plan.Rate == 0 {
		return time.Now(), ctx.Err() == nil
	}
	n := w.arrivals.Add(1) - 1
	due = w.begin.Add(w.plan.Shape.due(float64(n)/w.plan.Rate, w.plan.Time))
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-timer.C:
		return due, ctx.Err() == nil
	case <-ctx.Done():
		return due, false
	}
}

func (r *run) result(workers []*worker) (Result, error) {
	result := Result{Elapsed: r.plan.Time, Latencies: NewLatencies()}
	if early := r.early.Load(); early > 0 {
		result.Elapsed = time.Duration(early)
	}
	for _, w := range workers {
		if w.err != nil {
			return result, fmt.Errorf("load: %w", w.err)
		}
		result.Latencies.Merge(w.latencies)
		result.All += w.all
		result.Refused += w.refused
		if w.refusal != "" {
			result.Refusal = w.refusal
		}
	}
	result.Ops = result.Latencies.Count()
	return result, nil
}
