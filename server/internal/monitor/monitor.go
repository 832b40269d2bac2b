// Package monitor counts what this process does, and shows administrators who follow
// (SUIVRE) the figures of all instances and the feed of what happens on them.
package monitor

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/server/internal/cluster"
	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
)

// Monitor is safe for concurrent use.
type Monitor struct {
	*Recorder
	hub     *cluster.Hub
	boards  *stats.Boards
	sql     *store.SQL
	log     *slog.Logger
	out     lines        // of the feed, from this process, to be published
	dropped atomic.Int64 // lines that no other instance got

	mu        sync.Mutex
	following followerList
	history   snapshotHistory

	broadcasting sync.Mutex  // one broadcast after the other: lines keep their order
	lastFeed     time.Time   // when the last broadcast with lines began
	batch        []*follower // the memory of the broadcast under way, used again
}

// New makes a monitor that reads the figures of all instances from hub, which must
// report those of recorder; Run must run.
func New(hub *cluster.Hub, recorder *Recorder, boards *stats.Boards, db *store.SQL, log *slog.Logger) *Monitor {
	return &Monitor{Recorder: recorder, hub: hub, boards: boards, sql: db, log: log, out: newLines()}
}

// Run publishes the feed, sends followers what they follow and writes the history
// until ctx ends.
func (m *Monitor) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, loop := range []func(context.Context){m.publishLoop, m.feedLoop, m.stateLoop, m.historyLoop} {
		all.Go(func() { loop(ctx) })
	}
	all.Wait()
}

// Dropped is the number of lines of the feed that other instances did not get.
func (m *Monitor) Dropped() int64 { return m.dropped.Load() }

// Instance is a server with its latest figures.
type Instance struct {
	cluster.Instance
	// In hundredths: of a command a second, and of a millisecond.
	CommandsPerSecond, P99 int64
}

// Instances gives all servers, and those that were lost in the last minute.
func (m *Monitor) Instances(ctx context.Context) []Instance {
	var all []Instance
	for _, i := range m.hub.Instances(ctx) {
		r := decodeReport(i.Report)
		one := Instance{i, r.recentCommands * 100 / int64(slotTime.Seconds()), r.recentP99}
		if i.Lost {
			one.Sockets, one.Users, one.CommandsPerSecond, one.P99 = 0, 0, 0, 0
		}
		all = append(all, one)
	}
	return all
}
