package history

import (
	"fmt"
	"strings"
	"time"
)

// effect is a call of VENTE, ACHAT or AUTH that was done once, or may have been,
// however often it was sent.
type effect struct {
	*Call // that tells of it: its reply; of an open one, any
	// from and to are when it was done.
	from, to time.Duration
	open     bool // nobody knows whether it was done
}

// try is a sending that may hold a slot for a while though nothing, or another
// sending of its ref, was done.
type try struct {
	*Call
	passing bool // not beyond its own answer
}

// effects is what was done of VENTE and ACHAT, by the references that clients
// gave (PROTOCOL.md: a ref is done once; repeated, it gets its first reply
// again), and of AUTH.
type effects struct {
	list  []effect
	tries []try
}

func counted(verb string) bool { return verb == "VENTE" || verb == "ACHAT" }

func (h *History) effects() (d effects, faults []string) {
	type key struct{ user, ref string }
	refs, order := map[key][]*Call{}, []key{}
	for _, c := range h.Calls {
		ref := c.Ref()
		switch verb := c.Verb(); {
		case verb == "AUTH", counted(verb) && ref == "":
			switch {
			case c.done() && !c.replayed():
				d.list = append(d.list, effect{Call: c, from: c.Start, to: c.End})
			case c.unknown():
				d.tries = append(d.tries, try{Call: c})
				if counted(verb) {
					d.list = append(d.list, effect{Call: c, from: c.Start, to: Never, open: true})
				}
			}
		case counted(verb):
			k := key{c.User, ref}
			if refs[k] == nil {
				order = append(order, k)
			}
			refs[k] = append(refs[k], c)
		}
	}
	for _, k := range order {
		faults = append(faults, d.add(refs[k])...)
	}
	return d, atMost(faults)
}

// add takes all sendings of one ref, in the order in which they began.
func (d *effects) add(calls []*Call) (faults []string) {
	wrong := func(what string) {
		lines := []string{what + ":"}
		for _, c := range calls {
			lines = append(lines, "  "+c.String())
		}
		faults = append(faults, strings.Join(lines, "\n"))
	}
	var first, again *Call // of those that were answered for good
	var lost []*Call
	for _, c := range calls {
		switch {
		case c.unknown():
			lost = append(lost, c)
		case !c.done():
		case c.replayed():
			if again == nil || c.End < again.End {
				again = c
			}
			d.tries = append(d.tries, try{Call: c, passing: true})
		case first != nil:
			wrong("a ref was done twice")
		default:
			first = c
		}
		if told := firstOf(first, again); told != nil && c.done() &&
			(c.word() != told.word() || c.Reply.Fields.Get("id") != told.Reply.Fields.Get("id")) {
			wrong("a ref was answered in two ways")
		}
	}
	switch {
	case first != nil:
		d.list = append(d.list, effect{Call: first, from: first.Start, to: first.End})
		if again != nil && again.End < first.Start {
			wrong("a ref was replayed before it was done")
		}
	case again != nil:
		if len(lost) == 0 || lost[0].Start > again.End {
			wrong("a ref was replayed that was never done")
			break
		}
		d.list = append(d.list, effect{Call: again, from: lost[0].Start, to: again.End})
		if len(lost) == 1 {
			return faults // it was done: it holds no slot besides
		}
	case len(lost) > 0:
		d.list = append(d.list, effect{Call: lost[0], from: lost[0].Start, to: Never, open: true})
	}
	for _, c := range lost {
		d.tries = append(d.tries, try{Call: c})
	}
	return faults
}

func firstOf(a, b *Call) *Call {
	if a != nil {
		return a
	}
	return b
}

func atMost(faults []string) []string {
	if more := len(faults) - maxFaults; more > 0 {
		return append(faults[:maxFaults:maxFaults], fmt.Sprintf("and %d more of this kind", more))
	}
	return faults
}
