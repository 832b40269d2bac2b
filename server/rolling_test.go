package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"etuservices/client/clienttest"
	"etuservices/server/internal/testenv"
)

// balancer sends connections to servers that listen, as one before real ones
// would.
type balancer struct {
	mu    sync.Mutex
	addrs []string
}

func (b *balancer) set(i int, addr string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.addrs[i] = addr
}

func (b *balancer) dial(ctx context.Context) (nc net.Conn, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range rand.Perm(len(b.addrs)) {
		if nc, err = (&net.Dialer{}).DialContext(ctx, "tcp", b.addrs[i]); err == nil {
			return nc, nil
		}
	}
	return nil, err
}

// TestRollingRestart: three instances are replaced one after the other
// under clients that sell without a pause. No client sees an error, no call is
// doubled or lost, nobody spends a second connexion.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	const clients, instances = 12, 3
	args := []string{"--quota-max", "100000", "--drain-time", "1500ms"}
	env := testenv.Real(t)
	judge := newJudge(t, env)
	var servers [instances]*process
	lb := &balancer{addrs: make([]string, instances)}
	for i := range servers {
		servers[i] = start(t, env, args...)
		lb.set(i, servers[i].Addr)
	}
	var names []string
	for i := range clients {
		names = append(names, fmt.Sprintf("v%d", i))
	}
	register(t, servers[0].Addr, names...)

	var sold, since atomic.Int64
	rolled := make(chan struct{})
	var all sync.WaitGroup
	for i, name := range names {
		c := clienttest.New(clienttest.Options{Addr: "equilibreur:5890", Dial: lb.dial})
		t.Cleanup(func() { _ = c.Close() })
		if _, err := c.Login(t.Context(), name, password); err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-rolled:
					return
				default:
				}
				ctx, cancel := context.WithTimeout(context.Background(), answerTime)
				var err error
				if n%4 == 3 {
					_, err = c.Articles(ctx, clienttest.Query{N: 5})
				} else if _, err = c.Sell(ctx, clienttest.Sale{Category: "cd", Cents: 100, Title: fmt.Sprintf("vente %d %d", i, n)}); err == nil {
					sold.Add(1)
					since.Add(1)
				}
				cancel()
				if err != nil {
					t.Errorf("%s sees an error: %v", name, err)
					return
				}
			}
		})
	}
	busy := func() { // clients work between two restarts
		since.Store(0)
		testenv.Eventually(t, answerTime, func() error {
			if since.Load() < clients {
				return errors.New("nobody sells")
			}
			return nil
		})
	}
	for i, old := range servers {
		busy()
		old.Stop()
		fresh := start(t, env, args...)
		lb.set(i, fresh.Addr)
	}
	busy()
	close(rolled)
	all.Wait()
	t.Logf("%d sales", sold.Load())
	if n := judge.Count(`SELECT COUNT(*) FROM appels`); int64(n) != sold.Load() {
		t.Errorf("%d sales were told, the ledger has %d", sold.Load(), n)
	}
	if n := judge.Count(`SELECT COUNT(*) FROM articles`); int64(n) != sold.Load() {
		t.Errorf("%d sales were told, there are %d articles", sold.Load(), n)
	}
	if n := judge.Count(`SELECT COUNT(*) FROM connexions`); n != clients {
		t.Errorf("%d connexions of %d clients", n, clients)
	}
}
