package main

import (
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/bench/load"
	"etuservices/server/internal/testenv"
)

const (
	followers = 1000 // so many follow …
	deafOnes  = 100  // … of whom so many never read

	// followPeriod, in seconds, is what SUIVRE takes by itself and the shortest.
	followPeriod = int(protocol.DefaultPeriod)

	workers    = 16
	workRate   = 300 // commands a second, in an open loop: what a small machine bears
	followTime = 10 * time.Second
	// followRounds of "nobody follows" and "all follow", in turn; the median
	// of their ratios counts.
	followRounds = 3
	// settle lets the logins' own work end before anything is measured.
	settle = 2 * time.Second
)

// BenchmarkFollowers compares the latency of those who work while nobody
// follows with that while 1,000 do, in turn, and looks at the server's memory
// meanwhile. Each turn takes ETU_FOLLOW_TIME (10s), and there are twice
// ETU_FOLLOW_ROUNDS (3); the followers are a process of their own.
//
//	go test ./server -run '^$' -bench Followers -benchtime 1x
func BenchmarkFollowers(b *testing.B) {
	turn, rounds := followTime, followRounds
	if s := os.Getenv("ETU_FOLLOW_TIME"); s != "" {
		var err error
		if turn, err = time.ParseDuration(s); err != nil {
			b.Fatal(err)
		}
	}
	if s := os.Getenv("ETU_FOLLOW_ROUNDS"); s != "" {
		var err error
		if rounds, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	server := start(b, testenv.Real(b), append(adminArgs, "--quota-max", "1000000", "--quota-window", "1s", "--flood-rate", "0")...)
	register(b, server.Addr, "alice")
	prof := login(b, server.Addr, "prof")
	token := dial(b, server.Addr).Must("AUTH prof %s", password).Fields.Get("jeton")
	steps := workSteps(b, server.Addr, dial(b, server.Addr).Must("AUTH alice %s", password).Fields.Get("jeton"))
	for b.Loop() {
		var p50, p99, grown []float64
		for range rounds {
			alone := work(b, server, steps, turn)
			crowd := followBy(b, server.Addr, token, followers, deafOnes, followPeriod)
			await(b, prof, followers)
			before := testenv.Resident(server.cmd.Process.Pid)
			watched := work(b, server, steps, turn)
			after := testenv.Resident(server.cmd.Process.Pid)
			states := crowd.end()
			if want := int(turn.Seconds()) / followPeriod * (followers - deafOnes); states < want*9/10 {
				b.Fatalf("followers were sent %d states, want %d", states, want)
			}
			await(b, prof, 0)
			b.Logf("alone p50 %d µs, p99 %d µs, processor %.1f %% · followed p50 %d µs, p99 %d µs, processor %.1f %% · %d → %d KiB",
				alone.P50, alone.P99, alone.CPU, watched.P50, watched.P99, watched.CPU, before, after)
			p50 = append(p50, float64(watched.P50)/float64(alone.P50))
			p99 = append(p99, float64(watched.P99)/float64(alone.P99))
			grown = append(grown, float64(after-before)/1024)
		}
		for name, ratios := range map[string][]float64{"p50-ratio": p50, "p99-ratio": p99, "grown-MiB": grown} {
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], name)
		}
	}
}

// await waits until so many follow, and then for the server to settle.
func await(b testing.TB, prof *client, n int64) {
	b.Helper()
	prof.Must("SUIVRE")
	for deadline := time.Now().Add(answerTime); prof.Event("STATS").Fields.Int("suiveurs") != n+1; {
		if time.Now().After(deadline) {
			b.Fatalf("not %d that follow", n)
		}
	}
	prof.Must("STOP")
	prof.Events = nil
	time.Sleep(settle)
}

// workSteps are a user's commands on connections of his, one in ten a sale.
func workSteps(b testing.TB, addr, token string) []load.Step {
	b.Helper()
	steps := make([]load.Step, workers)
	for i := range steps {
		c, err := load.Dial(addr)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.Close() })
		if _, err := c.Line("REPRENDRE " + token); err != nil {
			b.Fatal(err)
		}
		n := i
		steps[i] = func() (int, error) {
			if n++; n%10 == 0 {
				return 1, c.Ask([]byte("VENTE livre 1 titre\r\n"), 1)
			}
			return 1, c.Ask([]byte("QUOTA\r\n"), 1)
		}
	}
	return steps
}

// work measures; the summary's CPU is the server's, in percent of one processor.
func work(b testing.TB, server *process, steps []load.Step, turn time.Duration) load.Summary {
	b.Helper()
	began, used := time.Now(), testenv.CPUTime(server.cmd.Process.Pid)
	result, err := load.Run(b.Context(), steps, load.Plan{Warmup: settle, Time: turn, Rate: workRate})
	if err != nil || result.Refused > 0 {
		b.Fatal(result.Refusal, err)
	}
	summary := result.Summary()
	summary.CPU = 100 * (testenv.CPUTime(server.cmd.Process.Pid) - used).Seconds() / time.Since(began).Seconds()
	return summary
}
