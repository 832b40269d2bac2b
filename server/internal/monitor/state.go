package monitor

import (
	"strconv"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/cluster"
)

// snapshot is all instances at one moment, with what each reported.
type snapshot struct {
	*cluster.Snapshot
	reports map[string]report // by process
}

func newSnapshot(s *cluster.Snapshot) *snapshot {
	reports := make(map[string]report, len(s.Processes))
	for name, p := range s.Processes {
		reports[name] = decodeReport(p.Report)
	}
	return &snapshot{s, reports}
}

// totals are the calls of both services since the beginning.
type totals struct{ listings, purchases int64 }

// render gives a STATS line: the figures of now, and their differences from before
// where that is known. Each follower adds the number of lines that it lost.
func render(now, before *snapshot, period int64, t totals) func(lost int) string {
	var minute [figures]int64
	var followers int64
	for _, p := range now.reports {
		followers += p.followers
		for i, n := range p.minute {
			minute[i] += n
		}
	}
	commands, latency, elapsed := difference(now, before)
	perSecond := 0.0
	if elapsed > 0 {
		perSecond = float64(commands) / elapsed.Seconds()
	}
	var out protocol.Writer
	out.Event("STATS").Int("periode", period).
		Int("connexions", now.Sockets()).Int("utilisateurs", int64(now.Users)).
		Price("commandes_s", int64(100*perSecond+0.5)).Int("connexions_min", minute[Logins]).
		Int("ventes", t.listings).Int("achats", t.purchases).
		Int("refus", refusals(&minute)).
		Int("refus_quota", minute[RefusedQuota]).Int("refus_echec", minute[RefusedPassword]).
		Int("ventes_min", minute[Listings]).Int("achats_min", minute[Purchases]).
		Price("p50_ms", hundredths(percentile(&latency, 0.50))).
		Price("p99_ms", hundredths(percentile(&latency, 0.99))).
		Int("serveurs", int64(now.Servers())).Int("suiveurs", followers).
		Time("instant", now.At).End()
	line := strings.TrimSuffix(string(out.Bytes()), "\r\n")
	complete := line + " perdus=0" // what nearly every follower is sent, made once
	return func(lost int) string {
		if lost == 0 {
			return complete
		}
		return line + " perdus=" + strconv.Itoa(lost)
	}
}

// hundredths of a millisecond.
func hundredths(d time.Duration) int64 { return int64(d / (10 * time.Microsecond)) }

// difference adds up what each process did between two snapshots. A process that is
// not in the earlier one counts whole if it started since, and not at all if it
// was only out of reach then.
func difference(now, before *snapshot) (commands int64, latency [buckets]int64, elapsed time.Duration) {
	if before == nil {
		return 0, latency, 0
	}
	elapsed = now.At.Sub(before.At)
	for name, p := range now.reports {
		old, known := before.reports[name]
		if !known && now.Processes[name].Age > elapsed {
			continue
		}
		commands += p.since[Commands] - old.since[Commands]
		for i := range latency {
			latency[i] += p.latency[i] - old.latency[i]
		}
	}
	return commands, latency, elapsed
}
