package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/history"
	"etuservices/server/internal/testenv"
	"etuservices/server/internal/wait"
)

const (
	// chaosTime is the run in the normal tests: every fault comes once.
	// ETU_CHAOS_TIME (make chaos) makes it longer, and the crowd larger.
	chaosTime = 60 * time.Second
	// chaosLong is where a run gets the large crowd.
	chaosLong               = 2 * time.Minute
	chaosFew, chaosCrowd    = 24, 200
	chaosServers            = 3
	chaosWindow             = 15 * time.Second // short, so that quotas fill and free themselves again and again
	chaosPause              = 2 * time.Second  // between two faults, at most
	chaosQuota, chaosSettle = 10, 60 * time.Second
	chaosCalm               = 3 * time.Second  // of calls after the last fault
	chaosBreath             = 15 * time.Second // in long runs, after every kind of fault
	// chaosForgets is how long a Redis that lost data may differ from the ledger
	// (10 s), and the time of a reading.
	chaosForgets = 12 * time.Second
)

// arena is where a run takes place: servers that come and go, one pair of
// stores, and what clients and faults share.
type arena struct {
	t     *testing.T
	env   *testenv.Env
	ctx   context.Context // ends with the time for faults
	end   context.CancelFunc
	rng   *rand.Rand // the faults' alone
	args  []string
	own   [chaosServers][]string // further options of each server
	front string                 // of the balancer before the servers, "" for none
	rec   *history.Recorder
	redis *lossy
	sql   *cutter
	admin string     // token of the administrator
	moved [][2]int64 // when the clock of Redis was moved, from and to, in milliseconds
	no    *testenv.Refuser
	long  bool
	users int
	maxID atomic.Int64 // greatest article number anybody was told
	calls atomic.Int64 // acknowledged so far

	mu      sync.Mutex
	servers [chaosServers]*process
	all     []*process // dead ones too
}

// TestChaos: three servers on one MariaDB and one Redis, clients with refs, and
// every few seconds something is killed, frozen, emptied, cut or flooded. Two
// judges look at it. The history of all replies fits one order (package history),
// and after the last fault every call of everybody is answered in time. And the
// ledger agrees: every acknowledged call stands in it once, nobody has an
// eleventh in any window, nothing was sold twice, the boards are as it says, and
// no connection or goroutine is left over.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("lasts a minute")
	}
	t.Parallel()
	length, users := chaosTime, chaosFew
	if s := os.Getenv("ETU_CHAOS_TIME"); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil {
			t.Fatalf("ETU_CHAOS_TIME: %v", err)
		}
		length = d
	}
	if length >= chaosLong {
		users = chaosCrowd
	}
	a, crowd := newArena(t, length, users)
	playing := a.play(crowd)
	a.faults()
	last := a.rec.Now()
	a.heal()
	_ = wait.For(t.Context(), chaosCalm)
	playing()
	a.judgeCalls(crowd, last)
	a.nothingLeft()
}

// judgeCalls has the crowd end what it began, and judges all of it. The last fault
// ended at last.
func (a *arena) judgeCalls(crowd []*chaosUser, last time.Duration) {
	a.t.Helper()
	a.t.Logf("%s", summary(crowd))
	storm(len(crowd), func(i int) {
		crowd[i].finish()
		crowd[i].lastRound()
	})
	a.judgeHistory(last)
	a.judge(crowd)
}

// newArena starts servers on stores of their own and registers a crowd. Its faults last
// some time.
func newArena(t *testing.T, length time.Duration, users int) (*arena, []*chaosUser) {
	a := prepareArena(t, length, users, testenv.RealOwn(t))
	a.env.Redis().OwnClock(t)
	a.no = a.env.Refuse(t)
	a.sql = cutBefore(t, a.env)
	a.redis = loseBefore(t, a.env)
	return a, a.open(length)
}

func prepareArena(t *testing.T, length time.Duration, users int, env *testenv.Env) *arena {
	seed := rand.Uint64()
	t.Logf("%v, %d clients, seed %d", length, users, seed)
	return &arena{
		t: t, users: users, long: length >= chaosLong, env: env, rng: rand.New(rand.NewPCG(seed, 0)), rec: history.NewRecorder(),
		args: append([]string{"--quota-window", chaosWindow.String(), "--quota-max", fmt.Sprint(chaosQuota)}, adminArgs...),
	}
}

