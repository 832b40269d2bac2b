package main

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"
)

// fault is one thing that goes wrong, and its repair.
type fault struct {
	name string
	do   func(*arena)
	// forgets: Redis loses what it knew. hinders: what it lost comes back later.
	forgets, hinders bool
}

// frozen is longer than any time-out of a server towards its stores (3 s).
const frozen = 4 * time.Second

// stale is how old the file is that Redis comes back on, with calls meanwhile:
// the crowd fills its windows in bursts. It knows those windows, and has room in
// them: unlike after a FLUSHALL the ledger is not read before a slot is taken,
// and its last word (Limiter.Run, Limiter.ConfirmLogin) alone refuses an eleventh.
const stale = time.Second

// lossTime is how long answers are lost.
const lossTime = 1500 * time.Millisecond

var chaosFaults = []fault{
	{"SIGKILL of a server", func(a *arena) {
		i := a.rng.IntN(chaosServers)
		a.server(i).Kill()
		a.startServer(i)
	}, false, false},
	{"SIGTERM of a server", func(a *arena) {
		i := a.rng.IntN(chaosServers)
		a.server(i).Stop()
		a.startServer(i)
	}, false, false},
	{"SIGSTOP of a server", func(a *arena) {
		p := a.server(a.rng.IntN(chaosServers))
		p.signal(syscall.SIGSTOP)
		a.pause(frozen)
		p.signal(syscall.SIGCONT)
	}, false, true},
	{"SIGKILL of Redis", func(a *arena) {
		a.env.Redis().Kill(a.t)
		a.pause(time.Second)
		a.env.Redis().Start(a.t)
	}, true, true},
	{"SIGSTOP of Redis", func(a *arena) {
		a.env.Redis().Pause(a.t)
		a.pause(frozen)
		a.env.Redis().Resume(a.t)
	}, false, true},
	{"SIGKILL of MariaDB", func(a *arena) {
		a.env.MariaDB().Kill(a.t)
		a.pause(time.Second)
		a.env.MariaDB().Start(a.t)
	}, false, true},
	{"SIGSTOP of MariaDB", func(a *arena) {
		a.env.MariaDB().Pause(a.t)
		a.pause(frozen)
		a.env.MariaDB().Resume(a.t)
	}, false, true},
	{"FLUSHALL", func(a *arena) { a.env.Redis().FlushAll(a.t) }, true, false},
	{"Redis back on an old file", func(a *arena) {
		for going, calls := true, int64(0); going; going = a.pause(stale) && a.calls.Load()-calls < chaosQuota {
			a.env.Redis().Save(a.t)
			calls = a.calls.Load()
		}
		a.env.Redis().Kill(a.t)
		a.env.Redis().Start(a.t)
		a.env.Redis().Forget(a.t) // or it would come back on it after every other kill
	}, true, true},
	{"answers of Redis lost", func(a *arena) {
		a.redis.losing.Store(true)
		a.pause(lossTime)
		a.redis.losing.Store(false)
	}, false, true},
	{"answers to COMMIT lost", func(a *arena) {
		ways := []int32{loseCommit, loseAnswer, holdAnswer}
		for end := time.Now().Add(lossTime); time.Now().Before(end) && a.pause(lossTime/20); {
			a.sql.armed.Store(ways[a.rng.IntN(len(ways))])
		}
		a.sql.armed.Store(0)
	}, false, true},
	{"COMMIT and ROLLBACK refused", func(a *arena) {
		const notReady = 1047 // what a node of a cluster says that lost the others
		refused := []string{"COMMIT", "ROLLBACK"}
		if a.rng.IntN(2) == 0 {
			refused[0] = "INSERT INTO appels"
		}
		a.no.Answer(notReady, refused...)
		a.pause(lossTime)
		a.no.Pass()
	}, false, true},
	{"clock of Redis on a window, and back", func(a *arena) { a.clock(chaosWindow + 5*time.Second) }, true, true},
	{"clock of Redis a little back, and on", func(a *arena) { a.clock(-2 * time.Second) }, true, true},
	{"RAZ", (*arena).reset, false, false},
	{"cut connections", (*arena).cut, false, false},
	{"flood", (*arena).flood, false, false},
	{"slow readers", (*arena).slowReaders, false, false},
}

// clock moves Redis's clock for a while.
func (a *arena) clock(offset time.Duration) {
	began := time.Now()
	defer func() {
		// What was stamped ahead is written down as of a later moment, and may be
		// until the clock is there.
		a.moved = append(a.moved, [2]int64{began.UnixMilli(), time.Now().Add(offset.Abs() + chaosForgets).UnixMilli()})
	}()
	for _, to := range []time.Duration{offset, 0} {
		from := a.rec.Now()
		a.env.Redis().MoveClock(a.t, to)
		a.rec.Jump(from, to)
		if to != 0 {
			a.pause(lossTime)
		}
	}
}

// resetUsers is the part of the crowd whose windows are emptied. What the ledger
// holds of them need not fit any window, so that its judge leaves them alone.
const resetUsers = 8

// wasReset says whether that may have happened to a user.
func (u *chaosUser) wasReset() bool { return u.number%resetUsers == 0 }

// reset empties the windows of some users.
func (a *arena) reset() {
	c, err := chaosDial(a.addr(a.rng.IntN(chaosServers)))
	if err != nil {
		return
	}
	defer c.nc.Close()
	if r, err := c.Try("REPRENDRE %s", a.admin); err != nil || !r.OK() {
		return
	}
	for i := 0; i < a.users; i += resetUsers {
		if _, err := a.call("prof", c, fmt.Sprintf("RAZ u%d", i)); err != nil {
			return
		}
	}
}

// cut ends clients' connections where they stand, with a reset.
func (a *arena) cut() {
	for i := range chaosServers {
		for range 20 {
			c, err := chaosDial(a.addr(i))
			if err != nil {
				continue
			}
			_, _ = fmt.Fprint(c.nc, "VENTE livre 1 half a li")
			_ = c.nc.(*net.TCPConn).SetLinger(0)
			_ = c.nc.Close()
		}
	}
	cutting.Lock()
	defer cutting.Unlock()
	for c := range cutting.open {
		if a.rng.IntN(2) == 0 {
			_ = c.(*net.TCPConn).SetLinger(0)
			_ = c.Close()
		}
	}
}

// cutting knows the crowd's connections, for cut.
var cutting struct {
	sync.Mutex
	open map[net.Conn]struct{}
}

// flood sends as fast as it can what costs work, and rubbish, and reads it.
func (a *arena) flood() {
	a.pour(16, "ARTICLES n=100\r\nPING\r\n\xff\xfb\x01NIMPORTE quoi\r\nSTATS\r\n", true)
}

// slowReaders ask for much and read nothing.
func (a *arena) slowReaders() { a.pour(16, "AIDE\r\n", false) }

// pourTime is how long that lasts.
const pourTime = 4 * time.Second

func (a *arena) pour(conns int, lines string, reading bool) {
	storm(conns, func(i int) {
		nc, err := net.Dial("tcp", a.addr(i))
		if err != nil {
			return
		}
		defer nc.Close()
		_ = nc.SetDeadline(time.Now().Add(pourTime))
		if reading {
			go func() {
				buf := make([]byte, 64<<10)
				for {
					if _, err := nc.Read(buf); err != nil {
						return
					}
				}
			}()
		}
		many := strings.Repeat(lines, 200)
		for {
			if _, err := fmt.Fprint(nc, many); err != nil {
				return
			}
		}
	})
}
