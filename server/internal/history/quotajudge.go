package history

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"
)

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
