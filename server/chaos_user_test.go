package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
	"etuservices/server/internal/wait"
)

// chaosUser is one client of a run: it sells and buys with refs, and sends a
// ref again until it is answered for good.
type chaosUser struct {
	*arena
	number int
	name   string
	token  string
	rng    *rand.Rand
	conn   *client
	logins int // acknowledged AUTH
	next   int
	home   int                // the server it goes to
	line   string             // the call that is not answered yet
	mine   []int64            // articles it has offered
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
	for wait.For(ctx, time.Duration(u.rng.Int64N(int64(200*time.Millisecond)))) == nil {
		u.step()
	}
}

// finish has the last call answered, all faults being repaired.
func (u *chaosUser) finish() {
	u.t.Helper()
	testenv.Eventually(u.t, chaosSettle, func() error {
		if u.line != "" {
			u.step()
		}
		if u.line != "" {
			return fmt.Errorf("%s: %s is not answered; %v", u.name, u.line, u.bad)
		}
		return nil
	})
}

// step is one request, on a new connection where there is none.
func (u *chaosUser) step() {
	if u.rng.IntN(20) == 0 {
		u.hangUp() // and comes back, elsewhere
	}
	if u.conn == nil && !u.enter() {
		return
	}
	if u.line == "" && u.rng.IntN(3) == 0 {
		u.look()
		return
	}
	if u.line == "" && u.next > 0 && u.rng.IntN(12) == 0 {
		u.again()
		return
	}
	if u.line == "" {
		u.next++
		u.ref = fmt.Sprintf("r%d", u.next)
		u.line = fmt.Sprintf("VENTE livre 1.00 ref=%s Livre %s de %s", u.ref, u.ref, u.name)
		if top := u.maxID.Load(); top > 0 && u.rng.IntN(2) == 0 {
			u.line = fmt.Sprintf("ACHAT %d ref=%s", u.someArticle(top), u.ref)
		}
	}
	var again sync.WaitGroup
	if u.rng.IntN(15) == 0 {
		again.Go(u.elsewhere)
	}
	r, err := u.call(u.name, u.conn, u.line)
	again.Wait()
	if err != nil {
		u.hangUp()
		u.lost.Add(1)
		return
	}
	u.answered(r)
}

// elsewhere sends the same call on another connection, to another server, at once.
func (u *chaosUser) elsewhere() {
	c, err := u.connect(u.name, u.addr(u.home+1))
	if err != nil {
		return
	}
	defer c.nc.Close()
	if r, err := u.call(u.name, c, "REPRENDRE "+u.token); err == nil && r.OK() {
		_, _ = u.call(u.name, c, u.line)
	}
}

// again repeats a call that was answered for good.
func (u *chaosUser) again() {
	ref := fmt.Sprintf("r%d", 1+u.rng.IntN(u.next))
	o, answered := u.done[ref]
	if !answered {
		return
	}
	r, err := u.call(u.name, u.conn, o.line)
	if err != nil || r.Word == "ARRET" {
		u.hangUp()
		return
	}
	if word := r.Word; word != o.word && (o.word != "ok" || !r.OK()) {
		u.excuse(r, nil, "INDISPONIBLE")
	}
}

// enter connects, and resumes or logs in; one time in five it spends a login.
func (u *chaosUser) enter() bool {
	u.home++
	c, err := u.connect(u.name, u.addr(u.home))
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
		r, err := u.call(u.name, c, "REPRENDRE "+u.token)
		if err == nil && r.OK() {
			return true
		}
		u.excuse(r, err, "INDISPONIBLE", "ARRET")
		u.hangUp()
		return false
	}
	r, err := u.call(u.name, c, "AUTH "+u.name+" "+password)
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
	looks := u.looks()
	line := looks[u.rng.IntN(len(looks))]
	allowed := []string{"INDISPONIBLE", "ABSENT"}
	if len(u.mine) > 0 && u.rng.IntN(8) == 0 {
		i := u.rng.IntN(len(u.mine))
		line, allowed = fmt.Sprintf("RETRAIT %d", u.mine[i]), []string{"INDISPONIBLE", "VENDU"}
		u.mine = slices.Delete(u.mine, i, i+1)
	}
	r, err := u.call(u.name, u.conn, line)
	if err != nil || r.Word == "ARRET" {
		u.hangUp()
		return
	}
	if !r.OK() {
		u.excuse(r, err, allowed...)
	}
}

// looks are the lines that read, with an article that others trade.
func (u *chaosUser) looks() []string {
	article := fmt.Sprintf("ARTICLE %d", u.someArticle(u.maxID.Load()))
	return []string{"PING", "QUI", "QUOTA", "QUOTA", "ARTICLES n=5", "STATS", "MESVENTES n=5", "MESACHATS n=5", "NB", article, article}
}

// someArticle is one of the newest, half of the time.
func (u *chaosUser) someArticle(top int64) int64 {
	const newest = 20
	if u.rng.IntN(2) == 0 {
		return max(1, top+2-u.rng.Int64N(newest))
	}
	return 1 + u.rng.Int64N(top+2)
}

// lastRound asks everything that reads once more: all must be answered, and with
// what was asked for, for nothing is broken any more.
func (u *chaosUser) lastRound() {
	for _, line := range u.looks() {
		testenv.Eventually(u.t, chaosSettle, func() error { // a crowd that asks at once may be too much
			if u.conn == nil && !u.enter() {
				return fmt.Errorf("%s: no way in", u.name)
			}
			if r, err := u.call(u.name, u.conn, line); err != nil || !r.OK() && r.Word != "ABSENT" {
				u.excuse(r, err, "INDISPONIBLE")
				return fmt.Errorf("%s: %s: %s: %w", u.name, line, r.Line, err)
			}
			return nil
		})
	}
	u.hangUp()
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
		if r.Word == "VENTE" {
			u.mine = append(u.mine, r.Fields.Int("id"))
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
