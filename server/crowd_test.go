//go:build chaos

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/testenv"
)

const (
	crowdIdle  = 15_000
	crowdFiles = 20_000 // the server's limit of descriptors
	crowdAsked = 1_000  // requests of which the 99th percentile is taken
	crowdRatio = 1.5    // how much it may grow
	// crowdNoise is what a test machine adds to any percentile by itself.
	crowdNoise = 2 * time.Millisecond
)

// TestCrowd: 15,000 idle connections and a flood cost one who works little.
// It needs as many descriptors, and a quiet machine: make chaos runs it.
func TestCrowd(t *testing.T) {
	server := start(t, testenv.Real(t))
	pid := fmt.Sprint(server.cmd.Process.Pid)
	if out, err := exec.Command("prlimit", "--pid", pid, fmt.Sprintf("--nofile=%d:%d", crowdFiles, crowdFiles)).CombinedOutput(); err != nil {
		t.Logf("descriptors not limited: %v %s", err, out)
	}
	register(t, server.Addr, "alice", "eve")
	alice := login(t, server.Addr, "alice")
	alice.Must("VENTE livre 1 Réseaux")
	before, memory := alice.p99(t), rss(pid)

	idle := make([]net.Conn, crowdIdle)
	began := time.Now()
	storm(50, func(part int) { // from three addresses: one has too few ports
		for i := part; i < crowdIdle; i += 50 {
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%3))}}
			nc, err := d.Dial("tcp", server.Addr)
			if err != nil {
				t.Errorf("connection %d: %v", i, err)
				return
			}
			idle[i] = nc
			if line, err := protocol.NewReader(nc).ReadLine(); err != nil || !strings.HasPrefix(string(line), "+OK ETUSERVICES") {
				t.Errorf("connection %d: %q, %v", i, line, err)
				return
			}
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	took := time.Since(began)
	defer func() {
		for _, nc := range idle {
			_ = nc.Close()
		}
	}()
	with := alice.p99(t)
	t.Logf("%d connections in %v, %s -> %s of memory; p99 of ARTICLES %v -> %v", crowdIdle, took.Round(time.Millisecond), memory, rss(pid), before, with)
	if float64(with) > crowdRatio*float64(before)+float64(crowdNoise) {
		t.Errorf("p99 %v, was %v", with, before)
	}

	var flooding sync.WaitGroup
	ended := make(chan struct{})
	for range 8 {
		c := login(t, server.Addr, "eve")
		flooding.Go(func() { c.flood(ended) })
	}
	during := alice.p99(t)
	close(ended)
	flooding.Wait()
	t.Logf("during a flood: p99 %v", during)
	if float64(during) > crowdRatio*float64(before)+float64(crowdNoise) {
		t.Errorf("p99 %v during a flood, was %v", during, before)
	}
	alice.Must("NB")
}

// p99 is the 99th percentile of a cheap read, asked below the rate at which a
// connection is slowed.
func (c *client) p99(t testing.TB) time.Duration {
	t.Helper()
	var took []time.Duration
	for range crowdAsked {
		began := time.Now()
		c.Must("ARTICLES n=1")
		took = append(took, time.Since(began))
		pause(t.Context(), 10*time.Millisecond-time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

// flood asks without waiting, and reads the answers.
func (c *client) flood(ended <-chan struct{}) {
	defer c.nc.Close()
	many := strings.Repeat("ARTICLES n=100\r\nSTATS\r\nPING\r\n", 50)
	go func() {
		for {
			if _, err := c.TryRead(); err != nil {
				return
			}
		}
	}()
	for {
		select {
		case <-ended:
			return
		default:
		}
		_ = c.nc.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		_, _ = c.nc.Write([]byte(many))
	}
}

// rss is the memory that a process has, as Linux tells it.
func rss(pid string) string {
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return "?"
	}
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(line)
}
