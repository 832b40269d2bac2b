package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"etuservices/protocol"
)

// chaosUser is one client of a run: it sells and buys with refs, and sends a
// ref again until it is answered for good.
type chaosUser struct {
	*arena
	name   string
	token  string
	rng    *rand.Rand
	conn   *client
	logins int // acknowledged AUTH
	next   int
	home   int                // the server it goes to
	line   string             // the call that is not answered yet
	ref    string             // its ref
	done   map[string]outcome // by ref
	bad    []string           // answers that no fault excuses

	refused, lost atomic.Int64
}

// outcome is what a user was told of a call.
type outcome struct {
	line   string
	word   string // "ok" or the code, as the ledger has it
	id     string // of the article
	replay bool
}

// chaosDial is dial that gives its error: the server may be dead or frozen.
func chaosDial(addr string) (*client, error) {
	nc, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return nil, err
	}
	c := &client{nc: nc, reader: protocol.NewReader(nc)}
	if _, err := c.TryRead(); err != nil {
		_ = nc.Close()
		return nil, err
	}
	return c, nil
}

// play goes on until ctx ends.
func (u *chaosUser) play(ctx context.Context) {
	for pause(ctx, time.Duration(u.rng.Int64N(int64(200*time.Millisecond)))) {
		u.step()
	}
}

// finish has the last call answered, all faults being repaired.
func (u *chaosUser) finish() {
	u.t.Helper()
	eventually(u.t, chaosSettle, func() error {
		if u.line != "" {
			u.step()
		}
		if u.line != "" {
			return fmt.Errorf("%s: %s is not answered; %v", u.name, u.line, u.bad)
		}
		return nil
	})
	u.hangUp()
}

// step is one request, on a new connection where there is none.
func (u *chaosUser) step() {
	if u.rng.IntN(20) == 0 {
		u.hangUp() // and comes back, elsewhere
	}
	if u.conn == nil && !u.enter() {
		return
	}
	if u.line == "" && u.rng.IntN(4) == 0 {
		u.look()
		return
	}
	if u.line == "" {
		u.next++
		u.ref = fmt.Sprintf("r%d", u.next)
		u.line = fmt.Sprintf("VENTE livre 1.00 ref=%s Livre %s de %s", u.ref, u.ref, u.name)
		if top := u.maxID.Load(); top > 0 && u.rng.IntN(2) == 0 {
			u.line = fmt.Sprintf("ACHAT %d ref=%s", 1+u.rng.Int64N(top+2), u.ref)
		}
	}
	r, err := u.conn.Try("%s", u.line)
	if err != nil {
		u.hangUp()
		u.lost.Add(1)
		return
	}
	u.answered(r)
}

// enter connects, and resumes or logs in; one time in five it spends a login.
func (u *chaosUser) enter() bool {
	u.home++
	c, err := chaosDial(u.addr(u.home))
	if err != nil {
		return false
	}
	u.conn = c
	cutting.Lock()
	if cutting.open == nil {
		cutting.open = map[net.Conn]struct{}{}
	}
	cutting.open[c.nc] = struct{}{}
	cutting.Unlock()
	if u.token != "" && u.rng.IntN(5) > 0 {
		r, err := c.Try("REPRENDRE %s", u.token)
		if err == nil && r.OK() {
			return true
		}
		u.excuse(r, err, "INDISPONIBLE", "ARRET")
		u.hangUp()
		return false
	}
	r, err := c.Try("AUTH %s %s", u.name, password)
	if err == nil && r.OK() {
		u.token = r.Fields.Get("jeton")
		u.logins++
		return true
	}
	u.excuse(r, err, "INDISPONIBLE", "QUOTA", "ARRET")
	u.hangUp()
	return false
}

// look reads; that a store is away excuses no other answer.
func (u *chaosUser) look() {
	line := []string{"PING", "QUOTA", "ARTICLES", "STATS", "MESVENTES", "NB"}[u.rng.IntN(6)]
	r, err := u.conn.Try("%s", line)
	if err != nil || r.Word == "ARRET" {
		u.hangUp()
		return
	}
	if !r.OK() {
		u.excuse(r, err, "INDISPONIBLE")
	}
}

// answered notes what a call was answered.
func (u *chaosUser) answered(r reply) {
	word := r.Word
	switch {
	case r.OK():
		word = "ok"
		if id := r.Fields.Int("id"); id > 0 {
			for top := u.maxID.Load(); id > top && !u.maxID.CompareAndSwap(top, id); top = u.maxID.Load() {
			}
		}
	case word == "VENDU", word == "ABSENT", word == "INTERDIT":
	case word == "QUOTA", word == "INDISPONIBLE": // the same ref again, later
		u.refused.Add(1)
		return
	case word == "ARRET":
		u.hangUp()
		return
	default:
		u.excuse(r, nil)
		u.hangUp()
		return
	}
	u.calls.Add(1)
	u.done[u.ref] = outcome{line: u.line, word: word, id: r.Fields.Get("id"), replay: r.Fields.Get("rejoue") == "1"}
	u.line = ""
}

// excuse notes an answer that is none of those allowed.
func (u *chaosUser) excuse(r reply, err error, allowed ...string) {
	if err != nil {
		return // cut, killed or frozen
	}
	for _, word := range allowed {
		if r.Word == word {
			return
		}
	}
	u.bad = append(u.bad, r.Line)
}

func (u *chaosUser) hangUp() {
	if u.conn == nil {
		return
	}
	cutting.Lock()
	delete(cutting.open, u.conn.nc)
	cutting.Unlock()
	_ = u.conn.nc.Close()
	u.conn = nil
}

// summary says what a crowd lived through.
func summary(crowd []*chaosUser) string {
	count := map[string]int{}
	for _, u := range crowd {
		count["logins"] += u.logins
		count["refused"] += int(u.refused.Load())
		count["lost"] += int(u.lost.Load())
		for _, o := range u.done {
			count[strings.ToLower(o.word)]++
			if o.replay {
				count["replayed"]++
			}
		}
	}
	return fmt.Sprint(count)
}
