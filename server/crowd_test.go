//go:build chaos

package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"etuservices/server/bench/load"
	"etuservices/server/internal/config"
	"etuservices/server/internal/testenv"
)

const (
	crowdFiles = 20_000 // descriptors of a process, its default on this system or above
	// How much longer the slowest of a hundred requests may take.
	crowdRatio = 1.5 // beside idle connections, also during a flood
	stormRatio = 2.0 // during a storm of AUTH

	crowdRounds = 4
	crowdPhase  = 4 * time.Second
	// crowdWarmup: those who flood have had the burst that everybody is granted
	// (200 commands each, at once). While it lasts p99 is 2.2 times as long.
	crowdWarmup = 3 * time.Second
	crowdSettle = 30 * time.Second
	// crowdRate, a second, over the connections of crowdUsers: half of what
	// makes one slowed. A phase has 800 requests: 8 above its p99, and
	// there are as many phases as rounds.
	crowdRate  = 200
	crowdUsers = 4
)

// workday is what one who works asks: lists, figures, an article, his own.
var workday = []string{"ARTICLES n=20", "STATS", "ARTICLE 1", "QUOTA", "MESVENTES"}

// honest are those who work, at a steady rate whatever happens around them: an
// answer that is late is late from when it should have been asked for.
type honest struct {
	t     testing.TB
	steps []load.Step
	sides map[string][]*load.Latencies // a phase each
	watch *client                      // who sees when an attack is over
}

func honestly(t testing.TB, server *process) *honest {
	t.Helper()
	h := &honest{t: t, sides: map[string][]*load.Latencies{}}
	for i := range crowdUsers {
		name := fmt.Sprintf("alice%d", i)
		register(t, server.Addr, name)
		c, err := load.Dial(server.Addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		for _, line := range []string{"AUTH " + name + " " + password, "VENTE livre 1 Réseaux, tome un", "VENTE dvd 2 Films"} {
			if _, err := c.Line(line); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		next := i
		h.steps = append(h.steps, func() (int, error) {
			next++
			_, err := c.Line(workday[next%len(workday)])
			return 1, err
		})
	}
	h.watch = login(t, server.Addr, "alice0")
	return h
}

// measure is a phase of one side.
func (h *honest) measure(side string) {
	h.t.Helper()
	result, err := load.Run(h.t.Context(), h.steps, load.Plan{Warmup: crowdWarmup, Time: crowdPhase, Rate: crowdRate})
	if err != nil || result.Refused > 0 {
		h.t.Fatalf("%s: %d refused (%s), %v", side, result.Refused, result.Refusal, err)
	}
	h.sides[side] = append(h.sides[side], result.Latencies)
	h.t.Logf("%s: p50 %v, p99 %v", side, result.Latencies.At(50), result.Latencies.At(99))
}

// at is the middle of what the phases of a side have at a percentile: one in
// which the machine was busy elsewhere decides nothing.
func (h *honest) at(side string, percent float64) time.Duration {
	var all []time.Duration
	for _, phase := range h.sides[side] {
		all = append(all, phase.At(percent))
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// wants holds the p99 of one side against another's.
func (h *honest) wants(side, beside string, most float64) {
	h.t.Helper()
	with, without := h.at(side, 99), h.at(beside, 99)
	ratio := float64(with) / float64(without)
	h.t.Logf("%s: p99 %v, %s: %v, %.2f; p50 %v and %v", side, with, beside, without, ratio, h.at(side, 50), h.at(beside, 50))
	if ratio >= most {
		h.t.Errorf("%s beside %s: %.2f, wanted below %g", side, beside, ratio, most)
	}
}

// crowdServer is a server as it is in earnest: its hashes cost what they cost,
// and loopback is no trusted network.
func crowdServer(t testing.TB, args ...string) *process {
	t.Helper()
	t.Setenv(costVariable, "1")
	server := start(t, testenv.Real(t), append(args, nobodyExempt)...)
	pid := fmt.Sprint(server.cmd.Process.Pid)
	if out, err := exec.Command("prlimit", "--pid", pid, fmt.Sprintf("--nofile=%d:%d", crowdFiles, crowdFiles)).CombinedOutput(); err != nil {
		t.Logf("descriptors not limited: %v %s", err, out)
	}
	return server
}

// TestCrowd: 15,000 idle connections, and a flood beside them, cost those who
// work little. It needs as many descriptors, and a quiet machine: make chaos
// runs it. Phases alternate, so that what drifts cancels out.
func TestCrowd(t *testing.T) {
	server := crowdServer(t, "--max-conns-per-ip", fmt.Sprint(crowdIdle), "--new-per-minute", fmt.Sprint(crowdRounds*crowdIdle),
		"--max-conns", fmt.Sprint(config.DefaultLimits.UnauthenticatedShare*(crowdIdle+1000)))
	pid := fmt.Sprint(server.cmd.Process.Pid)
	for i := range flooders {
		register(t, server.Addr, fmt.Sprintf("eve%d", i))
	}
	idle, flood, h := launchAttacker(t, "idle", server.Addr), launchAttacker(t, "flood", server.Addr), honestly(t, server)
	for range crowdRounds {
		h.measure("alone")
		memory := rss(pid)
		idle.On()
		h.measure("idle")
		t.Logf("memory %s -> %s", memory, rss(pid))
		flood.On()
		h.measure("flood")
		flood.Off()
		idle.Off()
		h.settle(server)
	}
	h.wants("idle", "alone", crowdRatio)
	h.wants("flood", "alone", crowdRatio)
}

// TestCrowdStorm: guesses at passwords from everywhere cost them little.
func TestCrowdStorm(t *testing.T) {
	server := crowdServer(t)
	register(t, server.Addr, "bob")
	guessing, h := launchAttacker(t, "storm", server.Addr), honestly(t, server)
	for range crowdRounds {
		h.measure("alone")
		guessing.On()
		h.measure("storm")
		guessing.Off()
		h.settle(server)
	}
	h.wants("storm", "alone", stormRatio)
}

// TestCrowdClassroom: a classroom, its passwords hashed at what that costs: there
// is a line for them.
func TestCrowdClassroom(t *testing.T) { classroom(t, crowdServer(t)) }

// settle waits until the server is rid of what attacked it.
func (h *honest) settle(server *process) {
	h.t.Helper()
	testenv.WaitFor(h.t, crowdSettle, "they are gone", func() bool { return h.watch.Must("NB").Fields.Int("connexions") <= crowdUsers+1 })
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
