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

	"etuservices/server/internal/store"
)

// Snapshot is all instances as they were at one moment.
type Snapshot struct {
	At        time.Time // Redis's clock
	Users     int       // distinct logged-in users
	Processes map[string]Process
}

// Process is one server as it last reported.
type Process struct {
	Instance string
	Age      time.Duration // since it started
	Sockets  int64         // open connections
	Report   string        // its Local.Report
}

// encode writes what goes out with a heartbeat: numbers with a blank between, then the
// report.
func (p Process) encode() string {
	return strconv.FormatInt(int64(p.Age), 10) + " " + strconv.FormatInt(p.Sockets, 10) + " " + p.Report
}

// parseProcess reads what it can.
func parseProcess(instance, text string) Process {
	age, rest, _ := strings.Cut(text, " ")
	sockets, report, _ := strings.Cut(rest, " ")
	p := Process{Instance: instance, Report: report}
	ns, _ := strconv.ParseInt(age, 10, 64)
	p.Age = time.Duration(ns)
	p.Sockets, _ = strconv.ParseInt(sockets, 10, 64)
	return p
}

// Sockets is the number of open connections.
func (s *Snapshot) Sockets() (n int64) {
	for _, p := range s.Processes {
		n += p.Sockets
	}
	return n
}

// Servers is the number of living processes.
func (s *Snapshot) Servers() int { return len(s.Processes) }

// errSnapshot is an answer of one of the scripts in another form than theirs.
var errSnapshot = errors.New("cluster: unexpected answer of Redis")

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
	s := &Snapshot{At: time.UnixMilli(ms).UTC(), Users: int(users), Processes: make(map[string]Process)}
	for i := 2; i < len(list); i += 3 {
		proc, _ := list[i].(string)
		instance, _ := list[i+1].(string)
		figures, _ := list[i+2].(string)
		s.Processes[proc] = parseProcess(instance, figures)
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
	s, err := h.ReadSnapshot(ctx) // with it, Redis has what came and went here
	if err != nil {
		return nil, err
	}
	pipe := h.DB.Pipeline()
	answers := make(map[string]*redis.StringSliceCmd, len(s.Processes))
	for proc := range s.Processes {
		answers[proc] = pipe.HVals(ctx, keyPrefix+proc+":sessions")
	}
	if _, err := pipe.Exec(ctx); err != nil && len(answers) > 0 {
		return nil, fmt.Errorf("cluster: sessions: %w", err)
	}
	var all []Session
	for proc, answer := range answers {
		for _, text := range answer.Val() {
			if user, ok := parseUser(text); ok {
				all = append(all, Session{Instance: s.Processes[proc].Instance, User: user})
			}
		}
	}
	slices.SortFunc(all, func(a, b Session) int {
		return cmp.Or(cmp.Compare(a.Login, b.Login), a.Since.Compare(b.Since), cmp.Compare(a.Instance, b.Instance))
	})
	return all, nil
}

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
