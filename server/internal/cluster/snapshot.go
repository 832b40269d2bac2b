package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

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
