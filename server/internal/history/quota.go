package history

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"sync/atomic"
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
		// given back, where Redis was there.
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

// judge checks one quota of one user.
func (q *quota) judge(user string) []string {
	var worst atomic.Pointer[misfit]
	model := porcupine.Model{
		Init: func() any { return "" },
		Step: func(state, input, _ any) (bool, any) {
			op := input.(quotaOp)
			there := q.there(state.(string), op.from)
			if what := q.check(there, op); what != "" {
				if w := worst.Load(); w == nil || op.from >= w.op.from {
					worst.Store(&misfit{op, what})
				}
				return false, state
			}
			if op.slot >= 0 {
				there = append(there, op.slot)
			}
			return true, encoded(there)
		},
	}
	result := porcupine.CheckOperationsTimeout(model, q.ops, checkTime)
	if result == porcupine.Ok {
		return nil
	}
	fault := fmt.Sprintf("%s of %s: no order fits (%s)", q.kind, user, result)
	if w := worst.Load(); w != nil {
		fault += fmt.Sprintf(", as here: %s\n  %s\n of\n%s", w.what, w.op.call, q.around(w.op))
	}
	return []string{fault}
}

// misfit is an operation that did not fit an order that was tried: of them, the
// one that began last stands where no order went on.
type misfit struct {
	op   quotaOp
	what string
}

// around is the part of the user's calls that bears on an operation.
func (q *quota) around(op quotaOp) string {
	near := map[*Call]bool{}
	for c := range q.calls {
		if c.Start <= op.to && (c.End == Never || c.End+q.Window+2*q.spread+lateness >= op.from) {
			near[c] = true
		}
	}
	return lines(near, 80)
}

// The state is the numbers of the slots that were taken before, in order, two
// bytes each; what no window can hold any more is left out.
func encoded(slots []int) string {
	slices.Sort(slots)
	b := make([]byte, 0, 2*len(slots))
	for _, s := range slots {
		b = binary.BigEndian.AppendUint16(b, uint16(s))
	}
	return string(b)
}

func (q *quota) there(state string, now time.Duration) (slots []int) {
	for b := []byte(state); len(b) > 0; b = b[2:] {
		if i := int(binary.BigEndian.Uint16(b)); q.slots[i].to+q.Window+2*q.spread >= now {
			slots = append(slots, i)
		}
	}
	return slots
}

// check gives what is wrong with an operation after the slots that are there.
func (q *quota) check(there []int, op quotaOp) string {
	may := q.possible(op)
	until, own := op.hi, 0
	if op.slot >= 0 {
		own = 1
		// A reply counts as of the latest slot, and one may be stamped ahead.
		for _, s := range may {
			if q.ahead(s) {
				until = max(until, s.hi)
			}
		}
	}
	sure := q.sure(there, op, until)
	if op.slot >= 0 {
		if n := q.fullest(there, op.slot); n > q.Max {
			return fmt.Sprintf("let in as number %d of one window", n)
		}
	}
	if op.full {
		return q.checkRefusal(op, sure, may)
	}
	if op.used < 0 {
		return ""
	}
	blind := op.slot < 0 && q.stale(op.call) // a reading of a Redis that forgot
	switch {
	case op.used > q.Max && !q.jumped(op.from-q.Window-q.spread, op.to): // a clock that went back has two pasts
		return "more than the maximum are used"
	case op.used > own+len(may):
		return fmt.Sprintf("at most %d were used", own+len(may))
	case op.used < own+len(sure) && !blind:
		return fmt.Sprintf("at least %d were used", own+len(sure))
	case op.slot < 0 && (op.after > 0) != (op.used >= q.Max):
		return "retour= does not fit utilise="
	case op.after > 0:
		return q.checkWait(op, sure, may)
	}
	return ""
}

func (q *quota) checkRefusal(op quotaOp, sure, may []slot) string {
	if len(may) < q.Max {
		return fmt.Sprintf("refused with at most %d used", len(may))
	}
	return q.checkWait(op, sure, may)
}

// checkWait judges the time after which a place is free: when the slot that has
// Max-1 younger ones leaves the window.
func (q *quota) checkWait(op quotaOp, sure, may []slot) string {
	if op.after <= 0 || op.after > q.Window+time.Second-1 {
		return "the wait is out of bounds"
	}
	if youngest := nth(may, q.Max, func(s slot) time.Duration { return s.hi }); youngest != Never {
		if longest := youngest + q.Window - op.lo + time.Second; op.after > longest {
			return fmt.Sprintf("the wait is longer than %v", longest)
		}
	}
	if len(sure) >= q.Max && !q.stale(op.call) {
		eldest := nth(sure, q.Max, func(s slot) time.Duration { return s.lo })
		if shortest := eldest + q.Window - op.hi; op.after < shortest {
			return fmt.Sprintf("the wait is shorter than %v", shortest)
		}
	}
	return ""
}

// nth is the n-th greatest bound.
func nth(slots []slot, n int, bound func(slot) time.Duration) time.Duration {
	bounds := make([]time.Duration, len(slots))
	for i, s := range slots {
		bounds[i] = bound(s)
	}
	slices.SortFunc(bounds, func(a, b time.Duration) int { return cmp.Compare(b, a) })
	return bounds[n-1]
}

// sure are the slots that must lie in the window that ends by then when op is done.
func (q *quota) sure(there []int, op quotaOp, until time.Duration) (slots []slot) {
	for _, i := range there {
		s := q.slots[i]
		if s.lo > until-q.Window && !q.jumped(s.from, op.to) && !q.resetBetween(s.from, op.to) {
			slots = append(slots, s)
		}
	}
	return slots
}

// ahead says whether Redis's clock was set back to before a slot, which counts as
// of some later moment then.
func (q *quota) ahead(s slot) bool {
	return slices.ContainsFunc(q.Clock, func(j Jump) bool { return j.To >= s.from && j.From+j.Offset-slack < s.hi })
}

// resetBetween says whether a RAZ may have taken away what was taken from one
// moment on, by another.
func (q *quota) resetBetween(from, to time.Duration) bool {
	return slices.ContainsFunc(q.resets, func(r Span) bool { return r.From <= to && from <= r.To })
}

// possible are the slots but op's own that may lie in the window when it is done.
func (q *quota) possible(op quotaOp) (slots []slot) {
	stale := q.stale(op.call)
	for i, s := range q.slots {
		switch {
		case i == op.slot, s.call == op.call, s.from > op.to, s.hi <= op.lo-q.Window, s.passing && s.to < op.from:
		case !stale && slices.ContainsFunc(q.resets, func(r Span) bool { return r.From > s.to && r.To < op.from }):
		default:
			slots = append(slots, s)
		}
	}
	return slots
}

// fullest is the most slots that must lie in one window with a new one.
func (q *quota) fullest(there []int, added int) (most int) {
	self := q.slots[added]
	slots := []slot{self}
	for _, i := range there {
		if s := q.slots[i]; !q.resetBetween(min(s.from, self.from), max(s.to, self.to)) && !q.ahead(s) {
			slots = append(slots, s)
		}
	}
	for _, end := range slots {
		n, mine := 0, false
		for i, s := range slots {
			if s.hi <= end.hi && s.lo > end.hi-q.Window {
				n++
				mine = mine || i == 0
			}
		}
		if mine {
			most = max(most, n)
		}
	}
	return most
}
