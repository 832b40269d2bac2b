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
}

// frozen is longer than any time-out of a server towards its stores (3 s).
const frozen = 4 * time.Second

// stale is how old the file is that Redis comes back on, with calls meanwhile:
// the crowd fills its windows in bursts. It knows those windows, and has room in
// them: unlike after a FLUSHALL the ledger is not read before a slot is taken,
// and its last word (quota.Keeper.Certify) alone refuses an eleventh.
const stale = time.Second

var chaosFaults = []fault{
	{"SIGKILL of a server", func(a *arena) {
		i := a.rng.IntN(chaosServers)
		a.server(i).Kill()
		a.startServer(i)
	}},
	{"SIGTERM of a server", func(a *arena) {
		i := a.rng.IntN(chaosServers)
		a.server(i).Stop()
		a.startServer(i)
	}},
	{"SIGSTOP of a server", func(a *arena) {
		p := a.server(a.rng.IntN(chaosServers))
		p.signal(syscall.SIGSTOP)
		a.pause(frozen)
		p.signal(syscall.SIGCONT)
	}},
	{"SIGKILL of Redis", func(a *arena) {
		a.env.Redis().Kill(a.t)
		a.pause(time.Second)
		a.env.Redis().Start(a.t)
	}},
	{"SIGSTOP of Redis", func(a *arena) {
		a.env.Redis().Pause(a.t)
		a.pause(frozen)
		a.env.Redis().Resume(a.t)
	}},
	{"SIGKILL of MariaDB", func(a *arena) {
		a.env.MariaDB().Kill(a.t)
		a.pause(time.Second)
		a.env.MariaDB().Start(a.t)
	}},
	{"SIGSTOP of MariaDB", func(a *arena) {
		a.env.MariaDB().Pause(a.t)
		a.pause(frozen)
		a.env.MariaDB().Resume(a.t)
	}},
	{"FLUSHALL", func(a *arena) { a.env.Redis().FlushAll(a.t) }},
	{"Redis back on an old file", func(a *arena) {
		for going, calls := true, int64(0); going; going = a.pause(stale) && a.calls.Load()-calls < chaosQuota {
			a.env.Redis().Save(a.t)
			calls = a.calls.Load()
		}
		a.env.Redis().Kill(a.t)
		a.env.Redis().Start(a.t)
		a.env.Redis().Forget(a.t) // or it would come back on it after every other kill
	}},
	{"cut connections", (*arena).cut},
	{"flood", (*arena).flood},
	{"slow readers", (*arena).slowReaders},
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
