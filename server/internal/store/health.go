package store

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"
	"modernc.org/sqlite"
)

const (
	// askEvery is how often a store is asked whether it answers: one that comes
	// back is used again within so long.
	askEvery = 500 * time.Millisecond
	// writeEvery is how often something is written into a store that answers,
	// and writes: often enough to know within 5 s, be it asked in vain first.
	writeEvery = 2 * time.Second
	// askTime is a question's patience, far above what a busy store needs.
	askTime = 2 * time.Second
	// silentAfter questions without an answer, one after the other, a store is
	// said to be away: one lost answer is no outage.
	silentAfter = 2
)

// Dependency says what a piece of work cannot do without.
type Dependency uint8

// The two stores.
const (
	NeedSQL Dependency = 1 << iota
	NeedRedis
)

// Health knows which stores answer, so that work which needs one that does not
// is refused at once and holds nobody up; and what else keeps this server from
// being sent clients. It asks over connections of its own, which no load can use
// up. The zero value, and nil, say that all is well.
type Health struct {
	away atomic.Uint32

	mu          sync.Mutex
	problems    map[string]string    // what stands in the way: name → reason, in French
	since       map[string]time.Time // each of them
	refused     map[string]int       // commands, by verb, since the log last said so
	cause       error                // of the last of them
	refusedFrom time.Time            // the first of them
	said        map[string]time.Time
}

// sayAgain is how long a refusal that goes on is not said again.
const sayAgain = 10 * time.Minute

// Refused logs, as an ERROR and at most once in 10 minutes, what to do about a store that
// refused a valid command (rights, memory, disk). It is for refusals that the probes of
// Watch do not meet.
func (h *Health) Refused(log *slog.Logger, err error) {
	if h != nil && isReply(err) {
		h.say(log, err)
	}
}

func (h *Health) say(log *slog.Logger, err error) {
	cause, advice := Explain(err)
	h.mu.Lock()
	last, known := h.said[advice]
	news := !known || time.Since(last) > sayAgain
	if news {
		if h.said == nil {
			h.said = map[string]time.Time{}
		}
		h.said[advice] = time.Now()
	}
	h.mu.Unlock()
	if news {
		log.Error("le magasin refuse", "magasin", storeOf(err), "cause", cause, "faire", advice, "erreur", err)
	}
}

// storeOf names the store that gave a refusal.
func storeOf(err error) string {
	var my *mysql.MySQLError
	var reply redis.Error
	switch {
	case errors.As(err, &my):
		return MySQL.String()
	case errors.As(err, &reply):
		return "Redis"
	}
	return SQLite.String()
}

// Problem is something that stands in the way of this server's work.
type Problem struct {
	Name string
	// Reason is for people: what is wrong and, where that is known, what to do.
	Reason string
}

// Missing says whether any of the needed stores is away. One that reads and does
// not write is not: what only reads goes on, and a write is refused by the store
// itself, at once.
func (h *Health) Missing(need Dependency) bool { return h != nil && h.away.Load()&uint32(need) != 0 }

// Set makes known that something stands in the way, under a name, until Clear.
// It tells whether that was not known, with this reason.
func (h *Health) Set(name, reason string) (news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.problems == nil {
		h.problems, h.since = map[string]string{}, map[string]time.Time{}
	}
	old, known := h.problems[name]
	if !known {
		h.since[name] = time.Now()
	}
	h.problems[name] = reason
	return !known || old != reason
}

// Clear ends a problem. It tells whether there was one.
func (h *Health) Clear(name string) (was bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, was = h.problems[name]
	delete(h.problems, name)
	return was
}

// Report is Set for an error and Clear for nil, and logs either once: what keeps this
// server from working with the others on the same stores.
func (h *Health) Report(log *slog.Logger, name string, err error) {
	switch {
	case err != nil:
		if h.Set(name, err.Error()) {
			log.Error("ce serveur ne peut pas travailler avec les autres", "sujet", name, "erreur", err)
		}
	case h.Clear(name):
		log.Info("ce serveur s'entend de nouveau avec les autres", "sujet", name)
	}
}

// Problems are all that stands in the way, in the order of their names.
func (h *Health) Problems() []Problem {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]Problem, 0, len(h.problems))
	for name, reason := range h.problems {
		list = append(list, Problem{name, reason})
	}
	slices.SortFunc(list, func(a, b Problem) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// The names under which Watch sets what is wrong with a store.
const (
	ProblemSQL   = "sql"
	ProblemRedis = "redis"
)

// Watch probes both stores and keeps Health true, until ctx ends.
func (s *Stores) Watch(ctx context.Context, log *slog.Logger) {
	var all sync.WaitGroup
	for _, probe := range s.probes {
		all.Go(func() { s.Health.watch(ctx, log, probe) })
	}
	all.Go(func() { s.Health.sayRefused(ctx, log) })
	all.Wait()
}

// probe asks one store.
type probe struct {
	need    Dependency // 0: never said to be away, as an embedded store, which lives with this process
	problem string
	name    string // for people
	ask     func(context.Context) error
	write   func(context.Context) error // a row, or a key
}

func (h *Health) watch(ctx context.Context, log *slog.Logger, p probe) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	silent := 0
	var written time.Time // the last write that went well
	var unsure error      // a write without an answer: the next question tells which it is
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err, wrote := within(ctx, p.ask), false
		if err == nil {
			h.answers(log, p)
			silent = 0
			if unsure != nil {
				h.writesNot(log, p, unsure)
			}
			if time.Since(written) < writeEvery {
				continue
			}
			err, wrote, unsure = within(ctx, p.write), true, nil
		}
		switch {
		case ctx.Err() != nil:
			return
		case isLockConflict(err): // it is at work
		case err == nil:
			written = time.Now()
			h.writes(log, p)
			continue
		case isReply(err) && !isMySQL(err, myGaleraNotReady): // that one answers nothing else
			h.answers(log, p)
			silent = 0
			h.writesNot(log, p, err)
		default:
			if wrote {
				unsure = err
			}
			if silent++; silent == silentAfter {
				h.away.Or(uint32(p.need))
				h.Set(p.problem, p.name+" ne répond pas")
				cause, advice := Explain(err)
				log.Error("le magasin ne répond plus", "magasin", p.name, "cause", cause, "faire", advice)
			}
		}
		written = time.Time{}
	}
}

func within(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return f(ctx)
}

func (h *Health) answers(log *slog.Logger, p probe) {
	if h.away.And(^uint32(p.need))&uint32(p.need) != 0 {
		lasted := h.lasts(p.problem)
		h.Clear(p.problem)
		h.sayBack(log, "le magasin répond de nouveau", p, lasted)
	}
}

func (h *Health) writes(log *slog.Logger, p probe) {
	lasted := h.lasts(p.problem)
	if h.Clear(p.problem) {
		h.sayBack(log, "le magasin écrit de nouveau", p, lasted)
		h.mu.Lock()
		clear(h.said)
		h.mu.Unlock()
	}
}

func (h *Health) writesNot(log *slog.Logger, p probe, err error) {
	cause, advice := Explain(err)
	h.Set(p.problem, p.name+" n'écrit pas : "+cause+" ("+advice+")")
	h.say(log, err)
}

// isReply tells a store that said no from one that said nothing.
func isReply(err error) bool {
	var (
		my     *mysql.MySQLError
		lite   *sqlite.Error
		reply  redis.Error
		folder *fs.PathError // of the embedded stores
	)
	return errors.As(err, &my) || errors.As(err, &lite) || errors.As(err, &reply) || errors.As(err, &folder)
}