// open starts the servers and registers the crowd.
func (a *arena) open(length time.Duration) (crowd []*chaosUser) {
	for i := range a.servers {
		a.startServer(i)
	}
	testenv.Eventually(a.t, startTime, func() error { // a balancer looks first whether they are ready
		c, err := chaosDial(a.addr(0))
		if err == nil {
			_ = c.nc.Close()
		}
		return err
	})
	crowd = a.register(a.users)
	c, token := loginToken(a.t, a.addr(0), "prof")
	_ = c.nc.Close()
	a.admin = token
	ctx, cancel := context.WithTimeout(a.t.Context(), length)
	a.t.Cleanup(cancel)
	a.ctx, a.end = ctx, cancel
	return crowd
}

// play has a crowd call until the returned function is called.
func (a *arena) play(crowd []*chaosUser) (stop func()) {
	ctx, cancel := context.WithCancel(a.t.Context())
	var playing sync.WaitGroup
	for _, u := range crowd {
		playing.Go(func() { u.play(ctx) })
	}
	return func() {
		cancel()
		playing.Wait()
	}
}

// call sends a line of a user and notes it and its reply.
func (a *arena) call(user string, c *client, line string) (reply, error) {
	noted := a.rec.Begin(user, line)
	r, err := c.Try("%s", line)
	if err != nil {
		r = reply{}
	}
	a.rec.End(noted, r.Message, r.Rows)
	return r, err
}

// connect is chaosDial, noted.
func (a *arena) connect(user, addr string) (*client, error) {
	noted := a.rec.Begin(user, history.Connecting)
	c, err := chaosDial(addr)
	a.rec.End(noted, protocol.Message{}, nil)
	return c, err
}

func (a *arena) startServer(i int) {
	p := start(a.t, a.env, slices.Concat(a.args, []string{"--instance", instance(i)}, a.own[i])...)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.servers[i] = p
	a.all = append(a.all, p)
}

// instance is the name of a server.
func instance(i int) string { return fmt.Sprintf("s%d", i) }

// addr is where some server listens, or did a moment ago, or the balancer does.
func (a *arena) addr(n int) string { return cmp.Or(a.front, a.server(n).Addr) }

func (a *arena) server(n int) *process {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.servers[n%chaosServers]
}

func (a *arena) register(users int) (crowd []*chaosUser) {
	var names []string
	for i := range users {
		u := &chaosUser{arena: a, number: i, name: fmt.Sprintf("u%d", i), done: map[string]outcome{}, rng: rand.New(rand.NewPCG(a.rng.Uint64(), 1))}
		crowd, names = append(crowd, u), append(names, u.name)
	}
	register(a.t, a.addr(0), names...)
	return crowd
}

// faults does one thing after the other until the time is over: every kind once
// before any comes again.
func (a *arena) faults() {
	var left []fault
	for faults := 0; a.pause(time.Duration(a.rng.Int64N(int64(chaosPause)))); faults++ {
		if len(left) == 0 {
			left = slices.Clone(chaosFaults)
			a.rng.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
			if a.long && faults > 0 && !a.pause(chaosBreath) {
				return
			}
		}
		f := left[0]
		left = left[1:]
		began := a.rec.Now()
		forgot := func(time.Duration) {}
		if f.forgets || f.hinders && a.rec.StaleNow() {
			forgot = a.rec.Stale()
		}
		f.do(a)
		forgot(chaosForgets)
		a.t.Logf("%v %s (%v)", began.Round(time.Millisecond), f.name, (a.rec.Now() - began).Round(time.Millisecond))
	}
}

// pause waits; false is the end of the time for faults.
func (a *arena) pause(d time.Duration) bool { return wait.For(a.ctx, d) == nil }

// heal waits until everything that was broken works again by itself.
func (a *arena) heal() {
	a.t.Helper()
	for n := range chaosServers {
		testenv.Eventually(a.t, chaosSettle, func() error {
			c, err := chaosDial(a.addr(n))
			if err != nil {
				return err
			}
			defer c.nc.Close()
			name := fmt.Sprintf("h%d", n)
			if r, err := c.Try("INSCRIPTION %[1]s %[1]s@univ.fr H H %[2]s", name, password); err != nil || !r.OK() && r.Word != "EXISTE" {
				return fmt.Errorf("%s: %w", r.Line, err)
			}
			if r, err := c.Try("AUTH %s %s", name, password); err != nil || !r.OK() {
				return fmt.Errorf("server %d: %s: %w", n, r.Line, err)
			}
			return nil
		})
	}
}
