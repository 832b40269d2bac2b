package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/protocol"
	"etuservices/server/bench/load"
)

const (
	// driveTime is long enough for the screen of an administrator to show the
	// load's shape.
	driveTime = 3 * time.Minute
	// enterTogether students are in the door at once: each login costs a
	// password check, and the line for those is for people too.
	enterTogether = 4
	// absent is, among the refusals, who was cut off or kept away.
	absent = "absent"
)

// drive has students come to servers that run already and work there, in an open
// loop that rises and falls as load.Day. They keep to the quota that the servers
// have, and are refused as people are.
func drive(ctx context.Context, o options, out, notes io.Writer) error {
	hall := &hall{addrs: o.drive}
	class := make([]*pupil, o.students)
	for i := range class {
		class[i] = newPupil(hall, i)
	}
	fmt.Fprintf(notes, "bench : %d étudiants entrent…\n", o.students)
	if err := together(ctx, class, (*pupil).arrive); err != nil {
		return err
	}
	steps := make([]load.Step, len(class))
	for i, p := range class {
		steps[i] = func() (int, error) {
			n, err := p.step(ctx)
			if err != nil {
				hall.refuse(cmp.Or(string(codeIn(err)), absent))
			}
			return n, err
		}
	}
	fmt.Fprintf(notes, "bench : ils travaillent pendant %v, jusqu'à %v commandes par seconde\n", o.time, o.rate)
	result, err := load.Run(ctx, steps, load.Plan{Time: o.time, Rate: o.rate, Shape: load.Day})
	for _, p := range class {
		p.leave()
	}
	if err != nil {
		return err
	}
	s := result.Summary()
	fmt.Fprintf(out, "%d commandes ; refus : %s ; %d retours après une coupure ; p50 %d µs, p99 %d µs\n",
		result.All, hall.refusals(), hall.returns.Load(), s.P50, s.P99)
	return nil
}

// together does something for all, a few at a time, and gives the first error.
func together(ctx context.Context, class []*pupil, do func(*pupil) error) error {
	var next atomic.Int64
	var all sync.WaitGroup
	errs := make(chan error, enterTogether)
	for range enterTogether {
		all.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(class) {
					return
				}
				if err := do(class[i]); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return ctx.Err()
	}
}

// keepArticles bounds what the hall knows of: the newest, which are for sale.
const keepArticles = 1000

// hall is what the students of a drive share: the servers, and the articles that
// they put up for sale.
type hall struct {
	addrs   []string
	returns atomic.Int64

	mu       sync.Mutex
	articles []int64
	newest   int64
	refused  map[string]int // by code
}

// refuse counts what was not done, and why.
func (h *hall) refuse(why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refused == nil {
		h.refused = make(map[string]int)
	}
	h.refused[why]++
}

// refusals puts them in words, by code.
func (h *hall) refusals() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []string
	for _, why := range slices.Sorted(maps.Keys(h.refused)) {
		list = append(list, fmt.Sprint(h.refused[why], " ", why))
	}
	return cmp.Or(strings.Join(list, ", "), "aucun")
}

// Sold keeps an article that was put up for sale.
func (h *hall) Sold(reply string) {
	m, err := protocol.ParseMessage(trimEnd(reply))
	if err != nil || m.Word != "VENTE" {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.newest = m.Fields.Int("id")
	if h.articles = append(h.articles, h.newest); len(h.articles) > keepArticles {
		h.articles = h.articles[1:]
	}
}

// Article gives one to buy. Where there is none it is one that is gone: people
// come too late as well.
func (h *hall) Article() (int64, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.articles) == 0 {
		return max(1, h.newest), true
	}
	id := h.articles[0]
	h.articles = h.articles[1:]
	return id, true
}

// Any gives one of those that were put up for sale, whatever became of it.
func (h *hall) Any(chance *rand.Rand) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return 1 + chance.Int64N(max(1, h.newest))
}
