package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"etuservices/server/testenv"
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

// BenchmarkFollowers compares the latency of those who work while nobody
// follows with that while 1,000 do, of whom 100 never read; and looks at the
// memory of the server meanwhile. One round takes ETU_FOLLOW_TIME (10s), twice.
//
//	go test ./server -run '^$' -bench Followers -benchtime 1x
func BenchmarkFollowers(b *testing.B) {
	const followers, deaf = 1000, 100
	phase := 10 * time.Second
	if s := os.Getenv("ETU_FOLLOW_TIME"); s != "" {
		var err error
		if phase, err = time.ParseDuration(s); err != nil {
			b.Fatal(err)
		}
	}
	env := testenv.Real(b)
	server := start(b, env, append(adminArgs, "--quota-max", "1000000", "--flood-rate", "0")...)
	register(b, server.Addr, "alice")
	admin := dial(b, server.Addr).Must("AUTH prof %s", password).Fields.Get("jeton")
	token := dial(b, server.Addr).Must("AUTH alice %s", password).Fields.Get("jeton")
	for b.Loop() {
		alone := latencies(b, server.Addr, token, phase)
		conns := make([]net.Conn, followers)
		for i := range conns {
			nc, err := net.Dial("tcp", server.Addr)
			if err != nil {
				b.Fatal(err)
			}
			conns[i] = nc
			if i < deaf {
				_ = nc.(*net.TCPConn).SetReadBuffer(4096)
			} else {
				go func() { _, _ = io.Copy(io.Discard, nc) }()
			}
			fmt.Fprintf(nc, "REPRENDRE %s\nSUIVRE\n", admin)
		}
		_ = latencies(b, server.Addr, token, 2*time.Second)
		before := resident(b, server)
		watched := latencies(b, server.Addr, token, phase)
		after := resident(b, server)
		for _, nc := range conns {
			_ = nc.Close()
		}
		for _, p := range []float64{0.5, 0.99} {
			was, is := percentileOf(alone, p), percentileOf(watched, p)
			name := fmt.Sprintf("p%g", 100*p)
			b.ReportMetric(float64(was.Microseconds())/1000, name+"-alone-ms")
			b.ReportMetric(float64(is.Microseconds())/1000, name+"-followed-ms")
			b.ReportMetric(float64(is)/float64(was), name+"-ratio")
		}
		b.ReportMetric(float64(before)/1024, "before-MiB")
		b.ReportMetric(float64(after)/1024, "after-MiB")
	}
}

// latencies of commands of 16 clients, 100 a second each at most, one in ten a
// sale.
func latencies(b testing.TB, addr, token string, d time.Duration) []time.Duration {
	b.Helper()
	var mu sync.Mutex
	var all []time.Duration
	var working sync.WaitGroup
	for range 16 {
		c := dial(b, addr)
		c.Must("REPRENDRE %s", token)
		working.Go(func() {
			var own []time.Duration
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			began := time.Now()
			for i := 0; time.Since(began) < d; i++ {
				<-tick.C
				line := "QUOTA\r\n"
				if i%10 == 0 {
					line = "VENTE livre 1 titre\r\n"
				}
				asked := time.Now()
				if _, err := io.WriteString(c.nc, line); err != nil {
					b.Error(err)
					return
				}
				if r, err := c.TryRead(); err != nil || !r.OK() {
					b.Error(r.Line, err)
					return
				}
				own = append(own, time.Since(asked))
			}
			c.Send("QUITTER\r\n")
			mu.Lock()
			defer mu.Unlock()
			all = append(all, own...)
		})
	}
	working.Wait()
	return all
}

// resident is the memory of a server in KiB.
func resident(b testing.TB, p *process) (kib int) {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		b.Skip("no /proc")
	}
	for line := range strings.Lines(string(status)) {
		if n, found := strings.CutPrefix(line, "VmRSS:"); found {
			_, _ = fmt.Sscan(n, &kib)
		}
	}
	return kib
}
