package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"etuservices/protocol"
	"etuservices/server/bench/load"
)

const (
	// loginsAtOnce: each login costs a password check, of which a server does few
	// at a time.
	loginsAtOnce = 4
	// maxArticles bounds the articles that are remembered: the newest.
	maxArticles = 1000
)

// drive has students register at running servers and work there, in an open loop
// whose rate follows load.Day. They keep to the quota of the servers, and are
// refused as people are.
func drive(ctx context.Context, o options, out, notes io.Writer) error {
	m := &shared{addrs: o.addrs, refused: map[string]int{}}
	students := make([]*student, o.students)
	fmt.Fprintf(notes, "bench : %d étudiants entrent…\n", o.students)
	entering, entered := errgroup.WithContext(ctx)
	entering.SetLimit(loginsAtOnce)
	for i := range students {
		students[i] = newStudent(m, i)
		entering.Go(func() error { return cmp.Or(entered.Err(), students[i].arrive()) })
	}
	if err := entering.Wait(); err != nil {
		return err
	}
	steps := make([]load.Step, len(students))
	for i, s := range students {
		steps[i] = func() (int, error) {
			err := s.step(ctx)
			if err != nil {
				m.refuse(cmp.Or(string(codeOf(err)), "absent"))
			}
			return 1, err
		}
	}
	fmt.Fprintf(notes, "bench : ils travaillent pendant %v, jusqu'à %v commandes par seconde\n", o.time, o.rate)
	result, err := load.Run(ctx, steps, load.Plan{Time: o.time, Rate: o.rate, Shape: load.Day})
	for _, s := range students {
		s.close()
	}
	if err != nil {
		return err
	}
	s := result.Summary()
	fmt.Fprintf(out, "%d commandes ; refus : %s ; %d retours après une coupure ; p50 %d µs, p99 %d µs\n",
		result.All, m.refusals(), m.returns.Load(), s.P50, s.P99)
	return nil
}

// shared is what the students of a run share: the servers, and the articles that
// they put up for sale.
type shared struct {
	addrs   []string
	returns atomic.Int64

	mu       sync.Mutex
	articles []int64 // for sale, the oldest first
	newest   int64
	refused  map[string]int // by code
}

func (m *shared) refuse(why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused[why]++
}

// refusals lists the refusals by code, as text.
func (m *shared) refusals() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []string
	for _, why := range slices.Sorted(maps.Keys(m.refused)) {
		list = append(list, fmt.Sprint(m.refused[why], " ", why))
	}
	return cmp.Or(strings.Join(list, ", "), "aucun")
}

// listed remembers the article that a reply to VENTE names.
func (m *shared) listed(reply string) {
	r, err := protocol.ParseMessage(trimEnd(reply))
	if err != nil || r.Word != "VENTE" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.newest = r.Fields.Int("id")
	if m.articles = append(m.articles, m.newest); len(m.articles) > maxArticles {
		m.articles = m.articles[1:]
	}
}

// toBuy gives an article that is for sale; where there is none, one that is
// sold: people come too late as well.
func (m *shared) toBuy() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.articles) == 0 {
		return max(1, m.newest)
	}
	id := m.articles[0]
	m.articles = m.articles[1:]
	return id
}

// last is the number of the newest article.
func (m *shared) last() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(1, m.newest)
}
