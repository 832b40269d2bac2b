package history

import (
	"fmt"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"etuservices/protocol"
)

// A window slides on Redis's clock, to the millisecond, and no client sees when
// in its call a slot was stamped. So each slot has two bounds, the start and the
// end of its call, by Redis's clock as far as it was moved; and each check goes
// by the bounds that speak for the server:
//
//   - a call that was let in: no window holds more than the maximum, where slots
//     count whose bounds cannot but lie in one window;
//   - utilise= of a reply or of QUOTA: at least the slots that must lie in the
//     window by then, at most those that may;
//   - a refusal: slots for the whole maximum may lie in the window, those of calls
//     at work and of calls whose fate was not told included; and apres= is not
//     longer than the youngest and not shorter than the eldest bounds allow.
//
// An order of the calls (porcupine) says which slots must be there by then: two
// calls of one user at once are not both the third.

// slack is how much earlier a stamp may be than the call: Redis cuts it to the
// millisecond, and two readings of a clock differ a little.
const slack = 2 * time.Millisecond

// lateness is how long a server may be at work on a call after its client gave
// up: the time of a request, and a freeze meanwhile.
const lateness = 10 * time.Second

// slot is a counted call, or one that may be.
type slot struct {
	call     *Call
	from, to time.Duration // when it was taken
	lo, hi   time.Duration // the same by Redis's clock
	passing  bool          // it counts in its own time only
}

// quota holds what concerns one quota of one user.
type quota struct {
	*History
	kind   string
	slots  []slot // in the order of their calls
	resets []Span // RAZ
	ops    []porcupine.Operation
	spread time.Duration // of Redis's clock
	calls  map[*Call]bool
}

// quotaOp is a call that took a slot (its number), or looked.
type quotaOp struct {
	call     *Call
	slot     int // -1: none
	used     int // as the reply says, -1: it does not
	from, to time.Duration
	lo, hi   time.Duration // the same by Redis's clock
	full     bool          // a refusal
	after    time.Duration // apres= or retour=, 0 where there is none
}

func (h *History) quotas(d effects) (faults []string) {
	for _, kind := range []string{"services", "connexions"} {
		users, order := map[string]*quota{}, []string{}
		of := func(user string) *quota {
			q := users[user]
			if q == nil {
				q = &quota{History: h, kind: kind, calls: map[*Call]bool{}}
				for _, j := range h.Clock {
					q.spread = max(q.spread, j.Offset.Abs())
				}
				users[user], order = q, append(order, user)
			}
			return q
		}
		for _, x := range d.list {
			if !x.open && (x.Verb() == "AUTH") == (kind == "connexions") {
				of(x.User).take(x)
			}
		}
		for _, x := range d.tries {
			if (x.Verb() == "AUTH") == (kind == "connexions") {
				of(x.User).may(x)
			}
		}
		for _, c := range h.Calls {
			switch {
			case c.Verb() == "RAZ" && (c.word() == "OK" || c.unknown()):
				end := c.End
				if c.unknown() && end != Never {
					end += lateness
				}
				q := of(c.arg())
				q.resets, q.calls[c] = append(q.resets, Span{c.Start, end}), true
			case c.word() == "QUOTA" && c.Reply.Fields.Get("quota") == kind:
				of(c.User).refused(c)
			case c.Verb() == "QUOTA" && c.word() == "OK":
				for _, row := range c.Rows {
					if row.Fields.Get("quota") == kind {
						of(c.User).look(c, row.Fields)
					}
				}
			}
		}
		for _, user := range order {
			faults = append(faults, users[user].judge(user)...)
		}
	}
	return atMost(faults)
}

// clock gives the bounds of what Redis's clock showed during some time.
func (h *History) clock(from, to time.Duration) (lo, hi time.Duration) {
	var least, most time.Duration
	for _, j := range h.Clock {
		if j.From > to {
			break
		}
		if j.To < from { // that is over: what it was before does not matter
			least, most = j.Offset, j.Offset
			continue
		}
		least, most = min(least, j.Offset), max(most, j.Offset)
	}
	if to == Never {
		return from + least - slack, Never
	}
	return from + least - slack, to + most + slack
}

// jumped says whether Redis's clock was moved in some time.
func (h *History) jumped(from, to time.Duration) bool {
	return slices.ContainsFunc(h.Clock, func(j Jump) bool { return j.From <= to && from <= j.To })
}

func (q *quota) add(op quotaOp) {
	op.lo, op.hi = q.clock(op.from, op.to)
	q.ops = append(q.ops, porcupine.Operation{Input: op, Call: int64(op.from), Return: int64(op.to)})
	q.calls[op.call] = true
}

func (q *quota) addSlot(c *Call, from, to time.Duration, passing bool) {
	lo, hi := q.clock(from, to)
	q.slots = append(q.slots, slot{c, from, to, lo, hi, passing})
	q.calls[c] = true
}

func (q *quota) take(d effect) {
	q.addSlot(d.Call, d.from, d.to, false)
	used := -1
	if s, told := d.Reply.Fields.Lookup("utilise"); told {
		used = number(s)
	}
	q.add(quotaOp{call: d.Call, slot: len(q.slots) - 1, used: used, from: d.from, to: d.to})
}

// may notes a sending that may have held a slot.
func (q *quota) may(t try) {
	to := t.End
	if to != Never && !t.passing {
		to += lateness
	}
	q.addSlot(t.Call, t.Start, to, t.passing)
}

func (q *quota) refused(c *Call) {
	q.add(quotaOp{call: c, slot: -1, used: -1, from: c.Start, to: c.End, full: true, after: seconds(c.Reply.Fields.Get("apres"))})
	if q.stale(c) {
		// The ledger refused what Redis let through; the slot in Redis was
		// released, where Redis was there.
		q.may(try{Call: c})
	}
}

func (q *quota) look(c *Call, f protocol.Fields) {
	q.add(quotaOp{call: c, slot: -1, used: number(f.Get("utilise")), from: c.Start, to: c.End, after: seconds(f.Get("retour"))})
}

func (h *History) stale(c *Call) bool {
	return slices.ContainsFunc(h.Stale, func(s Span) bool { return s.meets(c) })
}

func number(s string) int {
	n := -1
	_, _ = fmt.Sscan(s, &n)
	return n
}

func seconds(s string) time.Duration { return time.Duration(max(0, number(s))) * time.Second }
