package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

// errSnapshot is an answer of read.lua that is none.
var errSnapshot = errors.New("live: unexpected answer of Redis")

func parseSnapshot(answer any) (*Snapshot, error) {
	list, ok := answer.([]any)
	if !ok || len(list) < 2 || (len(list)-2)%3 != 0 {
		return nil, errSnapshot
	}
	text, _ := list[0].(string)
	ms, err := strconv.ParseInt(text, 10, 64)
	users, isInt := list[1].(int64)
	if err != nil || !isInt {
		return nil, errors.Join(errSnapshot, err)
	}
	s := &Snapshot{At: time.UnixMilli(ms).UTC(), Users: int(users), procs: make(map[string]process)}
	for i := 2; i < len(list); i += 3 {
		proc, _ := list[i].(string)
		instance, _ := list[i+1].(string)
		figures, _ := list[i+2].(string)
		s.procs[proc] = process{instance: instance, measure: decodeMeasure(figures)}
	}
	return s, nil
}

// Session is a logged-in connection on some instance.
type Session struct {
	Instance string
	User
}

// Sessions gives all logged-in connections, by login. Errors:
// store.ErrUnavailable.
func (h *Hub) Sessions(ctx context.Context) ([]Session, error) {
	s, err := h.read(ctx) // with it, Redis has what came and went here
	if err != nil {
		return nil, err
	}
	pipe := h.DB.Pipeline()
	answers := make(map[string]*redis.StringSliceCmd, len(s.procs))
	for proc := range s.procs {
		answers[proc] = pipe.HVals(ctx, keyPrefix+proc+":sessions")
	}
	if _, err := pipe.Exec(ctx); err != nil && len(answers) > 0 {
		return nil, fmt.Errorf("live: sessions: %w", store.Classify(err))
	}
	var all []Session
	for proc, answer := range answers {
		for _, who := range answer.Val() {
			if p, ok := parseWho(who); ok {
				all = append(all, Session{Instance: s.procs[proc].instance, User: p})
			}
		}
	}
	slices.SortFunc(all, func(a, b Session) int {
		return cmp.Or(cmp.Compare(a.Login, b.Login), a.Since.Compare(b.Since), cmp.Compare(a.Instance, b.Instance))
	})
	return all, nil
}

// totals are the calls of both services since ever.
type totals struct{ sales, buys int64 }

// render gives the line of a state: what now differs from before, if there is a
// before. Each follower adds what it lost.
func render(now, before *Snapshot, period int64, t totals) func(lost int) string {
	var minute [figures]int64
	for _, p := range now.procs {
		for i, n := range p.minute {
			minute[i] += n
		}
	}
	commands, latency, elapsed := since(now, before)
	perSecond := 0.0
	if elapsed > 0 {
		perSecond = float64(commands) / elapsed.Seconds()
	}
	var out protocol.Writer
	out.Event("STATS").Int("periode", period).
		Int("connexions", now.Sockets()).Int("utilisateurs", int64(now.Users)).
		Price("commandes_s", int64(100*perSecond+0.5)).Int("connexions_min", minute[Logins]).
		Int("ventes", t.sales).Int("achats", t.buys).
		Int("refus", minute[RefusedQuota]+minute[RefusedPassword]+minute[RefusedOther]).
		Int("refus_quota", minute[RefusedQuota]).Int("refus_echec", minute[RefusedPassword]).
		Int("ventes_min", minute[Listings]).Int("achats_min", minute[Purchases]).
		Price("p50_ms", hundredths(percentile(&latency, 0.50))).
		Price("p99_ms", hundredths(percentile(&latency, 0.99))).
		Int("serveurs", int64(now.Servers())).Int("suiveurs", now.Followers()).
		Str("instant", now.At.Format("2006-01-02T15:04:05.000Z")).End()
	line := strings.TrimSuffix(string(out.Bytes()), "\r\n")
	whole := line + " perdus=0" // what nearly all are told, made once
	return func(lost int) string {
		if lost == 0 {
			return whole
		}
		return line + " perdus=" + strconv.Itoa(lost)
	}
}

// hundredths of a millisecond.
func hundredths(d time.Duration) int64 { return int64(d / (10 * time.Microsecond)) }

// since adds up what each process did between two snapshots. One that was not
// there before counts whole if it started since, and not at all if it was only
// out of sight.
func since(now, before *Snapshot) (commands int64, latency [buckets]int64, elapsed time.Duration) {
	if before == nil {
		return 0, latency, 0
	}
	elapsed = now.At.Sub(before.At)
	for name, p := range now.procs {
		old, known := before.procs[name]
		if !known && p.age > elapsed {
			continue
		}
		commands += p.measure.since[Commands] - old.measure.since[Commands]
		for i := range latency {
			latency[i] += p.latency[i] - old.latency[i]
		}
	}
	return commands, latency, elapsed
}
