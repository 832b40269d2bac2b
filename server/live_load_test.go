package main

import (
	"bufio"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// crowdOf opens connections that take one user's session up, half on each server,
// and has them work until the test ends, each after a pause.
func crowdOf(t testing.TB, n int, token string, pause time.Duration, addrs ...string) {
	t.Helper()
	var all sync.WaitGroup
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop); all.Wait() })
	for i := range n {
		nc, err := net.Dial("tcp", addrs[i%len(addrs)])
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			defer nc.Close()
			lines := bufio.NewReader(nc)
			say := func(line string, replies int) bool {
				_ = nc.SetDeadline(time.Now().Add(answerTime))
				if _, err := io.WriteString(nc, line); err != nil {
					t.Error(err)
					return false
				}
				for range replies {
					if _, err := lines.ReadString('\n'); err != nil {
						t.Error(err)
						return false
					}
				}
				return true
			}
			if !say("REPRENDRE "+token+"\n", 2) {
				return
			}
			tick := time.NewTicker(pause)
			defer tick.Stop()
			for {
				select {
				case <-stop:
					return
				case <-tick.C:
				}
				if !say("PING\nQUOTA\n", 1+3) {
					return
				}
			}
		})
	}
}

// percentileOf sorts.
func percentileOf(all []time.Duration, p float64) time.Duration {
	slices.Sort(all)
	return all[min(len(all)-1, int(p*float64(len(all))))]
}

// With 1,000 connections at work, an event reaches the other instance within a
// second, 99 times of 100: the seller's, and those of who follows.
func TestEventsAreInTime(t *testing.T) {
	one, two, _ := twoServers(t, "--quota-max", "100000", "--flood-rate", "0")
	register(t, one.Addr, "alice", "bob", "carol")
	carol := dial(t, one.Addr)
	crowdOf(t, 1000, carol.Must("AUTH carol %s", password).Fields.Get("jeton"), time.Second, one.Addr, two.Addr)
	alice, bob, prof := login(t, one.Addr, "alice"), login(t, two.Addr, "bob"), login(t, one.Addr, "prof")
	prof.Must("SUIVRE periode=60")
	var sold, told []time.Duration
	for i := range 100 {
		id := alice.Must("VENTE livre 1 titre %d", i).Fields.Get("id")
		bob.Must("ACHAT %s", id)
		bought := time.Now()
		if got := alice.Event("VENDU").Fields.Get("id"); got != id {
			t.Fatalf("told of %s, want %s", got, id)
		}
		sold = append(sold, time.Since(bought))
		if got := prof.Event("ACHAT").Fields.Get("id"); got != id {
			t.Fatalf("told of %s, want %s", got, id)
		}
		told = append(told, time.Since(bought))
	}
	for name, all := range map[string][]time.Duration{"VENDU": sold, "ACHAT": told} {
		p99 := percentileOf(all, 0.99)
		t.Logf("%s: p50 %v, p99 %v", name, percentileOf(all, 0.5), p99)
		if p99 > time.Second {
			t.Errorf("%s: p99 %v", name, p99)
		}
	}
}
