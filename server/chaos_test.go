package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"etuservices/server/testenv"
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
)

// arena is where a run takes place: servers that come and go, one pair of
// stores, and what clients and faults share.
type arena struct {
	t     *testing.T
	env   *testenv.Env
	ctx   context.Context // ends with the time for faults
	rng   *rand.Rand      // the faults' alone
	args  []string
	maxID atomic.Int64 // greatest article number anybody was told
	calls atomic.Int64 // acknowledged so far

	mu      sync.Mutex
	servers [chaosServers]*process
	all     []*process // dead ones too
}

// TestChaos: three servers on one MariaDB and one Redis, clients with refs, and
// every few seconds something is killed, frozen, emptied, cut or flooded. At the
// end every acknowledged call stands once in the ledger, nobody has an eleventh
// in any window, nothing was sold twice, the boards are as the ledger says, and
// no connection or goroutine is left over (T19, T20, T21; issue 4 of 5).
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
	seed := rand.Uint64()
	t.Logf("%v, %d clients, seed %d", length, users, seed)
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	a := &arena{
		t: t, env: testenv.RealOwn(t), ctx: ctx, rng: rand.New(rand.NewPCG(seed, 0)),
		args: []string{"--quota-window", chaosWindow.String(), "--quota-max", fmt.Sprint(chaosQuota)},
	}
	for i := range a.servers {
		a.startServer(i)
	}
	crowd := a.register(users)

	var playing sync.WaitGroup
	for _, u := range crowd {
		playing.Go(func() { u.play(ctx) })
	}
	a.faults()
	a.heal()
	playing.Wait()
	t.Logf("%s", summary(crowd))
	for _, u := range crowd {
		u.finish()
	}
	a.judge(crowd)
	a.nothingLeft()
}

func (a *arena) startServer(i int) {
	p := start(a.t, a.env, append(slices.Clone(a.args), "--instance", fmt.Sprintf("s%d", i))...)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.servers[i] = p
	a.all = append(a.all, p)
}

// addr is where some server listens, or did a moment ago.
func (a *arena) addr(n int) string { return a.server(n).Addr }

func (a *arena) server(n int) *process {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.servers[n%chaosServers]
}

func (a *arena) register(users int) (crowd []*chaosUser) {
	var names []string
	for i := range users {
		u := &chaosUser{arena: a, name: fmt.Sprintf("u%d", i), done: map[string]outcome{}, rng: rand.New(rand.NewPCG(a.rng.Uint64(), 1))}
		crowd, names = append(crowd, u), append(names, u.name)
	}
	register(a.t, a.addr(0), names...)
	return crowd
}

// faults does one thing after the other until the time is over: every kind once
// before any comes again.
func (a *arena) faults() {
	var left []fault
	for a.pause(time.Duration(a.rng.Int64N(int64(chaosPause)))) {
		if len(left) == 0 {
			left = slices.Clone(chaosFaults)
			a.rng.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
		}
		began := time.Now()
		left[0].do(a)
		a.t.Logf("%s (%v)", left[0].name, time.Since(began).Round(time.Millisecond))
		left = left[1:]
	}
}

// pause waits; false is the end of the time for faults.
func (a *arena) pause(d time.Duration) bool { return pause(a.ctx, d) }

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// heal waits until everything that was broken works again by itself.
func (a *arena) heal() {
	a.t.Helper()
	for n := range chaosServers {
		eventually(a.t, chaosSettle, func() error {
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
