package monitor

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/cluster"
)

// A percentile read off the buckets is within a tenth of the true one.
func TestPercentiles(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	var h histogram
	var all []time.Duration
	for range 20_000 {
		d := 20*time.Microsecond + time.Duration(random.ExpFloat64()*float64(3*time.Millisecond))
		all = append(all, d)
		h.add(d)
	}
	slices.Sort(all)
	counts := h.load()
	for _, p := range []float64{0.5, 0.9, 0.99, 0.999} {
		want, got := all[int(p*float64(len(all)))], percentile(&counts, p)
		if ratio := float64(got) / float64(want); ratio < 0.9 || ratio > 1.1 {
			t.Errorf("p%v is %v, want %v", 100*p, got, want)
		}
	}
	var none [buckets]int64
	if percentile(&none, 0.5) != 0 {
		t.Error("a percentile of nothing")
	}
	for _, d := range []time.Duration{0, -1, firstBucket, time.Hour} {
		h.add(d) // the ends of the scale
	}
}

// What is counted in the last minute leaves it after a minute, not before.
func TestLastMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := NewRecorder()
		for range 30 {
			c.Add(Logins)
		}
		for second := range 200 {
			want := int64(0)
			if second <= 59 {
				want = 30
			}
			if second >= 100 && second < 160 {
				want += 5
			}
			if second == 100 {
				for range 5 {
					c.Add(Logins)
				}
			}
			if got := c.lastMinute(time.Now())[Logins]; got != want {
				t.Fatalf("after %d s: %d, want %d", second, got, want)
			}
			time.Sleep(time.Second)
		}
		if len(c.past) > 62 {
			t.Errorf("%d samples kept", len(c.past))
		}
	})
}

func TestReportRoundTrip(t *testing.T) {
	t.Parallel()
	p := report{followers: 2}
	p.since[Commands], p.minute[Purchases], p.latency[80] = 12, 34, 56
	if got := decodeReport(p.encode()); got != p {
		t.Errorf("%+v", got)
	}
	if got := decodeReport("1 2"); got.followers != 1 || got.since[Commands] != 2 || got.since[Logins] != 0 {
		t.Errorf("%+v", got) // of an instance that reports less
	}
}

// Figures over processes that come, go, and were out of sight for a while.
func TestRender(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	proc := func(age time.Duration, commands int64) cluster.Process {
		p := report{followers: 1}
		p.since[Commands] = commands
		p.minute[Logins], p.minute[RefusedQuota], p.minute[RefusedOther] = 2, 3, 4
		return cluster.Process{Age: age, Sockets: 10, Report: p.encode()}
	}
	before := newSnapshot(&cluster.Snapshot{At: at, Processes: map[string]cluster.Process{"old": proc(time.Hour, 1000), "dead": proc(time.Hour, 500)}})
	now := newSnapshot(&cluster.Snapshot{At: at.Add(2 * time.Second), Users: 5, Processes: map[string]cluster.Process{
		"old": proc(time.Hour, 1100), "new": proc(time.Second, 21), "back": proc(time.Hour, 9999),
	}})
	line := render(now, before, 2, totals{listings: 7, purchases: 8})(3)
	m, err := protocol.ParseMessage(line)
	if err != nil {
		t.Fatal(err)
	}
	for want := range strings.FieldsSeq("periode=2 connexions=30 utilisateurs=5 commandes_s=60.50 connexions_min=6 ventes=7 achats=8 " +
		"refus=21 refus_quota=9 refus_echec=0 serveurs=3 suiveurs=3 perdus=3 instant=2026-11-21T14:00:02.000Z") {
		key, value, _ := strings.Cut(want, "=")
		if got := m.Fields.Get(key); got != value {
			t.Errorf("%s=%s, want %s", key, got, value)
		}
	}
	if m, err = protocol.ParseMessage(render(now, nil, 1, totals{})(0)); err != nil || m.Fields.Get("commandes_s") != "0.00" {
		t.Errorf("%v %v", m, err)
	}
}
