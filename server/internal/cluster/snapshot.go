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
