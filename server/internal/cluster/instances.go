package cluster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"etuservices/server/internal/store"
)

// Instance is a server as administrators are shown it.
type Instance struct {
	Process
	Version string
	Started time.Time
	Users   int  // distinct users who are logged in on it
	SQL     bool // MySQL answers it
	Redis   bool // and Redis does
	Lost    bool // it ended without announcing it; the rest is its last report
}

// Instances gives all servers, and those that were lost in the last minute, by their names. Where
// Redis does not answer it is this one alone.
func (h *Hub) Instances(ctx context.Context) []Instance {
	if h.Health.Missing(store.NeedRedis) {
		return []Instance{h.self()}
	}
	all, err := h.readInstances(ctx)
	if err != nil {
		return []Instance{h.self()}
	}
	return all
}

// self is this instance as it is now.
func (h *Hub) self() Instance {
	return Instance{
		Process: Process{
			Instance: h.Instance, Age: time.Since(h.started), Sockets: h.Sockets.Count(), Report: h.Local.Report(),
		},
		Version: h.Version, Started: h.started, Users: h.Users(), SQL: !h.Health.Missing(store.NeedSQL),
	}
}

func (h *Hub) readInstances(ctx context.Context) ([]Instance, error) {
	ctx, cancel := context.WithTimeout(ctx, store.RedisTimeout)
	defer cancel()
	h.reading.Lock() // one heartbeat after the other
	defer h.reading.Unlock()
	answers, err := h.heartbeat(ctx, store.Call{
		Script: instancesScript, Keys: []string{keyProcs}, Args: []any{(life + lostFor).Milliseconds(), keyPrefix},
	})
	if err != nil {
		return nil, err
	}
	return parseInstances(answers[0])
}

func parseInstances(answer any) ([]Instance, error) {
	const fields = 6
	list, ok := answer.([]any)
	if !ok || len(list)%fields != 1 {
		return nil, errSnapshot
	}
	texts := make([]string, len(list))
	for i, value := range list {
		if texts[i], ok = value.(string); !ok {
			return nil, errSnapshot
		}
	}
	now, err := strconv.ParseInt(texts[0], 10, 64)
	if err != nil {
		return nil, errSnapshot
	}
	var all []Instance
	alive := make(map[string]bool)
	for f := range slices.Chunk(texts[1:], fields) {
		last, err := strconv.ParseFloat(f[1], 64)
		if err != nil {
			return nil, errSnapshot
		}
		one := Instance{Process: parseProcess(f[2], f[3]), Version: f[4], Redis: true}
		one.decode(f[5])
		one.Lost = now-int64(last) > life.Milliseconds()
		alive[one.Instance] = alive[one.Instance] || !one.Lost
		all = append(all, one)
	}
	// One that is back under its name is not lost.
	all = slices.DeleteFunc(all, func(i Instance) bool { return i.Lost && alive[i.Instance] })
	slices.SortFunc(all, func(a, b Instance) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), a.Started.Compare(b.Started))
	})
	return all, nil
}

// encode writes what a heartbeat says of the instance beside its report.
func (i Instance) encode() string {
	return fmt.Sprintf("%d %d %t", i.Started.UnixMilli(), i.Users, i.SQL)
}

// decode reads what it can: another version may say more or less.
func (i *Instance) decode(text string) {
	words := append(strings.Fields(text), "0", "0", "false")
	ms, _ := strconv.ParseInt(words[0], 10, 64)
	i.Started = time.UnixMilli(ms).UTC()
	i.Users, _ = strconv.Atoi(words[1])
	i.SQL, _ = strconv.ParseBool(words[2])
}
