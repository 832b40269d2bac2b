// Package heap weighs memory against the collector's work. There is one
// collector in a process, so its state is the package's.
package heap

import (
	"context"
	"os"
	"runtime/debug"
	"sync"
	"time"
)

// How much the heap may grow, in percent, before it is collected.
const (
	// usual is Go's own.
	usual = 100
	// embedded is for the embedded stores: each script of the in-process Redis
	// makes a Lua state, and collecting them took 15 % of a sale.
	embedded = 300
	// crowded leaves less garbage lying among many connections: with 15,000 idle
	// ones 9.1 KiB each instead of 11.5, where issue 5 allows 10. Beside few, it
	// would cost 4 % of their sales.
	crowded = 50
)

var state struct {
	sync.Mutex
	embedded, crowded bool
}

// Embedded says that the stores are in this process.
func Embedded() { change(&state.embedded, true) }

const (
	// manyConns is when garbage beside them outweighs the collector's work.
	manyConns = 2000
	// watchEvery is soon beside the minutes for which connections are idle.
	watchEvery = 5 * time.Second
)

// Watch looks at the number of connections until ctx ends.
func Watch(ctx context.Context, conns func() int64) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			change(&state.crowded, conns() > manyConns)
		}
	}
}

func change(what *bool, yes bool) {
	state.Lock()
	defer state.Unlock()
	if *what == yes || os.Getenv("GOGC") != "" { // whoever starts us has his own idea
		return
	}
	*what = yes
	switch {
	case state.crowded:
		debug.SetGCPercent(crowded)
	case state.embedded:
		debug.SetGCPercent(embedded)
	default:
		debug.SetGCPercent(usual)
	}
}
